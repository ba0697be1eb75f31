/// A range that not everyone may edit.
struct ProtectedRange: Sendable {
    let id: Int
    /// Without bounds it is the whole tab.
    var bounds: GridBounds
    var namedRangeId: String?
    var description: String?
    /// People are asked whether they are sure, and nobody is kept from anything.
    var warningOnly = false
    /// E-mail addresses.
    var users: [String] = []
    var groups: [String] = []
    var domainCanEdit = false
    var unprotected: [GridBounds] = []

    func applying(_ change: StructureChange) -> ProtectedRange? {
        guard let bounds = bounds.applying(change) else { return nil }
        var changed = self
        changed.bounds = bounds
        changed.unprotected = unprotected.compactMap { $0.applying(change) }
        return changed
    }

    /// The ProtectedRange, as this account sees it: who may edit is shown only to those who may.
    func json(sheetId: Int, mayEdit: Bool) -> JSONValue {
        let editors = JSONValue.object([
            "users": users.isEmpty ? nil : .array(users.map { .string($0) }),
            "groups": groups.isEmpty ? nil : .array(groups.map { .string($0) }),
            "domainUsersCanEdit": domainCanEdit ? .boolean(true) : nil,
        ])
        return .object([
            "protectedRangeId": .integer(id), "range": bounds.json(sheetId: sheetId),
            "namedRangeId": namedRangeId.map { .string($0) }, "description": description.map { .string($0) },
            "warningOnly": warningOnly ? .boolean(true) : nil,
            "requestingUserCanEdit": mayEdit ? .boolean(true) : nil,
            "unprotectedRanges": unprotected.isEmpty ? nil : .array(unprotected.map { $0.json(sheetId: sheetId) }),
            "editors": mayEdit && !warningOnly ? editors : nil,
        ])
    }
}

/// A rule that colours cells.
struct ConditionalFormat: Sendable {
    var ranges: [GridBounds]
    /// The ConditionalFormatRule without its ranges.
    var rule: [JSONMember]

    func applying(_ change: StructureChange) -> ConditionalFormat? {
        let left = ranges.compactMap { $0.applying(change) }
        return left.isEmpty ? nil : ConditionalFormat(ranges: left, rule: rule)
    }

    func json(sheetId: Int) -> JSONValue {
        .object(
            [JSONMember(name: "ranges", value: .array(ranges.map { $0.json(sheetId: sheetId) }))] + rule)
    }
}

/// A tag that a program has put on a spreadsheet, a tab, or some rows or columns.
struct DeveloperMetadata: Sendable {
    /// Rows or columns with a tag.
    struct Span: Sendable, Equatable {
        var axis: Axis
        var range: OpenRange
    }

    let id: Int
    var key: String
    var value: String?
    var visibility: String
    /// Nil for a tag on the whole tab or spreadsheet.
    var span: Span?

    /// A tag on rows or columns moves with them, and goes when they go.
    func applying(_ change: StructureChange) -> DeveloperMetadata? {
        guard let span, span.axis == change.axis else { return self }
        guard let range = span.range.applying(change) else { return nil }
        var changed = self
        changed.span?.range = range
        return changed
    }

    /// ROW, COLUMN, SHEET or SPREADSHEET.
    func locationType(sheetId: Int?) -> String {
        span.map { $0.axis == .rows ? "ROW" : "COLUMN" } ?? (sheetId == nil ? "SPREADSHEET" : "SHEET")
    }

    func json(sheetId: Int?) -> JSONValue {
        let dimension = span.map { span in
            JSONValue.object([
                "sheetId": .positive(sheetId ?? 0), "dimension": .string(span.axis == .rows ? "ROWS" : "COLUMNS"),
                "startIndex": span.range.lower.map { .integer($0) }, "endIndex": span.range.upper.map { .integer($0) },
            ])
        }
        return .object([
            "metadataId": .integer(id), "metadataKey": .string(key), "metadataValue": value.map { .string($0) },
            "location": .object([
                "locationType": .string(locationType(sheetId: sheetId)),
                "spreadsheet": sheetId == nil ? .boolean(true) : nil,
                "sheetId": span == nil ? sheetId.map { .integer($0) } : nil,
                "dimensionRange": dimension,
            ]),
            "visibility": .string(visibility),
        ])
    }
}

/// A range with a name.
struct NamedRange: Sendable {
    let id: String
    var name: String
    var sheetId: Int
    var bounds: GridBounds

    var json: JSONValue {
        .object([
            "namedRangeId": .string(id), "name": .string(name), "range": bounds.json(sheetId: sheetId),
        ])
    }
}
