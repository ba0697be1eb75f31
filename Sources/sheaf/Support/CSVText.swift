import ArgumentParser
import LabelSchema

/// What commands that write CSV have in common.
enum CSVText {
    /// What becomes of text that a spreadsheet would run.
    enum Formulas: String, CaseIterable, ExpressibleByArgument { case escape, keep }

    /// CSV for somebody to look at: line by line, without what would steer a terminal.
    static func harmless(_ csv: [UInt8]) -> String {
        String(decoding: csv, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { CellText.shown(String($0), limit: .max) }.joined(separator: "\n")
    }
}
