/// What `spreadsheets.get` says of a spreadsheet and its tabs.
///
/// Google leaves zeros out.
struct SpreadsheetFacts: Decodable, Sendable {
    struct Properties: Decodable, Sendable {
        let title: String?
        let locale: String?
        let timeZone: String?
    }

    struct Tab: Decodable, Sendable {
        struct Grid: Decodable, Sendable {
            let rowCount: Int?
            let columnCount: Int?
        }

        let sheetId: Int?
        let title: String?
        let sheetType: String?
        let gridProperties: Grid?

        var id: Int { sheetId ?? 0 }
        var name: String { title ?? "" }
        var rowCount: Int { gridProperties?.rowCount ?? 0 }
        var columnCount: Int { gridProperties?.columnCount ?? 0 }
    }

    private struct Sheet: Decodable, Sendable {
        let properties: Tab
    }

    struct NamedRange: Decodable, Sendable {
        /// Counted from 0, the ends not included; an absent bound is the grid's edge.
        struct Cells: Decodable, Sendable {
            let sheetId: Int?
            let startRowIndex: Int?
            let endRowIndex: Int?
            let startColumnIndex: Int?
            let endColumnIndex: Int?
        }

        let name: String?
        let range: Cells
    }

    let properties: Properties
    private let sheets: [Sheet]?
    let namedRanges: [NamedRange]?

    /// The fields that are asked for; all others are left out of the answer.
    static func fields(withNamedRanges: Bool) -> String {
        "properties(title,locale,timeZone),"
            + "sheets.properties(sheetId,title,index,sheetType,gridProperties(rowCount,columnCount))"
            + (withNamedRanges ? ",namedRanges(name,range)" : "")
    }

    /// The tabs, in the order in which they are shown.
    var tabs: [Tab] { (sheets ?? []).map(\.properties) }

    /// The tab that is meant: by its id if that is known, or else by its title, or else the first.
    ///
    /// - Throws: `unknownTab`, `tabMadeAnew`, `tabNotGrid`.
    func tab(_ sheet: SheetReference) throws(SheetError) -> Tab {
        let tab: Tab
        if let id = sheet.sheetID {
            tab = try self.tab(id: id, sheet)
        } else if let title = sheet.tab {
            guard let found = self.tab(title: title) else { throw unknown("it has no tab '\(title)'") }
            tab = found
        } else {
            guard let first = tabs.first else { throw unknown("it has no tabs") }
            tab = first
        }
        guard tab.sheetType ?? "GRID" == "GRID" else {
            throw SheetError(.tabNotGrid, "the tab '\(tab.name)' is a chart or a connected source and holds no cells")
        }
        return tab
    }

    private func tab(id: Int, _ sheet: SheetReference) throws(SheetError) -> Tab {
        if let found = tabs.first(where: { $0.id == id }) { return found }
        guard let title = sheet.tab, let namesake = tab(title: title) else {
            throw unknown("the tab with the id \(id) is gone")
        }
        throw SheetError(
            .tabMadeAnew,
            "the tab with the id \(id) is gone, and another one, \(namesake.id), is called '\(title)' now")
    }

    /// By the bytes of the title, or else by what they look like: é may be typed in two ways.
    private func tab(title: String) -> Tab? {
        tabs.first { $0.name.utf8.elementsEqual(title.utf8) } ?? tabs.first { $0.name == title }
    }

    private func unknown(_ detail: String) -> SheetError {
        let names = tabs.map { "'\($0.name)'" }.joined(separator: ", ")
        return SheetError(.unknownTab, "\(detail); its tabs are \(names.isEmpty ? "none" : names)")
    }

    /// What is to be read of the tab that is meant.
    ///
    /// - Throws: `unknownTab`, `tabMadeAnew`, `tabNotGrid`, `unknownRange`.
    func area(_ sheet: SheetReference) throws(SheetError) -> SheetArea {
        guard let name = sheet.namedRange else {
            let tab = try tab(sheet)
            return SheetArea(
                identity: identity(of: tab, in: sheet.spreadsheet), rows: 1...max(1, tab.rowCount),
                columns: 0...max(0, tab.columnCount - 1), isWholeTab: true, headerRow: sheet.headerRow)
        }
        let cells = try cells(ofRange: name)
        let tab = try tab(SheetReference(spreadsheet: sheet.spreadsheet, sheetID: cells.sheetId ?? 0))
        if let id = sheet.sheetID, id != tab.id {
            throw SheetError(
                .tabMadeAnew,
                "the range '\(name)' stood in the tab with the id \(id), and is in '\(tab.name)', \(tab.id), now")
        }
        let (top, left) = (cells.startRowIndex ?? 0, cells.startColumnIndex ?? 0)
        let bottom = min(cells.endRowIndex ?? tab.rowCount, tab.rowCount)
        let right = min(cells.endColumnIndex ?? tab.columnCount, tab.columnCount)
        guard top >= 0, left >= 0, top < bottom, left < right else {
            throw SheetError(.unknownRange, "the range '\(name)' has no cells left")
        }
        return SheetArea(
            identity: identity(of: tab, in: sheet.spreadsheet), rows: top + 1...bottom, columns: left...right - 1,
            isWholeTab: false, headerRow: top + 1)
    }

    /// By the bytes of the name, or else by what it looks like, whatever its case: Google does not tell them apart.
    private func cells(ofRange name: String) throws(SheetError) -> NamedRange.Cells {
        let ranges = namedRanges ?? []
        let found =
            ranges.first { ($0.name ?? "").utf8.elementsEqual(name.utf8) }
            ?? ranges.first { ($0.name ?? "").lowercased() == name.lowercased() }
        if let found { return found.range }
        let names = ranges.compactMap(\.name).map { "'\($0)'" }.joined(separator: ", ")
        throw SheetError(.unknownRange, "it has no range '\(name)'; its ranges are \(names.isEmpty ? "none" : names)")
    }

    func identity(of tab: Tab, in spreadsheet: String) -> SheetIdentity {
        SheetIdentity(
            spreadsheet: spreadsheet, spreadsheetTitle: properties.title ?? "", sheetID: tab.id, title: tab.name,
            rowCount: tab.rowCount, columnCount: tab.columnCount, timeZone: properties.timeZone ?? "",
            locale: properties.locale ?? "")
    }
}

/// What Drive says of a file.
struct DriveFileFacts: Decodable, Sendable {
    let name: String?
    /// A number that grows with every change, as text.
    let version: String?
    let mimeType: String?
    let trashed: Bool?

    static let fields = "id,name,version,mimeType,trashed"

    /// The version of a file that is a spreadsheet in use.
    ///
    /// - Throws: `spreadsheetTrashed`, `notASpreadsheet`, `malformedAnswer`.
    func checkedVersion() throws(SheetError) -> String {
        guard mimeType == "application/vnd.google-apps.spreadsheet" else {
            throw SheetError(.notASpreadsheet, "it is a file of the type \(mimeType ?? "unknown")")
        }
        guard trashed != true else { throw SheetError(.spreadsheetTrashed, "it is in the bin") }
        guard let version else { throw SheetError(.malformedAnswer, "Google Drive does not say the file's version") }
        return version
    }
}
