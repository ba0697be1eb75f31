/// Requests that work on whole tabs, and on the spreadsheet's own properties.
extension Spreadsheet {
    private func checkTitle(_ title: String, except tab: Int?) throws(Refusal) {
        guard !title.isEmpty else { throw .invalid("Sheet name cannot be empty.") }
        guard title.utf16.count <= 100 else { throw .invalid("Sheet name cannot be longer than 100 characters.") }
        if let taken = tabIndex(title: title), taken != tab {
            throw .invalid("A sheet with the name \"\(title)\" already exists. Please enter another name.")
        }
    }

    private func tab(_ sheetId: JSONValue?) throws(Refusal) -> Int {
        let sheetId = sheetId?.integer ?? 0
        guard let index = tabIndex(sheetId: sheetId) else { throw .invalid("No sheet with id: \(sheetId)") }
        return index
    }

    func unusedSheetId(_ wanted: JSONValue?) throws(Refusal) -> Int {
        guard let sheetId = wanted?.integer else {
            // Google's are random; these are as large, and the same in every run.
            var sheetId = 1_000_000_007
            while tabIndex(sheetId: sheetId) != nil { sheetId = (sheetId * 31 + 17) % 2_147_483_647 }
            return sheetId
        }
        guard sheetId >= 0 else { throw .invalid("The sheet ID must not be negative.") }
        guard tabIndex(sheetId: sheetId) == nil else {
            throw .invalid("A sheet with the ID \(sheetId) already exists. Please use another ID.")
        }
        return sheetId
    }

    mutating func addSheet(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let properties = request["properties"]
        let title = properties?["title"]?.text ?? unusedTitle("Sheet")
        try checkTitle(title, except: nil)
        if let type = properties?["sheetType"]?.text, type != "GRID" {
            throw .invalid("Cannot add a sheet of type \(type).")
        }
        let size = properties?["gridProperties"]
        let grid = Grid(
            rowCount: size?["rowCount"]?.integer ?? 1000, columnCount: size?["columnCount"]?.integer ?? 26)
        guard grid.rowCount > 0, grid.columnCount > 0 else {
            throw .invalid("A sheet must have at least one row and one column.")
        }
        let index = min(max(0, properties?["index"]?.integer ?? tabs.count), tabs.count)
        tabs.insert(Tab(sheetId: try unusedSheetId(properties?["sheetId"]), title: title, grid: grid), at: index)
        try set(properties, mask: .all, ofTab: index)
        return .object(["properties": tabs[index].properties(index: index)])
    }

    private func unusedTitle(_ stem: String) -> String {
        var number = tabs.count + 1
        while tabIndex(title: "\(stem)\(number)") != nil { number += 1 }
        return "\(stem)\(number)"
    }

    func unusedCopyTitle(of title: String) -> String {
        let stem = "Copy of \(title)"
        guard tabIndex(title: stem) != nil else { return stem }
        var number = 1
        while tabIndex(title: "\(stem) \(number)") != nil { number += 1 }
        return "\(stem) \(number)"
    }

    mutating func duplicateSheet(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let source = try tab(request["sourceSheetId"])
        let title = request["newSheetName"]?.text ?? unusedCopyTitle(of: tabs[source].title)
        try checkTitle(title, except: nil)
        var copy = tabs[source]
        copy.sheetId = try unusedSheetId(request["newSheetId"])
        copy.title = title
        copy.protectedRanges = copy.protectedRanges.map { range in
            var copied = ProtectedRange(id: nextId(), bounds: range.bounds)
            copied.warningOnly = range.warningOnly
            copied.description = range.description
            copied.users = range.users
            copied.unprotected = range.unprotected
            return copied
        }
        copy.metadata = copy.metadata.map { tag in
            DeveloperMetadata(
                id: nextId(), key: tag.key, value: tag.value, visibility: tag.visibility, span: tag.span)
        }
        let index = min(max(0, request["insertSheetIndex"]?.integer ?? 0), tabs.count)
        tabs.insert(copy, at: index)
        return .object(["properties": copy.properties(index: index)])
    }

