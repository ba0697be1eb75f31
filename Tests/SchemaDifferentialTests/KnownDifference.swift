/// One way in which Sheaf and frictionless differ, and why that is to be so.
struct KnownDifference: Sendable {
    /// In a few words; the documents list it under this.
    let name: String
    /// A field that shows it, and a cell.
    let example: FieldSpec
    /// What is written beside the fields, where that matters.
    var members: [JSONMember] = []
    let cell: String
    /// The codes that either side gives; none if it is content.
    let ours: Set<String>
    let theirs: Set<String>
    /// What the standard says, and why Sheaf does as it does.
    let reason: String
    /// Whether a disagreement is of this kind.
    ///
    /// Codes have been compared already.
    let explains: @Sendable (FieldSpec, TableCase, String) -> Bool

    func matches(_ disagreement: Disagreement) -> Bool {
        guard disagreement.ours == ours, disagreement.theirs == theirs, let field = disagreement.field else {
            return false
        }
        return explains(field, disagreement.tableCase, disagreement.cell)
    }

    /// The example as a table of one row.
    var exampleCase: TableCase {
        TableCase(version: .v2, members: members, fields: [example], rows: [[cell]])
    }

    /// A row of the table in the documents.
    var documented: String {
        let document = members.isEmpty ? "" : "document `\(JSONValue.object(members).text)`, "
        let field = JSONValue.object(example.ownMembers).text
        return "| \(name) | \(document)`\(field)` | \(Self.code(cell)) | \(Self.verdict(ours)) "
            + "| \(Self.verdict(theirs)) | \(reason) |"
    }

    private static func verdict(_ codes: Set<String>) -> String {
        codes.isEmpty ? "valid" : codes.sorted().map { "`\($0)`" }.joined(separator: ", ")
    }

    /// A cell as a reader can see it.
    private static func code(_ cell: String) -> String {
        if cell.isEmpty { return "(blank)" }
        var shown = ""
        for scalar in cell.unicodeScalars {
            let isPlain = scalar.isASCII ? (0x20..<0x7F).contains(scalar.value) : scalar.properties.isAlphabetic
            if isPlain || scalar.properties.numericType != nil {
                shown += scalar == "|" ? "\\|" : String(scalar)
            } else {
                shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return "`\(shown)`"
    }
}
