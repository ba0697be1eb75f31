/// What differs between two schemas, and what each difference means for labels.
///
/// It goes by the documents, so that what it does not know is seen all the same, and counts as what may cost labels.
package struct SchemaDiff: Sendable {
    /// Field by field in the order of the new schema, then what is gone, then what concerns the whole.
    package private(set) var changes: [SchemaChange] = []

    /// The gravest effect of all changes; harmless if there are none.
    package var effect: SchemaEffect {
        changes.map(\.effect).max() ?? .harmless
    }

    /// Compares two schemas.
    ///
    /// - Parameters:
    ///   - old: The schema that the labels were checked against.
    ///   - new: The schema that is to take its place.
    package init(from old: LabelSchema, to new: LabelSchema) {
        let (oldRoot, newRoot) = (SchemaNode.rootMembers(ofDocument: old), SchemaNode.rootMembers(ofDocument: new))
        let oldFields = DocumentField.all(old, oldRoot)
        let newFields = DocumentField.all(new, newRoot)
        let renames = Self.renames(oldFields, newFields)
        let columnsMayMiss = new.fieldsMatch.allowsFewerColumns
        for field in newFields {
            let name = field.name
            if let before = oldFields.first(where: { $0.name == name }) {
                changes += FieldDiff(from: before, to: field, columnsMayMiss: columnsMayMiss).changes
            } else if let former = renames[name], let before = oldFields.first(where: { $0.name == former }) {
                let isStored = before.field.isCanonical || field.field.isCanonical
                add(.fieldRenamed, isStored ? .rereads : .harmless, field: name, former, former, name)
                changes += FieldDiff(from: before, to: field, columnsMayMiss: columnsMayMiss).changes
            } else {
                addNew(field, columnsMayMiss: columnsMayMiss)
            }
        }
        let renamed = Set(renames.values)
        for field in oldFields
        where !renamed.contains(field.name) && !newFields.contains(where: { $0.name == field.name }) {
            // The members of stored labels have no field any more.
            add(.fieldRemoved, field.field.isCanonical ? .mayCost : .harmless, field: field.name, "fields", nil, nil)
        }
        compareKeys(old, new, renames)
        compareTables(old, new, renames)
        compareRoots(oldRoot, newRoot, isReferred: { name in new.foreignKeys.contains { $0.reference == .list(name) } })
    }

    private mutating func add(
        _ kind: SchemaChange.Kind, _ effect: SchemaEffect, field: String?, _ subject: String, _ before: String?,
        _ after: String?
    ) {
        changes.append(
            SchemaChange(kind: kind, effect: effect, field: field, subject: subject, before: before, after: after))
    }

    // MARK: Fields

    /// For each field that was renamed, its former name.
    private static func renames(_ old: [DocumentField], _ new: [DocumentField]) -> [String: String] {
        let (oldNames, newNames) = (Set(old.map(\.name)), Set(new.map(\.name)))
        var renames: [String: String] = [:]
        for field in new where !oldNames.contains(field.name) {
            renames[field.name] = field.field.formerNames.first { oldNames.contains($0) && !newNames.contains($0) }
        }
        return renames
    }

    private mutating func addNew(_ field: DocumentField, columnsMayMiss: Bool) {
        let isNeeded = field.field.constraints.required || field.field.role == .key
        var effect = SchemaEffect.harmless
        if isNeeded { effect = field.field.isCanonical ? .mayCost : .rereads }
        add(.fieldAdded, effect, field: field.name, "fields", nil, isNeeded ? "required" : "optional")
        if !columnsMayMiss { add(.headerChanged, .harmless, field: field.name, "header", nil, field.field.title) }
    }

    private mutating func compareKeys(_ old: LabelSchema, _ new: LabelSchema, _ renames: [String: String]) {
        let formerNames = new.primaryKey.map { renames[$0] ?? $0 }
        if formerNames == old.primaryKey { return }
        add(
            .keyChanged, .mayCost, field: nil, "primaryKey", old.primaryKey.joined(separator: ", "),
            new.primaryKey.joined(separator: ", "))
    }

    // MARK: What holds over several rows

    /// A key that is gone binds nobody, one that is new may fail.
    private mutating func compareTables(_ old: LabelSchema, _ new: LabelSchema, _ renames: [String: String]) {
        if old.fieldsMatch != new.fieldsMatch {
            add(
                .fieldsMatchChanged, .rereads, field: nil, "fieldsMatch", old.fieldsMatch.rawValue,
                new.fieldsMatch.rawValue)
        }
        let newNames = Dictionary(renames.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        compare(
            .uniqueChanged, "uniqueKeys",
            old.uniqueKeys.filter { !$0.isFieldConstraint }.map { names($0.fields, newNames) },
            new.uniqueKeys.filter { !$0.isFieldConstraint }.map { names($0.fields, [:]) })
        compare(
            .foreignKeysChanged, "foreignKeys", old.foreignKeys.map { text($0, newNames) },
            new.foreignKeys.map { text($0, [:]) })
    }

    private mutating func compare(_ kind: SchemaChange.Kind, _ name: String, _ old: [String], _ new: [String]) {
        for entry in old where !new.contains(entry) { add(kind, .harmless, field: nil, name, entry, nil) }
        for entry in new where !old.contains(entry) { add(kind, .mayCost, field: nil, name, nil, entry) }
    }

    private func names(_ fields: [String], _ newNames: [String: String]) -> String {
        fields.map { newNames[$0] ?? $0 }.joined(separator: ", ")
    }

    private func text(_ key: ForeignKey, _ newNames: [String: String]) -> String {
        let own = names(key.fields, newNames)
        switch key.reference {
        case .itself: return "\(own) → \(names(key.referencedFields, newNames))"
        case .list(let name): return "\(own) → \(name): \(names(key.referencedFields, [:]))"
        case .dataset(let name): return "\(own) → dataset \(name): \(names(key.referencedFields, [:]))"
        }
    }

    // MARK: The whole

    private static let texts = ["$schema", "name", "title", "description"]
    /// Compared elsewhere: field by field, or as what they mean.
    private static let compared = [
        "fields", "primaryKey", "missingValues", "sheaf", "fieldsMatch", "uniqueKeys", "foreignKeys",
    ]

    private mutating func compareRoots(
        _ old: [String: SchemaNode], _ new: [String: SchemaNode], isReferred: (String) -> Bool
    ) {
        let sheaf = (old["sheaf"]?.namedNodes ?? [:], new["sheaf"]?.namedNodes ?? [:])
        compareRules(sheaf.0["rules"], sheaf.1["rules"])
        let aliases = (new["fields"]?.listedNodes ?? []).compactMap { $0["sheaf"]?["aliases"]?.text }
        compareLists(
            sheaf.0["lists"]?.namedNodes ?? [:], sheaf.1["lists"]?.namedNodes ?? [:], isForAliases: aliases.contains,
            isReferred: isReferred)
        // `normalize` is what fields take that say nothing else: compared there.
        compareOthers(sheaf.0, sheaf.1, except: ["normalize", "rules", "lists"])
        compareOthers(old, new, except: Self.compared)
    }

    private mutating func compareOthers(
        _ old: [String: SchemaNode], _ new: [String: SchemaNode], except compared: [String]
    ) {
        for name in Set(old.keys).union(new.keys).subtracting(compared).sorted() {
            guard let (before, after) = SchemaNode.difference(old[name], new[name]) else { continue }
            let isText = Self.texts.contains(name)
            add(isText ? .textChanged : .other, isText ? .harmless : .mayCost, field: nil, name, before, after)
        }
    }

    /// A rule is what it says: its name, the cell that it points to and its message change nothing of it.
    private mutating func compareRules(_ old: SchemaNode?, _ new: SchemaNode?) {
        let (before, after) = ((old?.listedNodes ?? []).map(RuleText.init), (new?.listedNodes ?? []).map(RuleText.init))
        for rule in before where !after.contains(rule) {
            add(.rulesChanged, .harmless, field: nil, "rules", rule.description, nil)
        }
        for rule in after where !before.contains(rule) {
            add(.rulesChanged, rule.isWarning ? .harmless : .mayCost, field: nil, "rules", nil, rule.description)
        }
    }

    private struct RuleText: Equatable, CustomStringConvertible {
        let text: String
        let isWarning: Bool

        init(_ node: SchemaNode) {
            text = node.text ?? node["rule"]?.text ?? node.excerpt
            isWarning = node["severity"]?.text == Severity.warning.rawValue
        }

        var description: String { isWarning ? text + " (warning)" : text }
    }

    private mutating func compareLists(
        _ old: [String: SchemaNode], _ new: [String: SchemaNode], isForAliases: (String) -> Bool,
        isReferred: (String) -> Bool
    ) {
        for name in Set(old.keys).union(new.keys).sorted() where old[name]?.json != new[name]?.json {
            let before = Set((old[name]?.listedNodes ?? []).map(\.json))
            let after = Set((new[name]?.listedNodes ?? []).map(\.json))
            // Aliases are compared as what they say, and what a foreign key points to may grow.
            let isLonger = !before.isEmpty && before.isSubset(of: after)
            let effect: SchemaEffect
            if new[name] == nil || isForAliases(name) && !isReferred(name) {
                effect = .harmless
            } else {
                effect = isReferred(name) && (isLonger || old[name] == nil) ? .harmless : .mayCost
            }
            add(
                .listChanged, effect, field: nil, name, old[name].map { _ in "\(before.count) rows" },
                new[name].map { _ in "\(after.count) rows" })
        }
    }
}