    mutating func deleteSheet(_ request: JSONValue) throws(Refusal) {
        let index = try tab(request["sheetId"])
        guard tabs.count > 1 else { throw .invalid("You can't remove all the sheets in a document.") }
        guard tabs.indices.contains(where: { $0 != index && !tabs[$0].hidden }) else {
            throw .invalid("You can't remove all the visible sheets in a document.")
        }
        if tabs[index].protectedRanges.contains(where: { !mayEdit($0) }) { throw .isProtected }
        removeTab(at: index)
    }

    mutating func updateSheetProperties(_ request: JSONValue) throws(Refusal) {
        let properties = request["properties"]
        let mask = try mask(request, of: "SheetProperties")
        let index = try tab(properties?["sheetId"])
        if tabs[index].protectedRanges.contains(where: { $0.bounds == GridBounds() && !mayEdit($0) }) {
            throw .isProtected
        }
        if mask.includes("title") {
            let title = properties?["title"]?.text ?? ""
            try checkTitle(title, except: index)
            tabs[index].title = title
        }
        try set(properties, mask: mask, ofTab: index)
        if mask.includes("index"), let wanted = properties?["index"]?.integer {
            guard (0...tabs.count).contains(wanted) else {
                throw .invalid("The index \(wanted) is not a place among \(tabs.count) sheets.")
            }
            // The place is counted as it is before the tab leaves its own.
            tabs.insert(tabs.remove(at: index), at: wanted > index ? wanted - 1 : wanted)
        }
    }

    private mutating func set(_ properties: JSONValue?, mask: FieldMask, ofTab index: Int) throws(Refusal) {
        if mask.includes("hidden") {
            tabs[index].hidden = properties?["hidden"]?.boolean ?? false
            guard tabs.contains(where: { !$0.hidden }) else {
                throw .invalid("You can't hide all the sheets in a document.")
            }
        }
        if mask.includes("rightToLeft") { tabs[index].isRightToLeft = properties?["rightToLeft"]?.boolean ?? false }
        if mask.includes("tabColorStyle") || mask.includes("tabColor") {
            let color = properties?["tabColor"].map { JSONValue.object(["rgbColor": $0]) }
            let style = properties?["tabColorStyle"] ?? color
            tabs[index].tabColor = style?.members?.isEmpty == false ? style : nil
        }
        guard mask.includes("gridProperties"), tabs[index].kind == .grid else { return }
        let (grid, below) = (properties?["gridProperties"], mask.below("gridProperties"))
        let rows = below.includes("rowCount") ? grid?["rowCount"]?.integer : nil
        let columns = below.includes("columnCount") ? grid?["columnCount"]?.integer : nil
        guard rows ?? 1 > 0, columns ?? 1 > 0 else {
            throw .invalid("A sheet must have at least one row and one column.")
        }
        tabs[index].resize(
            rows: rows ?? tabs[index].grid.rowCount, columns: columns ?? tabs[index].grid.columnCount)
        if below.includes("frozenRowCount") { tabs[index].frozenRowCount = grid?["frozenRowCount"]?.integer ?? 0 }
        if below.includes("frozenColumnCount") {
            tabs[index].frozenColumnCount = grid?["frozenColumnCount"]?.integer ?? 0
        }
        if below.includes("hideGridlines") { tabs[index].hidesGridlines = grid?["hideGridlines"]?.boolean ?? false }
        guard tabs[index].frozenRowCount < tabs[index].grid.rowCount else {
            throw .invalid("You can't freeze all visible rows on the sheet.")
        }
        guard tabs[index].frozenColumnCount < tabs[index].grid.columnCount else {
            throw .invalid("You can't freeze all visible columns on the sheet.")
        }
    }

    mutating func updateSpreadsheetProperties(_ request: JSONValue) throws(Refusal) {
        let mask = try mask(request, of: "SpreadsheetProperties")
        let properties = request["properties"]
        if mask.includes("title"), let title = properties?["title"]?.text { self.title = title }
        if mask.includes("locale"), let locale = properties?["locale"]?.text { self.locale = locale }
        if mask.includes("timeZone"), let zone = properties?["timeZone"]?.text { timeZone = zone }
    }
}
