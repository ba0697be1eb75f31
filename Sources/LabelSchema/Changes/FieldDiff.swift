/// What differs between two states of one field.
struct FieldDiff {
    private(set) var changes: [SchemaChange] = []
    private let old: DocumentField
    private let new: DocumentField

    /// - Parameters:
    ///   - old: The field as it was.
    ///   - new: The field as it is.
    ///   - columnsMayMiss: Whether a sheet without the field's column is read, as if it were blank.
    init(from old: DocumentField, to new: DocumentField, columnsMayMiss: Bool) {
        self.old = old
        self.new = new
        compareHeaders(columnsMayMiss)
        compareRole()
        compareType()
        compareConstraints()
        compareAllowed()
        compareReading()
        compareAliases()
        compareTexts()
        compareSeverity()
        compareOthers()
    }

    mutating func add(
        _ kind: SchemaChange.Kind, _ effect: SchemaEffect, _ subject: String, _ before: String?, _ after: String?
    ) {
        var effect = effect
        // A key that is read as something else is another row.
        if effect == .rereads, new.field.role == .key { effect = .mayCost }
        // What is no part of labels may have a row refused, and costs no label.
        if effect == .mayCost, !old.field.isCanonical, !new.field.isCanonical { effect = .rereads }
        changes.append(
            SchemaChange(kind: kind, effect: effect, field: new.name, subject: subject, before: before, after: after))
    }

    // MARK: Header

    /// A header that means the field no longer: sheets that have it are refused, or read without the column.
    private mutating func compareHeaders(_ columnsMayMiss: Bool) {
        let accepted = Set(new.field.headerTexts.map(LabelSchema.headerKey))
        guard old.field.headerTexts.contains(where: { !accepted.contains(LabelSchema.headerKey($0)) }) else { return }
        add(.headerChanged, columnsMayMiss ? .mayCost : .harmless, "header", old.field.title, new.field.title)
    }

    // MARK: Role

    private mutating func compareRole() {
        let (before, after) = (old.field, new.field)
        if before.isCanonical != after.isCanonical {
            let isNeeded = after.constraints.required || after.role == .key
            let effect: SchemaEffect = before.isCanonical || isNeeded ? .mayCost : .rereads
            add(.roleChanged, effect, "canonical", "\(before.isCanonical)", "\(after.isCanonical)")
        }
        guard before.role != after.role else { return }
        let effect: SchemaEffect
        switch (before.role, after.role) {
        case (.annotator, .note), (.note, .annotator): effect = .harmless
        // Rows that were pending may be filled now.
        case (.context, .label): effect = .rereads
        // Rows that were filled may be pending now, which withdraws their label.
        default: effect = before.isCanonical || after.role == .key || after.role == .label ? .mayCost : .rereads
        }
        add(.roleChanged, effect, "role", before.role.rawValue, after.role.rawValue)
    }

    // MARK: Type

    private mutating func compareType() {
        let types = (old.members["type"]?.text ?? "string", new.members["type"]?.text ?? "string")
        if types.0 != types.1 { add(.typeChanged, .mayCost, "type", types.0, types.1) }
        let items = (old.members["itemType"]?.text ?? "string", new.members["itemType"]?.text ?? "string")
        if items.0 != items.1 { add(.typeChanged, .mayCost, "itemType", items.0, items.1) }
        let formats = (old.members["format"]?.text ?? "default", new.members["format"]?.text ?? "default")
        guard formats.0 != formats.1 else { return }
        // A text of whatever form stays the text that it is.
        let isLoosened = new.field.type == .string && old.field.type == .string && formats.1 == "default"
        add(.formatChanged, isLoosened ? .harmless : .mayCost, "format", formats.0, formats.1)
    }

    // MARK: Constraints

    /// Those compared in another way: see `compareAllowed`.
    private static let others: Set<String> = ["enum"]

    private mutating func compareConstraints() {
        let names = Set(old.constraints.keys).union(new.constraints.keys).subtracting(Self.others)
        for name in names.sorted() {
            let (before, after) = (old.constraints[name], new.constraints[name])
            guard let shown = SchemaNode.difference(before, after), !isSame(name, before, after) else { continue }
            if isLoosened(name, before, after) {
                add(.constraintLoosened, .harmless, name, shown.before, shown.after)
            } else {
                add(.constraintTightened, new.cost(ofBreaking: name), name, shown.before, shown.after)
            }
        }
    }

