/// Requests about ranges that are named, merged, protected or filtered.
extension Spreadsheet {
    /// A number that no other part of the spreadsheet has, as large as Google's and the same in every run.
    mutating func nextId() -> Int {
        lastId += 1
        return 1_500_000_000 + lastId
    }

    // MARK: Names

    private func checkName(_ name: String?, except id: String?) throws(Refusal) {
        guard let name, !name.isEmpty else { throw .invalid("The name of a named range must be set.") }
        let starts = name.first.map { $0.isLetter || $0 == "_" } ?? false
        let holds = name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
        guard starts, holds, name.count <= 250, RangeReference(name)?.title == name,
            !["TRUE", "FALSE"].contains(name.uppercased())
        else { throw .invalid("The name of the named range \"\(name)\" is not valid.") }
        if namedRanges.contains(where: { $0.id != id && $0.name.lowercased() == name.lowercased() }) {
            throw .invalid("A named range with the name \"\(name)\" already exists.")
        }
    }

    mutating func addNamedRange(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let given = request["namedRange"]
        let name = given?["name"]?.text
        try checkName(name, except: nil)
        guard given?["range"] != nil else { throw .invalid("namedRange.range must be set.") }
        let (tab, bounds) = try bounds(given?["range"])
        let id = given?["namedRangeId"]?.text ?? String(nextId())
        guard !namedRanges.contains(where: { $0.id == id }) else {
            throw .invalid("A named range with the ID \(id) already exists.")
        }
        let named = NamedRange(id: id, name: name ?? "", sheetId: tabs[tab].sheetId, bounds: bounds)
        namedRanges.append(named)
        return .object(["namedRange": named.json])
    }

    private func namedRange(_ id: JSONValue?) throws(Refusal) -> Int {
        guard let index = namedRanges.firstIndex(where: { $0.id == id?.text }) else {
            throw .invalid("No named range with id: \(id?.text ?? "")")
        }
        return index
    }

    mutating func updateNamedRange(_ request: JSONValue) throws(Refusal) {
        let given = request["namedRange"]
        let mask = try mask(request, of: "NamedRange")
        let index = try namedRange(given?["namedRangeId"])
        if mask.includes("name") {
            try checkName(given?["name"]?.text, except: namedRanges[index].id)
            namedRanges[index].name = given?["name"]?.text ?? ""
        }
        if mask.includes("range") {
            let (tab, bounds) = try bounds(given?["range"])
            namedRanges[index].sheetId = tabs[tab].sheetId
            namedRanges[index].bounds = bounds
        }
    }

    mutating func deleteNamedRange(_ request: JSONValue) throws(Refusal) {
        namedRanges.remove(at: try namedRange(request["namedRangeId"]))
    }

    // MARK: Merged cells

    private func checkWhole(_ cells: CellRange, tab: Int) throws(Refusal) {
        if tabs[tab].merges.contains(where: { $0.overlaps(cells) && !cells.contains($0) }) {
            throw .invalid("You must select all cells in a merged range to merge or unmerge them.")
        }
    }

    mutating func mergeCells(_ request: JSONValue) throws(Refusal) {
        let (tab, cells) = try editableCells(request["range"])
        try checkWhole(cells, tab: tab)
        tabs[tab].merges.removeAll { $0.overlaps(cells) }
        let merged: [CellRange]
        switch request["mergeType"]?.text {
        case "MERGE_ROWS": merged = cells.rows.map { CellRange(rows: $0..<$0 + 1, columns: cells.columns) }
        case "MERGE_COLUMNS": merged = cells.columns.map { CellRange(rows: cells.rows, columns: $0..<$0 + 1) }
        default: merged = [cells]
        }
        for merge in merged where merge.rows.count * merge.columns.count > 1 {
            tabs[tab].merges.append(merge)
            tabs[tab].clearCovered(merge)
        }
    }

    mutating func unmergeCells(_ request: JSONValue) throws(Refusal) {
        let (tab, cells) = try editableCells(request["range"])
        try checkWhole(cells, tab: tab)
        tabs[tab].merges.removeAll { $0.overlaps(cells) }
    }

    // MARK: Protection

