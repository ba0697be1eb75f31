/// Developer metadata: tags that programs put on a spreadsheet, a tab, or rows and columns.
extension Spreadsheet {
    /// Where a tag stands: which tab (nil for the spreadsheet), and on which rows or columns of it.
    private typealias Place = (tab: Int?, span: DeveloperMetadata.Span?)

    private func place(_ location: JSONValue?) throws(Refusal) -> Place {
        if let dimension = location?["dimensionRange"] {
            let span = try span(dimension)
            guard span.range.count == 1 else {
                throw .invalid("Developer metadata can be placed on a single row or column only.")
            }
            return (span.tab, DeveloperMetadata.Span(axis: span.axis, range: OpenRange(span.range)))
        }
        if location?["sheetId"] != nil {
            let sheetId = location?["sheetId"]?.integer ?? 0
            guard let tab = tabIndex(sheetId: sheetId) else { throw .invalid("No sheet with id: \(sheetId)") }
            return (tab, nil)
        }
        guard location?["spreadsheet"]?.boolean == true else {
            throw .invalid("developerMetadata.location must name a place.")
        }
        return (nil, nil)
    }

    mutating func createDeveloperMetadata(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let given = request["developerMetadata"]
        guard let key = given?["metadataKey"]?.text, !key.isEmpty else {
            throw .invalid("developerMetadata.metadataKey must be set.")
        }
        let visibility = given?["visibility"]?.text ?? ""
        guard ["DOCUMENT", "PROJECT"].contains(visibility) else {
            throw .invalid("developerMetadata.visibility must be DOCUMENT or PROJECT.")
        }
        let (tab, span) = try place(given?["location"])
        let id = given?["metadataId"]?.integer ?? nextId()
        guard !allMetadata.contains(where: { $0.tag.id == id }) else {
            throw .invalid("Developer metadata with the ID \(id) already exists.")
        }
        let tag = DeveloperMetadata(
            id: id, key: key, value: given?["metadataValue"]?.text, visibility: visibility, span: span)
        add(tag, to: tab)
        return .object(["developerMetadata": tag.json(sheetId: tab.map { tabs[$0].sheetId })])
    }

    private mutating func add(_ tag: DeveloperMetadata, to tab: Int?) {
        if let tab { tabs[tab].metadata.append(tag) } else { metadata.append(tag) }
    }

    /// Every tag, with the tab it is on.
    var allMetadata: [(tab: Int?, tag: DeveloperMetadata)] {
        metadata.map { (nil, $0) } + tabs.indices.flatMap { tab in tabs[tab].metadata.map { (tab, $0) } }
    }

    func json(_ found: (tab: Int?, tag: DeveloperMetadata)) -> JSONValue {
        found.tag.json(sheetId: found.tab.map { tabs[$0].sheetId })
    }

    private mutating func remove(_ ids: Set<Int>) {
        metadata.removeAll { ids.contains($0.id) }
        for tab in tabs.indices { tabs[tab].metadata.removeAll { ids.contains($0.id) } }
    }

    mutating func updateDeveloperMetadata(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let mask = try mask(request, of: "DeveloperMetadata")
        let given = request["developerMetadata"]
        let found = try metadata(matching: request["dataFilters"]?.elements ?? [])
        var changed: [JSONValue] = []
        for (tab, old) in found {
            var (tab, tag) = (tab, old)
            if mask.includes("metadataKey") { tag.key = given?["metadataKey"]?.text ?? tag.key }
            if mask.includes("metadataValue") { tag.value = given?["metadataValue"]?.text }
            if mask.includes("visibility") { tag.visibility = given?["visibility"]?.text ?? tag.visibility }
            if mask.includes("location"), given?["location"] != nil {
                (tab, tag.span) = try place(given?["location"])
            }
            remove([tag.id])
            add(tag, to: tab)
            changed.append(json((tab, tag)))
        }
        return .object(["developerMetadata": changed.isEmpty ? nil : .array(changed)])
    }

    mutating func deleteDeveloperMetadata(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let found = try metadata(matching: request["dataFilter"].map { [$0] } ?? [])
        let deleted = found.map { json($0) }
        remove(Set(found.map(\.tag.id)))
        return .object(["deletedDeveloperMetadata": deleted.isEmpty ? nil : .array(deleted)])
    }

    // MARK: Finding

    /// The tags that one of the filters means.
    func metadata(matching filters: [JSONValue]) throws(Refusal) -> [(tab: Int?, tag: DeveloperMetadata)] {
        guard !filters.isEmpty else { throw .invalid("At least one data filter must be set.") }
        var found: [(tab: Int?, tag: DeveloperMetadata)] = []
        for filter in filters {
            for candidate in allMetadata where try matches(candidate, filter) {
                if !found.contains(where: { $0.tag.id == candidate.tag.id }) { found.append(candidate) }
            }
        }
        return found
    }

    func matches(_ found: (tab: Int?, tag: DeveloperMetadata), _ filter: JSONValue) throws(Refusal) -> Bool {
        if let lookup = filter["developerMetadataLookup"] { return try matches(found, lookup: lookup) }
        // A range means the tags on rows and columns in it, and on its tab.
        let place: (tab: Int, bounds: GridBounds)
        if let text = filter["a1Range"]?.text {
            do throws(APIError) {
                let resolved = try resolve(text)
                place = (resolved.tabIndex, GridBounds(resolved.cells))
            } catch {
                throw .invalid("Unable to parse range: \(text)")
            }
        } else {
            place = try bounds(filter["gridRange"])
        }
        guard found.tab == place.tab, let span = found.tag.span else { return false }
        let bounds = span.axis == .rows ? place.bounds.rows : place.bounds.columns
        return bounds.contains(span.range.clipped(to: tabs[place.tab].grid.count(span.axis)))
    }

    private func matches(_ found: (tab: Int?, tag: DeveloperMetadata), lookup: JSONValue) throws(Refusal) -> Bool {
        let tag = found.tag
        if let id = lookup["metadataId"]?.integer, id != tag.id { return false }
        if let key = lookup["metadataKey"]?.text, key != tag.key { return false }
        if let value = lookup["metadataValue"]?.text, value != tag.value { return false }
        if let visibility = lookup["visibility"]?.text, visibility != tag.visibility { return false }
        if let type = lookup["locationType"]?.text,
            type != tag.locationType(sheetId: found.tab.map { tabs[$0].sheetId })
        {
            return false
        }
        guard let location = lookup["metadataLocation"] else { return true }
        let (tab, span) = try place(location)
        let isExact = found.tab == tab && tag.span == span
        guard lookup["locationMatchingStrategy"]?.text == "INTERSECTING_LOCATION" else { return isExact }
        return isExact || tab == nil || (found.tab == tab && (span == nil || tag.span == nil)) || found.tab == nil
    }
}