    /// `false` says as much as nothing.
    private func isSame(_ name: String, _ before: SchemaNode?, _ after: SchemaNode?) -> Bool {
        guard ["required", "unique"].contains(name) else { return false }
        return before?.text ?? "false" == after?.text ?? "false"
    }

    /// Whether all that satisfied a constraint still does; what is not known is not.
    private func isLoosened(_ name: String, _ before: SchemaNode?, _ after: SchemaNode?) -> Bool {
        guard let after else { return true }
        if ["required", "unique"].contains(name) { return after.text == "false" }
        guard let before else { return false }
        switch name {
        case "minLength", "maxLength":
            guard let was = before.text.flatMap({ Int($0) }), let isNow = after.text.flatMap({ Int($0) }) else {
                return false
            }
            return name == "minLength" ? isNow <= was : isNow >= was
        case "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum":
            return isBoundLoosened(name)
        default: return false
        }
    }

    /// The old limit must lie within the new one.
    private func isBoundLoosened(_ name: String) -> Bool {
        guard old.field.type == new.field.type, let was = old.field.constraints.bound(name),
            let isNow = new.field.constraints.bound(name)
        else { return false }
        var limit = FieldConstraints()
        if name.hasSuffix("inimum") { limit.minimum = isNow } else { limit.maximum = isNow }
        let type = new.field.type
        let json = type.isNumeric ? Array(was.utf8) : JSONText.string(was)
        return json.withUnsafeBufferPointer { ValueBounds(limit, type: type)?.failures(of: $0).isEmpty ?? false }
    }

    // MARK: Allowed values

    private mutating func compareAllowed() {
        compareAllowed("enum", old.constraints["enum"], new.constraints["enum"])
        compareAllowed("enum", old.sheaf["items"]?["enum"], new.sheaf["items"]?["enum"])
        let (before, after) = (old.members["categories"], new.members["categories"])
        compareAllowed("categories", before, after)
        let labels = (before?.labels ?? [:], after?.labels ?? [:])
        for value in Set(labels.0.keys).intersection(after?.words ?? []).sorted()
        where labels.0[value] != labels.1[value] {
            add(.readingChanged, .rereads, "categories", labels.0[value], labels.1[value])
        }
        if let shown = SchemaNode.difference(old.members["categoriesOrdered"], new.members["categoriesOrdered"]) {
            add(.textChanged, .harmless, "categoriesOrdered", shown.before, shown.after)
        }
    }

    private mutating func compareAllowed(_ name: String, _ old: SchemaNode?, _ new: SchemaNode?) {
        switch (old?.words, new?.words) {
        case (nil, nil): return
        case (nil, let after?):
            add(.constraintTightened, self.new.cost(ofBreaking: "enum"), name, nil, "\(after.count) values")
        case (let before?, nil): add(.constraintLoosened, .harmless, name, "\(before.count) values", nil)
        case (let before?, let after?):
            let (was, isNow) = (Set(before.map { Array($0.utf8) }), Set(after.map { Array($0.utf8) }))
            for value in after where !was.contains(Array(value.utf8)) { add(.valueAdded, .harmless, value, nil, name) }
            for value in before where !isNow.contains(Array(value.utf8)) {
                add(.valueRemoved, self.new.cost(ofBreaking: "enum"), value, name, nil)
            }
        }
    }

    // MARK: Reading

    private mutating func compareReading() {
        let steps = (old.field.normalize, new.field.normalize)
        if steps.0 != steps.1 {
            let shown = [steps.0, steps.1].map { $0.map(\.rawValue).joined(separator: ", ") }
            add(.normalizeChanged, .rereads, "normalize", shown[0], shown[1])
        }
        let missing = (old.missingValues, new.missingValues)
        if Set(missing.0) != Set(missing.1) {
            let shown = [missing.0, missing.1].map { $0.joined(separator: ", ") }
            add(.missingValuesChanged, .rereads, "missingValues", shown[0], shown[1])
        }
        let defaults = ["delimiter": ",", "decimalChar": ".", "groupChar": "", "bareNumber": "true"]
        for (name, usual) in defaults.sorted(by: { $0.key < $1.key }) {
            let words = (old.members[name]?.text ?? usual, new.members[name]?.text ?? usual)
            if words.0 != words.1 { add(.readingChanged, .rereads, name, words.0, words.1) }
        }
        let delimiters = (old.sheaf["items"]?["delimiters"], new.sheaf["items"]?["delimiters"])
        if let shown = SchemaNode.difference(delimiters.0, delimiters.1) {
            add(.readingChanged, .rereads, "delimiters", shown.before, shown.after)
        }
        compareBooleans("trueValues", old.field.trueValues, new.field.trueValues)
        compareBooleans("falseValues", old.field.falseValues, new.field.falseValues)
    }

