package import Tabular

/// Which sheet: one tab of one spreadsheet.
package struct SheetReference: Hashable, Sendable {
    /// The spreadsheet's id, as its address has it; for files, the file's path.
    package var spreadsheet: String
    /// The tab's title.
    ///
    /// Titles change: it is used only where `sheetID` is not known.
    package var tab: String?
    /// The tab's id (`gid`), which never changes.
    ///
    /// With neither this nor `tab`, the first tab is meant.
    package var sheetID: Int?
    /// The name of a named range that holds header and rows; nil reads the whole tab.
    package var namedRange: String?
    /// The row that holds the header; 1 is the top row.
    ///
    /// Of a named range, the header is its first row.
    package var headerRow: Int

    package init(
        spreadsheet: String, tab: String? = nil, sheetID: Int? = nil, namedRange: String? = nil, headerRow: Int = 1
    ) {
        self.spreadsheet = spreadsheet
        self.tab = tab
        self.sheetID = sheetID
        self.namedRange = namedRange
        self.headerRow = max(1, headerRow)
    }
}

extension SheetReference: CustomStringConvertible {
    package var description: String {
        if let namedRange { return "range '\(namedRange)' of \(spreadsheet)" }
        if let tab { return "sheet '\(tab)' of \(spreadsheet)" }
        if let sheetID { return "sheet \(sheetID) of \(spreadsheet)" }
        return spreadsheet
    }
}

/// What a sheet is, as its source said at the time of reading.
package struct SheetIdentity: Sendable, Equatable {
    package var spreadsheet: String
    package var spreadsheetTitle: String
    package var sheetID: Int
    /// The tab's title now.
    package var title: String
    /// The size of the grid, with all its blank cells; 0 where the source has no grid.
    package var rowCount: Int
    package var columnCount: Int
    /// The time zone in which the sheet's serial dates are meant, such as `Asia/Tokyo`; empty if not told.
    package var timeZone: String
    package var locale: String

    package init(
        spreadsheet: String, spreadsheetTitle: String, sheetID: Int, title: String, rowCount: Int = 0,
        columnCount: Int = 0, timeZone: String = "", locale: String = ""
    ) {
        self.spreadsheet = spreadsheet
        self.spreadsheetTitle = spreadsheetTitle
        self.sheetID = sheetID
        self.title = title
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.timeZone = timeZone
        self.locale = locale
    }
}

/// The proof of a complete read, and what it cost.
package struct SheetReading: Sendable {
    package var identity: SheetIdentity
    /// The file's version before the first and after the last byte was read; they are equal in every reading that is
    /// returned, and kept to compare with other readings.
    ///
    /// Nil where the source has no versions.
    package var fileVersionBefore: String?
    package var fileVersionAfter: String?
    /// Bytes of the answer, after decompression.
    package var bytes: Int
    /// Rows read, from the header row on.
    package var rowsRead: Int
    /// Whether all rows came in one answer, so that no row can have moved past the reader unseen.
    package var oneAnswer: Bool
    /// The source says that the version known is still the one that stands: no row was handed over.
    package var isUnchanged: Bool

    package init(
        identity: SheetIdentity, fileVersionBefore: String?, fileVersionAfter: String?, bytes: Int, rowsRead: Int,
        oneAnswer: Bool, isUnchanged: Bool = false
    ) {
        self.isUnchanged = isUnchanged
        self.identity = identity
        self.fileVersionBefore = fileVersionBefore
        self.fileVersionAfter = fileVersionAfter
        self.bytes = bytes
        self.rowsRead = rowsRead
        self.oneAnswer = oneAnswer
    }
}

/// Takes the rows of one sheet in.
///
/// Nothing it has received counts until `SheetReader.read(_:into:)` has returned.
package protocol RowConsumer: Sendable {
    /// The rows begin. It comes again whenever a read is begun anew, and what was received before is then void.
    func begin(_ identity: SheetIdentity) async throws
    /// The next rows, in order. The first batch begins with the header row.
    func receive(_ batch: RowBatch) async throws
}

/// One sheet to be read, and what is known of it.
package struct SheetRequest: Sendable {
    package var sheet: SheetReference
    /// The file's version at an earlier moment, as a reading or a change notice told it; nil if none is known.
    ///
    /// If it still stands after the read, nothing has moved in between, so that nobody need look at the version before.
    package var knownVersion: String?
    /// Whether the rows of `knownVersion` are known too, so that a source that can say "unchanged" need not send them.
    package var acceptsUnchanged: Bool
    package var consumer: any RowConsumer

    package init(
        _ sheet: SheetReference, knownVersion: String? = nil, acceptsUnchanged: Bool = false,
        into consumer: any RowConsumer
    ) {
        self.sheet = sheet
        self.knownVersion = knownVersion
        self.acceptsUnchanged = acceptsUnchanged
        self.consumer = consumer
    }
}

/// Where rows come from.
package protocol SheetReader: Sendable {
    /// Reads a whole sheet, or throws; there is nothing in between.
    ///
    /// Where `request.acceptsUnchanged` and the source finds that `request.knownVersion` still stands, it may return a
    /// reading with `isUnchanged` instead: its versions are the known one, and `consumer` was not called at all, not even
    /// with `begin`.
    ///
    /// An error that `consumer` throws ends the read with `SheetError.Code.consumerStopped`, and stands in
    /// `SheetError.underlying`.
    func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading

    /// Reads several sheets of one spreadsheet, where that costs less than reading each for itself.
    ///
    /// - Returns: what came of each, in the order of the requests: one sheet's failure is that sheet's alone.
    func read(together requests: [SheetRequest]) async -> [Result<SheetReading, SheetError>]

    /// What people see in some cells, where that may differ from what is read: for messages only.
    ///
    /// - Returns: the text of each cell, in order; nil where it is not known. May be shorter than `cells`.
    func shownTexts(of cells: [SheetCell], in sheet: SheetIdentity) async -> [String?]
}

extension SheetReader {
    /// Reads a sheet of which nothing is known.
    package func read(
        _ sheet: SheetReference, into consumer: any RowConsumer
    ) async throws(SheetError) -> SheetReading {
        try await read(SheetRequest(sheet, into: consumer))
    }

    package func shownTexts(of cells: [SheetCell], in sheet: SheetIdentity) async -> [String?] { [] }

    package func read(together requests: [SheetRequest]) async -> [Result<SheetReading, SheetError>] {
        var results: [Result<SheetReading, SheetError>] = []
        for request in requests {
            do throws(SheetError) {
                results.append(.success(try await read(request)))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }
}
