/// One thing that is wrong with a row.
struct Finding: Sendable, Hashable {
    /// As in a sheet with a header.
    var row: Int
    /// Empty if it is about the whole row.
    var field: String
    var code: String
}

/// What one side says of a case.
enum Verdict: Sendable, Equatable {
    /// The schema is none; in words.
    case refused([String])
    /// Codes of what is wrong with the header.
    case header(Set<String>)
    /// No answer came: what happened instead.
    case crashed(String)
    case checked(Set<Finding>)

    /// What became of the table as a whole, where it was not checked row by row.
    var outcome: Set<String> {
        switch self {
        case .refused: ["schema-error"]
        case .header(let codes): codes
        case .crashed: ["crash"]
        case .checked: []
        }
    }

    /// Every code that came up.
    var codes: Set<String> { outcome.union((findings ?? []).map(\.code)) }

    var findings: Set<Finding>? {
        guard case .checked(let findings) = self else { return nil }
        return findings
    }

    var words: String {
        switch self {
        case .refused(let notes): "refuses the schema: " + notes.joined(separator: " | ")
        case .header(let codes): "refuses the header: " + codes.sorted().joined(separator: ", ")
        case .crashed(let what): "crashes with \(what)"
        case .checked(let findings): findings.isEmpty ? "valid" : "\(findings.count) findings"
        }
    }
}