    /// A word more changes nothing of what the others mean.
    private mutating func compareBooleans(_ name: String, _ before: [String], _ after: [String]) {
        guard Set(before) != Set(after) else { return }
        let isLonger = Set(before).isSubset(of: after)
        add(
            .readingChanged, isLonger ? .harmless : .rereads, name, before.joined(separator: ", "),
            after.joined(separator: ", "))
    }

    private mutating func compareAliases() {
        let values = { (aliases: [FieldAlias]) in
            Dictionary(aliases.map { (Array($0.spelling.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (was, isNow) = (values(old.field.aliases), values(new.field.aliases))
        for alias in new.field.aliases {
            guard let before = was[Array(alias.spelling.utf8)] else {
                add(.aliasAdded, .rereads, alias.spelling, nil, alias.value)
                continue
            }
            if before.value.utf8.elementsEqual(alias.value.utf8) { continue }
            add(.aliasChanged, .rereads, alias.spelling, before.value, alias.value)
        }
        for alias in old.field.aliases where isNow[Array(alias.spelling.utf8)] == nil {
            add(.aliasRemoved, .rereads, alias.spelling, alias.value, nil)
        }
    }

    // MARK: Texts and the rest

    private mutating func compareTexts() {
        for name in ["title", "description", "example", "examples", "rdfType"] {
            guard let shown = SchemaNode.difference(old.members[name], new.members[name]) else { continue }
            add(.textChanged, .harmless, name, shown.before, shown.after)
        }
        for name in ["title", "messages"] {
            guard let shown = SchemaNode.difference(old.sheaf[name], new.sheaf[name]) else { continue }
            add(.textChanged, .harmless, name == "title" ? "titles" : name, shown.before, shown.after)
        }
    }

    /// What only warns refuses nothing; what no longer only warns may refuse what was taken.
    private mutating func compareSeverity() {
        // Categories are an `enum` by another name.
        let names = Set(old.constraints.keys).union(new.constraints.keys).union(["enum"])
        for name in names.sorted() where old.onlyWarns(of: name) != new.onlyWarns(of: name) {
            let severities = [old, new].map { $0.onlyWarns(of: name) ? Severity.warning : .error }
            add(
                .severityChanged, severities[1] == .warning ? .harmless : .mayCost, name, severities[0].rawValue,
                severities[1].rawValue)
        }
    }

    private static let compared: Set<String> = [
        "name", "title", "description", "example", "examples", "rdfType", "type", "format", "itemType", "constraints",
        "missingValues", "trueValues", "falseValues", "delimiter", "decimalChar", "groupChar", "bareNumber",
        "categories", "categoriesOrdered", "sheaf",
    ]
    private static let comparedInSheaf: Set<String> = [
        "role", "canonical", "title", "messages", "normalize", "aliases", "items", "severity", "was",
    ]

    /// What a later version of the schema format may hold.
    private mutating func compareOthers() {
        compareOthers(old.members, new.members, Self.compared)
        compareOthers(old.sheaf, new.sheaf, Self.comparedInSheaf)
        compareOthers(
            old.sheaf["items"]?.namedNodes ?? [:], new.sheaf["items"]?.namedNodes ?? [:], ["enum", "delimiters"])
    }

    private mutating func compareOthers(
        _ old: [String: SchemaNode], _ new: [String: SchemaNode], _ compared: Set<String>
    ) {
        for name in Set(old.keys).union(new.keys).subtracting(compared).sorted() {
            guard let shown = SchemaNode.difference(old[name], new[name]) else { continue }
            add(.other, .mayCost, name, shown.before, shown.after)
        }
    }
}

extension FieldConstraints {
    /// A bound by its name.
    fileprivate func bound(_ name: String) -> String? {
        switch name {
        case "minimum": minimum
        case "maximum": maximum
        case "exclusiveMinimum": exclusiveMinimum
        case "exclusiveMaximum": exclusiveMaximum
        default: nil
        }
    }
}

extension SchemaNode {
    /// For each value of `categories` that has one, its label.
    fileprivate var labels: [String: String] {
        var labels: [String: String] = [:]
        for item in listedNodes {
            if let value = item["value"]?.text, let label = item["label"]?.text { labels[value] = label }
        }
        return labels
    }
}
