import LabelSchema
import Testing

/// Documents that are made to break the reader: each is refused in words, in good time.
@Suite struct HostileSchemaTests {
    private static let fields =
        "\nfields:\n  - { name: id, type: integer }\n  - { name: kind, sheaf: { role: label } }\n"

    private func mistakes(_ text: String) -> String {
        do throws(LabelSchemaMistakes) {
            _ = try LabelSchema.parse(text, file: "hostile.yaml")
            return ""
        } catch {
            return error.mistakes.map(\.problem).joined(separator: "; ")
        }
    }

    @Test func aliasesOfAliasesAreRefused() {
        var text = "x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n"
        for level in 1..<10 {
            text +=
                "x\(level): &x\(level) [" + Array(repeating: "*x\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(mistakes(text + "primaryKey: [id]" + Self.fields).contains("too large"))
    }

    /// A schema is stored as JSON, and has to be read from there again.
    @Test func whatNoStoredDocumentCanHoldIsRefused() {
        let jsonSchema = String(repeating: "{ not: ", count: 80) + "{}" + String(repeating: " }", count: 80)
        let text = """
            primaryKey: [id]
            fields:
              - { name: id, type: integer }
              - { name: kind, type: object, constraints: { jsonSchema: \(jsonSchema) }, sheaf: { role: label } }
            """
        #expect(mistakes(text).contains("nested too deep"))
    }

    @Test(
        arguments: [
            String(repeating: "(", count: 50_000) + "kind is empty" + String(repeating: ")", count: 50_000),
            String(repeating: "not ", count: 30_000) + "kind is empty",
            Array(repeating: "kind is empty", count: 10_000).joined(separator: " and "),
            Array(repeating: "kind is empty", count: 10_000).joined(separator: " or "),
        ])
    func aRuleWithTooManyPartsIsRefused(rule: String) {
        let text = "primaryKey: [id]\nsheaf: { rules: ['\(rule)'] }" + Self.fields
        #expect(mistakes(text).contains("more than 200 parts"))
    }
}
