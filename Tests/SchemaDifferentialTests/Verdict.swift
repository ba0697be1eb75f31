import LabelSchema
import Tabular

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

    /// The codes of the whole table, where it could not be checked row by row.
    var codes: Set<String> {
        switch self {
        case .refused: ["schema-error"]
        case .header(let codes): codes
        case .crashed: ["crash"]
        case .checked: []
        }
    }

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

extension TableCase {
    /// What Sheaf says.
    var ours: Verdict {
        let parsed: LabelSchema
        do {
            parsed = try LabelSchema.parse(schema.text, file: "case.json")
        } catch {
            return .refused(error.mistakes.map(\.description))
        }
        switch parsed.bind(header: header, headerRow: 1) {
        case .refused(let problems): return .header(Set(problems.map(\.code)))
        case .bound(var validator):
            let batch = validator.validate(RowBatch(texts: cells, firstRowNumber: Self.firstRow))
            return .checked(
                Set(batch.errors.map { Finding(row: $0.rowNumber, field: $0.field ?? "", code: $0.code) }))
        }
    }
}

extension RowBatch {
    /// Rows as a file of comma-separated values gives them.
    init(texts: [[String]], firstRowNumber: Int) {
        self.init(firstRowNumber: firstRowNumber)
        for row in texts {
            for text in row { appendCell(text.isEmpty ? .empty : .text, text.utf8) }
            endRow()
        }
    }
}
