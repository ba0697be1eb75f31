import LabelDiff
import LabelSchema
import Tabular
import Testing

/// What frictionless lets pass, or ends at, and Sheaf finds: `docs/table-schema.md` promises it.
@Suite struct MissedTests {
    private static func question(
        key: JSONValue = ["name": "id", "type": "string"], fields: [JSONValue] = [], members: [JSONMember] = [],
        rows: [[String]]
    ) -> Question {
        let mark: JSONValue = ["name": "mark", "type": "string", "sheaf": ["role": "label"]]
        let all = [key, mark] + fields
        let names = all.map { field in
            if case .object(let members) = field, case .string(let name)? = members["name"] { name } else { "" }
        }
        let document = members + [JSONMember("fields", .list(all)), JSONMember("primaryKey", ["id"])]
        return Question(version: .v2, schema: Question.schema(.v2, document), table: [names] + rows)
    }

    private static func validated(_ question: Question) throws -> (schema: LabelSchema, batch: ValidatedBatch) {
        guard case .success(let schema, var validator) = question.bound else {
            throw Frictionless.Failure(description: question.ours.words)
        }
        return (schema, validator.validate(question.rows))
    }

    @Test(arguments: ["a\u{A0}", "\u{3000}a", "a\u{200B}", "\u{FEFF}a", "ａ", "a\t"])
    func aKeyInAnotherSpellingIsTheSameKey(_ spelling: String) async throws {
        let normalize = JSONMember("sheaf", ["normalize": ["nfkc", "trim"]])
        let question = Self.question(members: [normalize], rows: [["a", "x"], [spelling, "y"]])
        #expect(try await Frictionless.verdicts(on: [question]) == [.checked([])])
        let batch = try Self.validated(question).batch
        #expect(batch.rows.map { batch.text($0.key) } == [#"["a"]"#, #"["a"]"#])
    }

    @Test func composedAndDecomposedKanaAreTheSameKey() async throws {
        let normalize = JSONMember("sheaf", ["normalize": ["nfc"]])
        let question = Self.question(members: [normalize], rows: [["が", "x"], ["か\u{3099}", "y"]])
        #expect(try await Frictionless.verdicts(on: [question]) == [.checked([])])
        let batch = try Self.validated(question).batch
        #expect(batch.text(batch.rows[0].key) == batch.text(batch.rows[1].key))
    }

    @Test(arguments: ["a\u{0}b", "\u{1B}[31mred", "tail\u{8}"])
    func aControlCharacterInATextIsToldAndTheRowIsTaken(_ text: String) async throws {
        let question = Self.question(fields: [["name": "code", "type": "string"]], rows: [["1", "x", text]])
        #expect(try await Frictionless.verdicts(on: [question]) == [.checked([])])
        let batch = try Self.validated(question).batch
        #expect(batch.rows.map(\.kind) == [.valid])
        #expect(batch.errors.map(\.code) == ["cell-error"])
        #expect(batch.errors.map(\.severity) == [.warning])
    }

    @Test func linesAndTabsInATextAreNothingToTell() throws {
        let question = Self.question(
            fields: [["name": "code", "type": "string"]], rows: [["1", "x", "a\n\"b\"\tc\r\n\\"]])
        #expect(try Self.validated(question).batch.errors.isEmpty)
    }

    @Test func uniqueKeysAreHeld() async throws {
        let question = Self.question(
            fields: [["name": "code", "type": "integer"]], members: [JSONMember("uniqueKeys", [["mark", "code"]])],
            rows: [["1", "x", "7"], ["2", "x", "07"], ["3", "y", "7"]])
        #expect(try await Frictionless.verdicts(on: [question]) == [.checked([])])
        let (schema, batch) = try Self.validated(question)
        let tuples = batch.rows.map { row in batch.tuples[row.tuples].map { batch.text($0) } }
        let findings = TableConstraints(schema).look(
            rows: batch.rows.indices.map { TableRow(index: $0) },
            tuple: { row, place in TupleHash(high: 0, low: tuples[row][place] == tuples[0][place] ? 1 : 2) }, kept: [],
            offered: [:])
        #expect(findings.refused.keys.sorted() == [0, 1])
    }

    @Test func controlCharactersAreNoPartOfANumber() async throws {
        let controls = (0x1C...0x1F).compactMap(Unicode.Scalar.init) + ["\u{B}", "\u{C}", "\u{85}"]
        let question = Self.question(
            fields: [["name": "value", "type": "integer"]],
            rows: controls.enumerated().map { ["\($0 + 1)", "x", "42\($1)"] })
        #expect(try await Frictionless.verdicts(on: [question]) == [.checked([])])
        #expect(question.ours.findings?.count == controls.count)
    }

    @Test func aUniqueArrayIsNoReasonToCrash() async throws {
        let question = Self.question(
            fields: [["name": "value", "type": "array", "constraints": ["unique": true]]], rows: [["1", "x", "[1]"]])
        #expect(try await Frictionless.verdicts(on: [question]) == [.crashed("TypeError")])
        #expect(question.ours == .checked([]))
    }
}
