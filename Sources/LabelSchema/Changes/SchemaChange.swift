/// What a change of a schema means for the labels that are there.
package enum SchemaEffect: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Every row that is a label stays the same label, and so does every stored one.
    case harmless
    /// No stored label fails, but rows may be read as something else, or refused where they were not.
    case rereads
    /// Stored labels may fail the new schema, or be known by another key.
    case mayCost = "may_cost"

    package static func < (first: SchemaEffect, second: SchemaEffect) -> Bool {
        first.rank < second.rank
    }

    private var rank: Int {
        switch self {
        case .harmless: 0
        case .rereads: 1
        case .mayCost: 2
        }
    }
}

/// One difference between two schemas.
package struct SchemaChange: Sendable, Hashable {
    /// What kind of difference it is; the raw values are stable names for programs.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case fieldAdded = "field-added"
        case fieldRemoved = "field-removed"
        case fieldRenamed = "field-renamed"
        case typeChanged = "type-changed"
        case formatChanged = "format-changed"
        case constraintTightened = "constraint-tightened"
        case constraintLoosened = "constraint-loosened"
        case valueAdded = "value-added"
        case valueRemoved = "value-removed"
        case aliasAdded = "alias-added"
        case aliasRemoved = "alias-removed"
        case aliasChanged = "alias-changed"
        case normalizeChanged = "normalize-changed"
        case missingValuesChanged = "missing-values-changed"
        /// Something else about how a cell is read: a delimiter, the words for true and false.
        case readingChanged = "reading-changed"
        case roleChanged = "role-changed"
        case severityChanged = "severity-changed"
        case keyChanged = "key-changed"
        case uniqueChanged = "unique-changed"
        case foreignKeysChanged = "foreign-keys-changed"
        case rulesChanged = "rules-changed"
        case listChanged = "list-changed"
        case fieldsMatchChanged = "fields-match-changed"
        /// Sheets have to name the column in another way.
        case headerChanged = "header-changed"
        /// A title, description, example or message.
        case textChanged = "text-changed"
        /// What this version cannot judge.
        case other
    }

    package let kind: Kind
    package let effect: SchemaEffect
    /// The field's name, as the new schema has it if it has it still; `nil` for what concerns the whole schema.
    package let field: String?
    /// What of it: a constraint, a value, a spelling, a member of the document.
    package let subject: String
    /// How it was and how it is, as far as a person needs it; not escaped.
    package let before: String?
    package let after: String?

    /// One line: ``category: `maxLength` is tightened from 20 to 10``.
    ///
    /// Fit to be shown: nothing in it is as somebody may have typed it.
    package var description: String {
        guard let field else { return sentence }
        return "\(CellText.shown(field)): \(sentence)"
    }

    private var sentence: String {
        let name = CellText.shown(subject)
        switch kind {
        case .fieldAdded: return "a new field\(after.map { ", \(CellText.shown($0))" } ?? "")"
        case .fieldRemoved: return "the field is gone"
        case .fieldRenamed: return "was `\(name)`"
        case .typeChanged, .formatChanged, .roleChanged, .fieldsMatchChanged: return "`\(name)` is changed\(fromTo)"
        case .constraintTightened: return "`\(name)` is tightened\(fromTo)"
        case .constraintLoosened: return "`\(name)` is loosened\(fromTo)"
        case .valueAdded: return "the value “\(name)” is new"
        case .valueRemoved: return "the value “\(name)” is gone"
        case .aliasAdded: return "“\(name)” now stands for “\(CellText.shown(after ?? ""))”"
        case .aliasRemoved: return "“\(name)” no longer stands for “\(CellText.shown(before ?? ""))”"
        case .aliasChanged:
            return "“\(name)” now stands for “\(CellText.shown(after ?? ""))”, not “\(CellText.shown(before ?? ""))”"
        case .headerChanged:
            let former = before.map { ", no longer “\(CellText.shown($0))”" } ?? ""
            return "sheets need a column “\(CellText.shown(after ?? ""))”\(former)"
        case .keyChanged: return "the primary key is changed\(fromTo)"
        case .uniqueChanged, .foreignKeysChanged, .rulesChanged, .listChanged, .normalizeChanged,
            .missingValuesChanged, .readingChanged, .severityChanged, .textChanged, .other:
            if before == nil, after != nil { return "`\(name)` is new\(fromTo)" }
            if before != nil, after == nil { return "`\(name)` is gone\(fromTo)" }
            return "`\(name)` is changed\(fromTo)"
        }
    }

    private var fromTo: String {
        switch (before, after) {
        case (nil, nil): ""
        case (let before?, nil): " (was \(CellText.shown(before)))"
        case (nil, let after?): ": \(CellText.shown(after))"
        case (let before?, let after?): " from \(CellText.shown(before)) to \(CellText.shown(after))"
        }
    }
}
