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

    let properties: Properties
    private let sheets: [Sheet]?

    /// The fields that are asked for; all others are left out of the answer.
    static let fields =
        "properties(title,locale,timeZone),"
        + "sheets.properties(sheetId,title,index,sheetType,gridProperties(rowCount,columnCount))"

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
