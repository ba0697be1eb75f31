import Foundation

/// A schema of four fields and a header, put to both validators.
struct HeaderCase: Sendable {
    /// Nil: the schema says none.
    var fieldsMatch: String?
    var header: [String]

    static let fields = ["id", "mark", "kind", "note"]

    var question: Question {
        var members: [JSONMember] = []
        if let fieldsMatch { members.append(JSONMember("fieldsMatch", .string(fieldsMatch))) }
        let fields: JSONValue = [
            ["name": "id", "type": "integer"], ["name": "mark", "type": "string", "sheaf": ["role": "label"]],
            ["name": "kind", "type": "string", "constraints": ["required": true]], ["name": "note", "type": "string"],
        ]
        members += [JSONMember("fields", fields), JSONMember("primaryKey", ["id"])]
        let row = header.map { $0 == "id" ? "1" : "a" }
        return Question(version: .v2, schema: Question.schema(.v2, members), table: [header, row])
    }
}

/// One way in which the two read headers differently.
struct HeaderDifference: Sendable {
    let name: String
    let example: HeaderCase
    let ours: Set<String>
    let theirs: Set<String>
    let reason: String
    let explains: @Sendable (HeaderCase, _ ours: Verdict, _ theirs: Verdict) -> Bool

    /// A row of the table in the documents.
    var documented: String {
        let header = example.header.map { $0.isEmpty ? "(blank)" : "`\($0)`" }.joined(separator: ", ")
        return "| \(name) | \(example.fieldsMatch.map { "`\($0)`" } ?? "(none)") | \(header) "
            + "| \(Self.verdict(ours)) | \(Self.verdict(theirs)) | \(reason) |"
    }

    private static func verdict(_ codes: Set<String>) -> String {
        codes.isEmpty ? "valid" : codes.sorted().map { "`\($0)`" }.joined(separator: ", ")
    }

    /// Every difference that is known.
    ///
    /// `docs/table-schema.md` lists exactly these. The first that fits counts.
    static let all = [
        HeaderDifference(
            name: "No `fieldsMatch`", example: HeaderCase(header: ["mark", "id", "kind", "note", "memo"]),
            ours: [], theirs: ["extra-label", "incorrect-label"],
            reason:
                "The standard's default is `exact`, Sheaf's is `subset`: annotators add columns of their own and move "
                + "them about, and a label does not change by that. Write `fieldsMatch: exact` to have it otherwise",
            explains: { asked, _, _ in asked.fieldsMatch == nil }),
        HeaderDifference(
            name: "A column twice",
            example: HeaderCase(fieldsMatch: "equal", header: ["id", "mark", "kind", "note", "id"]),
            ours: ["duplicate-label"], theirs: ["schema-error"],
            reason:
                "Both refuse it. frictionless stops with an error about the schema (its `metadata-error`); Sheaf names "
                + "the columns",
            explains: { asked, ours, theirs in
                guard case .refused = theirs, case .header = ours else { return false }
                return asked.fieldsMatch != "exact" && asked.hasTwice(of: HeaderCase.fields)
            }),
        HeaderDifference(
            name: "A column of the annotator's own twice",
            example: HeaderCase(fieldsMatch: "subset", header: ["id", "mark", "kind", "note", "memo", "memo"]),
            ours: [], theirs: ["schema-error"],
            reason: "The standard lets other columns be. What they are called is their owner's business",
            explains: { asked, _, theirs in
                theirs.outcome == ["schema-error"] && asked.hasTwice(of: nil)
            }),
        HeaderDifference(
            name: "A column without a header",
            example: HeaderCase(fieldsMatch: "equal", header: ["id", "mark", "kind", "note", ""]), ours: [],
            theirs: ["extra-label"],
            reason: "A sheet has as many columns as it has; one without a header is none",
            explains: { asked, _, _ in asked.header.contains("") }),
        HeaderDifference(
            name: "`exact`, and columns missing or misplaced",
            example: HeaderCase(fieldsMatch: "exact", header: ["mark", "id", "kind", "memo"]),
            ours: ["extra-label", "missing-label"], theirs: ["incorrect-label"],
            reason: "Both refuse it. frictionless calls each header wrong that is not its field's; Sheaf says which "
                + "columns are missing and which are too many, and then which is misplaced first",
            explains: { asked, ours, theirs in
                guard case .header = ours, case .header = theirs else { return false }
                return asked.fieldsMatch == "exact"
            }),
        HeaderDifference(
            name: "No column of the schema at all",
            example: HeaderCase(fieldsMatch: "partial", header: ["memo"]),
            ours: ["missing-label"], theirs: ["missing-label", "unmatched-header"],
            reason: "Both refuse it, since the key is missing",
            explains: { asked, ours, theirs in
                asked.fieldsMatch == "partial" && theirs.outcome == ours.outcome.union(["unmatched-header"])
            }),
    ]
}

extension HeaderCase {
    /// Whether a header stands there twice: one of some, or one of none of the fields.
    fileprivate func hasTwice(of names: [String]?) -> Bool {
        let others = header.map { $0.trimmingCharacters(in: .whitespaces) }.filter { name in
            names.map { $0.contains(name) } ?? !(Self.fields.contains(name) || name.isEmpty)
        }
        return Set(others).count < others.count
    }
}
