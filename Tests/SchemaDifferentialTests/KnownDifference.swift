/// One way in which Sheaf and frictionless differ, and why that is to be so.
struct KnownDifference: Sendable {
    /// In a few words; the documents list it under this.
    let name: String
    /// A field that shows it, and a cell.
    let example: FieldSpec
    let cell: String
    /// The codes that either side gives to the example; none if it is content.
    let ours: Set<String>
    let theirs: Set<String>
    /// What the standard says, and why Sheaf does as it does.
    let reason: String
    /// Whether a disagreement is of this kind.
    let explains: @Sendable (Disagreement) -> Bool

    /// The example as a table of one row.
    var exampleCase: TableCase {
        TableCase(version: .v2, fields: [example], rows: [[cell]])
    }

    /// A row of the table in the documents.
    var documented: String {
        let field = JSONValue.object(example.ownMembers).text.replacing("|", with: "\\|")
        return "| \(name) | `\(field)` | \(Self.code(cell)) | \(Self.verdict(ours)) | \(Self.verdict(theirs)) "
            + "| \(reason) |"
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

extension KnownDifference {
    /// Every difference that is known.
    ///
    /// `docs/table-schema.md` lists exactly these.
    static let all = numbers + times + texts + lists + structures + sheets + schemas
}

extension Disagreement {
    /// Sheaf says that it is no value of the type; frictionless takes it for one, whatever it then thinks of it.
    var isTakenByThem: Bool {
        ours == ["type-error"] && theirs.isSubset(of: ["constraint-error"])
    }

    /// The other way round.
    var isTakenByUs: Bool {
        theirs == ["type-error"] && ours.isSubset(of: ["constraint-error"])
    }

    /// Whether values of the field, or items of its list, are of one of the types.
    func isOf(_ types: String...) -> Bool {
        types.contains(field?.valueType ?? "")
    }

    /// Whether the field is a text of a format.
    func isFormat(_ format: String) -> Bool {
        field?.type == "string" && field?.format == format
    }

    func has(_ isWanted: (Unicode.Scalar) -> Bool) -> Bool {
        cell.unicodeScalars.contains(where: isWanted)
    }

    /// The values in the cell: of a list, its items.
    var values: [String] {
        guard field?.type == "list" else { return [cell] }
        var delimiter = ","
        if case .string(let declared)? = field?.members["delimiter"] { delimiter = declared }
        return cell.split(separator: delimiter, omittingEmptySubsequences: false).map(String.init)
    }
}
