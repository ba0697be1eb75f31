import LabelSchema
import Sync

/// One change in words, cell by cell.
///
/// What stood in cells is made harmless for a terminal.
struct ChangeText {
    let style: Style
    var language = MessageLanguage.en

    func lines(_ change: SyncReport.Change) -> [String] {
        let reasons = change.reasons.map { reason in
            "      " + style.dim(language == .ja ? reason.ja : reason.en)
        }
        return line(change) + reasons
    }

    private func line(_ change: SyncReport.Change) -> [String] {
        let key = LabelSchema.keyText(Array(change.key.utf8))
        var place = change.sheet.map { CellText.shown($0) } ?? ""
        if let row = change.row { place += " row \(row)" }
        if let annotator = change.annotator { place += ", \(CellText.shown(annotator))" }
        if change.isCost {
            place = change.kind == .delete ? "lost to the new schema" : "loses the values of a field that is gone"
        }
        if change.isRedacted == true { place += (place.isEmpty ? "" : ", ") + "redacted" }
        let tail = place.isEmpty ? "" : "  " + style.dim(place)
        switch change.kind {
        case .insert:
            return ["  \(style.green("+ \(key)"))  \(cells(change.cells.map { ($0.title, $0.after) }))\(tail)"]
        case .delete:
            return ["  \(style.red("- \(key)"))  \(cells(change.cells.map { ($0.title, $0.before) }))\(tail)"]
        case .update:
            return ["  \(style.yellow("~ \(key)"))\(tail)"]
                + change.cells.map { cell in
                    "      \(CellText.shown(cell.title)): \(style.red(shown(cell.before))) → \(style.green(shown(cell.after)))"
                }
        }
    }

    private func cells(_ cells: [(title: String, value: String?)]) -> String {
        cells.map { "\(CellText.shown($0.title)): \(shown($0.value))" }.joined(separator: "  ")
    }

    private func shown(_ value: String?) -> String {
        value.map { CellText.shown($0, limit: 40) } ?? "(blank)"
    }
}
