import LabelSchema
import Sync

/// What differs between two schemas, and what it would cost: for a terminal and for `--json`.
struct SchemaDiffReport: Encodable {
    struct Change: Encodable {
        var effect: String
        var kind: String
        var field: String?
        var subject: String
        var before: String?
        var after: String?
        var description: String
    }

    /// A stored label that would no longer be valid.
    struct Label: Encodable {
        struct Problem: Encodable {
            var code: String
            var field: String?
            var value: String
            var ja: String
            var en: String
        }

        var key: String
        var errors: [Problem]

        init(_ label: SchemaCost.InvalidLabel) {
            key = label.key
            errors = label.errors.map { error in
                Problem(
                    code: error.code, field: error.field, value: error.cell, ja: error.message(.ja),
                    en: error.message(.en))
            }
        }
    }

    let dataset: String
    let from: String
    let to: String
    /// The gravest effect of all changes.
    let effect: String
    let changes: [Change]
    /// The version whose labels were checked; `nil` where the schemas are the same.
    var version: Int?
    var checkedLabels = 0
    var invalidLabels = 0
    /// The first of them, or all on request.
    var labels: [Label] = []

    init(dataset: String, from: String, to: String, diff: SchemaDiff) {
        self.dataset = dataset
        self.from = from
        self.to = to
        effect = diff.effect.rawValue
        changes = diff.changes.map { change in
            Change(
                effect: change.effect.rawValue, kind: change.kind.rawValue, field: change.field,
                subject: change.subject, before: change.before, after: change.after, description: change.description)
        }
    }

    func lines(_ style: Style, _ language: MessageLanguage) -> [String] {
        var lines = [style.bold("\(CellText.shown(from, limit: 200)) → \(CellText.shown(to, limit: 200))")]
        guard let version else { return lines + ["The schemas are the same."] }
        for effect in SchemaEffect.allCases.reversed() {
            let some = changes.filter { $0.effect == effect.rawValue }
            if some.isEmpty { continue }
            lines += ["", Self.title(effect, style)] + some.map { "  \($0.description)" }
        }
        if changes.isEmpty {
            lines.append("The documents differ, and mean the same.")
        }
        return lines + [""] + costs("\(dataset)@\(version)", style, language)
    }

    private static func title(_ effect: SchemaEffect, _ style: Style) -> String {
        switch effect {
        case .harmless: style.green("Harmless") + style.dim(": every label stays as it is")
        case .rereads: style.yellow("Reads rows anew") + style.dim(": labels may change, none is lost")
        case .mayCost: style.red("May cost labels")
        }
    }

    private func costs(_ name: String, _ style: Style, _ language: MessageLanguage) -> [String] {
        if invalidLabels == 0 { return [style.green("All \(checkedLabels.counted("label")) of \(name) stay valid.")] }
        var lines = [
            style.red(
                "\(invalidLabels.grouped) of \(checkedLabels.counted("label")) of \(name) would no longer be valid")
                + ":"
        ]
        for label in labels {
            let key = LabelSchema.keyText(Array(label.key.utf8))
            for error in label.errors {
                let place = error.field.map { "\(CellText.shown($0)): \(CellText.shown(error.value))  " } ?? ""
                lines.append("  \(style.cyan(key))  \(place)\(language == .ja ? error.ja : error.en)")
            }
        }
        let more = invalidLabels - labels.count
        if more > 0 { lines.append(style.dim("  … and \(more.counted("label")) more (--all tells them)")) }
        return lines + [
            "Where no valid row takes their place they would be lost: such a sync is held until somebody approves it."
        ]
    }
}