    mutating func addProtectedRange(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let given = request["protectedRange"]
        let (tab, bounds) = try protectedBounds(given)
        let id = given?["protectedRangeId"]?.integer ?? nextId()
        guard !tabs.contains(where: { $0.protectedRanges.contains { $0.id == id } }) else {
            throw .invalid("A protected range with the ID \(id) already exists.")
        }
        var range = ProtectedRange(id: id, bounds: bounds, namedRangeId: given?["namedRangeId"]?.text)
        try set(given, mask: .all, of: &range)
        tabs[tab].protectedRanges.append(range)
        return .object([
            "protectedRange": range.json(sheetId: tabs[tab].sheetId, mayEdit: mayEdit(range))
        ])
    }

    private func protectedBounds(_ given: JSONValue?) throws(Refusal) -> (tab: Int, bounds: GridBounds) {
        if let id = given?["namedRangeId"], given?["range"] == nil {
            let named = namedRanges[try namedRange(id)]
            guard let tab = tabIndex(sheetId: named.sheetId) else { throw .noGrid(named.sheetId) }
            return (tab, named.bounds)
        }
        guard given?["range"] != nil else { throw .invalid("protectedRange.range must be set.") }
        return try bounds(given?["range"])
    }

    private func set(_ given: JSONValue?, mask: FieldMask, of range: inout ProtectedRange) throws(Refusal) {
        if mask.includes("description") { range.description = given?["description"]?.text }
        if mask.includes("warningOnly") { range.warningOnly = given?["warningOnly"]?.boolean ?? false }
        if mask.includes("unprotectedRanges") {
            range.unprotected = try (given?["unprotectedRanges"]?.elements ?? []).map { part throws(Refusal) in
                try bounds(part).bounds
            }
        }
        if mask.includes("editors") {
            let editors = given?["editors"]
            range.users = (editors?["users"]?.elements ?? []).compactMap(\.text)
            range.groups = (editors?["groups"]?.elements ?? []).compactMap(\.text)
            range.domainCanEdit = editors?["domainUsersCanEdit"]?.boolean ?? false
        }
        if range.warningOnly {
            (range.users, range.groups, range.domainCanEdit) = ([], [], false)
        } else if let caller, !range.users.contains(caller) {
            // Nobody can shut themselves out.
            range.users.append(caller)
        }
    }

    private func protectedRange(_ id: JSONValue?) throws(Refusal) -> (tab: Int, index: Int) {
        for tab in tabs.indices {
            if let index = tabs[tab].protectedRanges.firstIndex(where: { $0.id == id?.integer }) {
                guard mayEdit(tabs[tab].protectedRanges[index]) else { throw .isProtected }
                return (tab, index)
            }
        }
        throw .invalid("No protected range with id: \(id?.integer ?? 0)")
    }

    mutating func updateProtectedRange(_ request: JSONValue) throws(Refusal) {
        let given = request["protectedRange"]
        let mask = try mask(request, of: "ProtectedRange")
        let (tab, index) = try protectedRange(given?["protectedRangeId"])
        var range = tabs[tab].protectedRanges[index]
        if mask.includes("range"), given?["range"] != nil {
            let (wanted, bounds) = try bounds(given?["range"])
            guard wanted == tab else { throw .invalid("A protected range cannot move to another sheet.") }
            range.bounds = bounds
        }
        try set(given, mask: mask, of: &range)
        tabs[tab].protectedRanges[index] = range
    }

    mutating func deleteProtectedRange(_ request: JSONValue) throws(Refusal) {
        let (tab, index) = try protectedRange(request["protectedRangeId"])
        tabs[tab].protectedRanges.remove(at: index)
    }

    // MARK: Filters

    mutating func setBasicFilter(_ request: JSONValue) throws(Refusal) {
        guard let filter = request["filter"]?.members else { throw .invalid("filter must be set.") }
        let (tab, bounds) = try bounds(request["filter"]?["range"])
        tabs[tab].basicFilter = (.object(filter.filter { $0.name != "range" }), bounds)
    }
}

extension Tab {
    /// Empties the cells of a merged range but its top left.
    mutating func clearCovered(_ merge: CellRange) {
        let top = merge.rows.lowerBound
        grid.clearValues(CellRange(rows: top + 1..<merge.rows.upperBound, columns: merge.columns))
        let right = merge.columns.lowerBound + 1..<merge.columns.upperBound
        grid.clearValues(CellRange(rows: top..<top + 1, columns: right))
    }
}
