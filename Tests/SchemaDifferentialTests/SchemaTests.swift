import LabelSchema
import Tabular
import Testing

/// Sheaf and frictionless on schemas: which they take, and which they refuse.
@Suite struct SchemaTests {
    @Test func everyKnownDifferenceIsOne() async throws {
        let all = SchemaDifference.all
        let answers = try await Frictionless.verdicts(on: all.map(\.question))
        for (known, theirs) in zip(all, answers) {
            let ours = known.question.ours
            #expect(ours.isContent != known.isRefusedBySheaf, "\(known.name): Sheaf \(ours.words)")
            #expect(theirs.isContent == known.isRefusedBySheaf, "\(known.name): frictionless \(theirs.words)")
        }
    }

    @Test func whatNeitherTakes() async throws {
        let questions =
            Self.badFields.map { SchemaDifference.question(.v2, $0, []) }
            + Self.badMembers.map { SchemaDifference.question(.v2, nil, [$0]) }
        let answers = try await Frictionless.verdicts(on: questions)
        for (question, theirs) in zip(questions, answers) {
            let ours = question.ours
            #expect(!ours.isContent, "Sheaf takes \(question.schema.text)")
            #expect(!theirs.isContent, "frictionless takes \(question.schema.text)")
        }
    }

    @Test(arguments: SchemaDocument.all) func schemasAsTheyAreWrittenElsewhereLoad(_ document: SchemaDocument) throws {
        let schema = try LabelSchema.parse(document.text, file: document.file)
        guard case .bound(var validator) = schema.bind(header: document.header, headerRow: 1) else {
            Issue.record("the header is refused")
            return
        }
        let question = Question(version: .v2, schema: .list([]), table: [document.header, document.row])
        let rows = validator.validate(question.rows)
        #expect(rows.rows.map(\.kind) == [.valid], "\(rows.errors.map { $0.message(.en) })")
    }

    private static let badFields: [JSONValue] = [
        ["name": "v", "type": "nono"], ["name": "v", "type": "string", "format": "phone"], ["type": "string"],
        ["name": "id", "type": "string"], ["name": "v", "type": "list", "itemType": "year"],
        ["name": "v", "type": "string", "constraints": ["pattern": "["]],
        ["name": "v", "type": "string", "constraints": ["minimum": 1]],
        ["name": "v", "type": "integer", "constraints": ["minLength": 1]],
        ["name": "v", "type": "any", "constraints": ["minLength": 1]],
        ["name": "v", "type": "boolean", "constraints": ["maximum": 1]],
        ["name": "v", "type": "integer", "constraints": ["pattern": "1*"]],
        ["name": "v", "type": "string", "constraints": ["minLength": "many"]],
        ["name": "v", "type": "string", "constraints": ["required": "yes"]],
        ["name": "v", "type": "string", "constraints": ["contraints": 1]],
        ["name": "v", "type": "string", "required": true], ["name": "v", "type": "string", "missingValues": "a"],
        ["name": "v", "type": "string", "missingValues": [["label": "b"]]],
        ["name": "v", "type": "integer", "example": "x"], ["name": "v", "type": "geojson", "format": "wkt"],
    ]

    private static let badMembers = [
        JSONMember("primaryKey", ["nope"]), JSONMember("fieldsMatch", "nope"), JSONMember("missingValues", "a"),
        JSONMember("fields", []),
        JSONMember("foreignKeys", [["fields": ["mark"], "reference": ["fields": ["id", "mark"]]]]),
        JSONMember("foreignKeys", [["fields": ["nope"], "reference": ["fields": ["id"]]]]),
    ]
}

extension Verdict {
    /// Whether schema and header are taken, whatever is then said of the rows.
    fileprivate var isContent: Bool { outcome.isEmpty }
}
