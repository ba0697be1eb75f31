import ArgumentParser
import Foundation
import LabelSchema
import Sync
import Tabular

/// The difference between two versions as text, JSON or CSV, page by page.
struct DiffDocument {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, csv, daff }

    /// What was found, without the changes themselves.
    struct Summary: Encodable {
        var dataset: String
        var from: Int
        var to: Int
        var inserted = 0
        var updated = 0
        var deleted = 0
        /// The file, if it was written to one.
        var output: String?

        mutating func count(_ kind: SyncReport.Change.Kind) {
            switch kind {
            case .insert: inserted += 1
            case .update: updated += 1
            case .delete: deleted += 1
            }
        }
    }

    let format: Format
    let style: Style
    let formulas: CSVText.Formulas
    /// Fields whose values are numbers, which no spreadsheet runs.
    let numbers: Set<String>
    private(set) var summary: Summary
    private var isFirst = true

    init(
        _ summary: Summary, format: Format, style: Style, formulas: CSVText.Formulas, schema: LabelSchema
    ) {
        self.summary = summary
        self.format = format
        self.style = style
        self.formulas = formulas
        numbers = Set(
            schema.canonicalFields.filter { [.integer, .number, .year].contains($0.type) }.map(\.name))
    }

    /// What goes before the first change.
    func head() -> String {
        switch format {
        case .text:
            style.bold("\(summary.dataset)@\(summary.from) → \(summary.dataset)@\(summary.to)") + "\n"
        case .json: "{\n  \"changes\" : [\n"
        case .csv, .daff: "key,kind,field,before,after\n"
        }
    }

    /// The next changes.
    mutating func page(_ changes: [SyncReport.Change]) throws -> String {
        for change in changes { summary.count(change.kind) }
        if changes.isEmpty { return "" }
        switch format {
        case .text:
            return changes.flatMap { ChangeText(style: style).lines($0) }.map { $0 + "\n" }.joined()
        case .json:
            let documents = try changes.map { change in
                try Console.document(change).split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
            }
            defer { isFirst = false }
            return (isFirst ? "" : ",\n") + documents.joined(separator: ",\n")
        case .csv, .daff: return csv(changes)
        }
    }

    /// What goes behind the last one.
    func tail() throws -> String {
        switch format {
        case .text:
            return [
                style.green("+ \(summary.inserted.counted("insert"))"),
                style.yellow("~ \(summary.updated.counted("update"))"),
                style.red("- \(summary.deleted.counted("delete"))"),
            ].joined(separator: "   ") + "\n"
        case .json: return "\n  ],\n" + (try Console.document(summary).dropFirst(2)) + "\n"
        case .csv, .daff: return ""
        }
    }

    /// A line for each cell that changed.
    private func csv(_ changes: [SyncReport.Change]) -> String {
        var csv = CSVWriter(quotesSeparators: formulas == .escape)
        for change in changes {
            if change.cells.isEmpty { csv.append(row: [change.key, change.kind.rawValue, "", "", ""]) }
            for cell in change.cells {
                let isNumber = numbers.contains(cell.field)
                func text(_ value: String?) -> String {
                    guard let value, formulas == .escape, !isNumber else { return value ?? "" }
                    return FormulaText.escaped(value)
                }
                let field = formulas == .escape ? FormulaText.escaped(cell.field) : cell.field
                csv.append(row: [change.key, change.kind.rawValue, field, text(cell.before), text(cell.after)])
            }
        }
        return String(decoding: csv.takeBytes(), as: UTF8.self)
    }
}
