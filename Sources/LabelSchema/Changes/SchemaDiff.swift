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
        let (oldRoot, newRoot) = (SchemaNode.members(ofDocument: old), SchemaNode.members(ofDocument: new))
        let oldFields = DocumentField.all(old, oldRoot)
        let newFields = DocumentField.all(new, newRoot)
        let renames = Self.renames(oldFields, newFields)
        let columnsMayMiss = ["superset", "partial"].contains(newRoot["fieldsMatch"]?.words.first)
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
        compareRoots(oldRoot, newRoot, renames)
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

    // MARK: The whole

    private static let texts = ["$schema", "name", "title", "description"]
    /// Compared elsewhere: field by field, as the key, or below.
    private static let compared = [
        "fields", "primaryKey", "missingValues", "sheaf", "fieldsMatch", "uniqueKeys", "foreignKeys",
    ]

    private mutating func compareRoots(
        _ old: [String: SchemaNode], _ new: [String: SchemaNode], _ renames: [String: String]
    ) {
        if old["fieldsMatch"]?.words ?? ["subset"] != new["fieldsMatch"]?.words ?? ["subset"] {
            let (before, after) = (old["fieldsMatch"]?.words.first, new["fieldsMatch"]?.words.first)
            add(.fieldsMatchChanged, .rereads, field: nil, "fieldsMatch", before ?? "subset", after ?? "subset")
        }
        let newNames = Dictionary(renames.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        compareEntries("uniqueKeys", .uniqueChanged, old, new, newNames)
        compareEntries("foreignKeys", .foreignKeysChanged, old, new, newNames)
        compareSheaf(old["sheaf"]?.members ?? [:], new["sheaf"]?.members ?? [:], new)
        for name in Set(old.keys).union(new.keys).subtracting(Self.compared).sorted() {
            guard let (before, after) = SchemaNode.difference(old[name], new[name]) else { continue }
            let isText = Self.texts.contains(name)
            add(isText ? .textChanged : .other, isText ? .harmless : .mayCost, field: nil, name, before, after)
        }
    }

    /// Compares what holds over several rows: one that is gone binds nobody, one that is new may fail.
    private mutating func compareEntries(
        _ name: String, _ kind: SchemaChange.Kind, _ old: [String: SchemaNode], _ new: [String: SchemaNode],
        _ newNames: [String: String]
    ) {
        let before = (old[name]?.items ?? []).map { $0.renamingFields(newNames).json }
        let after = (new[name]?.items ?? []).map(\.json)
        for entry in before where !after.contains(entry) {
            add(kind, .harmless, field: nil, name, SchemaNode.excerpt(entry), nil)
        }
        for entry in after where !before.contains(entry) {
            add(kind, .mayCost, field: nil, name, nil, SchemaNode.excerpt(entry))
        }
    }

    private mutating func compareSheaf(
        _ old: [String: SchemaNode], _ new: [String: SchemaNode], _ root: [String: SchemaNode]
    ) {
        compareEntries("rules", .rulesChanged, old, new, [:])
        compareLists(old["lists"]?.members ?? [:], new["lists"]?.members ?? [:], root)
        // `normalize` is what fields take that say nothing else: compared there.
        for name in Set(old.keys).union(new.keys).subtracting(["normalize", "rules", "lists"]).sorted() {
            guard let (before, after) = SchemaNode.difference(old[name], new[name]) else { continue }
            add(.other, .mayCost, field: nil, name, before, after)
        }
    }

    private mutating func compareLists(
        _ old: [String: SchemaNode], _ new: [String: SchemaNode], _ root: [String: SchemaNode]
    ) {
        for name in Set(old.keys).union(new.keys).sorted() where old[name]?.json != new[name]?.json {
            let before = Set((old[name]?.items ?? []).map(\.json))
            let after = Set((new[name]?.items ?? []).map(\.json))
            // Aliases are compared as what they say, and what a foreign key points to may grow.
            let isLonger = !before.isEmpty && before.isSubset(of: after)
            let isForAliases = (root["fields"]?.items ?? []).contains { $0["sheaf"]?["aliases"]?.text == name }
            let isReferred = (root["foreignKeys"]?.items ?? []).contains { $0["reference"]?.mentions(name) == true }
            let effect: SchemaEffect
            if new[name] == nil || isForAliases && !isReferred {
                effect = .harmless
            } else {
                effect = isReferred && (isLonger || old[name] == nil) ? .harmless : .mayCost
            }
            add(
                .listChanged, effect, field: nil, name, old[name].map { _ in "\(before.count) rows" },
                new[name].map { _ in "\(after.count) rows" })
        }
    }
}
