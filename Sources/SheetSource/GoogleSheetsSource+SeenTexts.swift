internal import Logging
internal import Tabular

/// One cell of a tab.
package struct SheetCell: Hashable, Sendable {
    /// The sheet row, 1 for the top one.
    package var row: Int
    /// The column, 0 for `A`.
    package var column: Int

    package init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }
}

/// What a person sees in a cell, for messages: a date and not its serial number.
extension GoogleSheetsSource {
    /// So many cells are looked at in one call at most.
    package static let maximumSeenTexts = 60

    package func shownTexts(of cells: [SheetCell], in sheet: SheetIdentity) async -> [String?] {
        do throws(SheetError) {
            return try await seenTexts(of: cells, in: sheet)
        } catch {
            // A message is worth less than a label: it quotes what was read then.
            logger.info("cells were not looked at", metadata: ["error": "\(error.code.rawValue)"])
            return []
        }
    }

    private struct SeenValues: Decodable {
        struct Range: Decodable {
            let range: String
            let values: [[String]]?
        }
        let valueRanges: [Range]?
    }

    /// Looks some cells up as they are shown, in two calls: the tab's title now, and the cells.
    ///
    /// It is another moment than that of a read, so what it says is for people, and no label comes of it.
    ///
    /// - Parameters:
    ///   - cells: which cells; what exceeds `maximumSeenTexts` is not looked up.
    ///   - sheet: the tab, as a reading told it.
    /// - Returns: the text of each cell, in the order of `cells`; nil where the cell is blank, gone or was not looked up.
    /// - Throws: why it cannot be told; messages do without then.
    package func seenTexts(
        of cells: [SheetCell], in sheet: SheetIdentity
    ) async throws(SheetError) -> [String?] {
        guard !cells.isEmpty else { return [] }
        let reference = SheetReference(spreadsheet: sheet.spreadsheet, sheetID: sheet.sheetID)
        let tab = try await facts(sheet.spreadsheet, []).area(reference)
        var places: [Int] = []
        var ranges: [A1Range] = []
        var room = Self.maximumQueryBytes
        for (place, cell) in cells.enumerated() {
            let range = A1Range(
                title: tab.identity.title, firstColumn: cell.column, firstRow: cell.row, lastColumn: cell.column,
                lastRow: cell.row)
            room -= percentEncoded(range.description).utf8.count
            guard room >= 0, places.count < Self.maximumSeenTexts else { break }
            guard tab.rows.contains(cell.row), tab.columns.contains(cell.column) else { continue }
            places.append(place)
            ranges.append(range)
        }
        var texts: [String?] = Array(repeating: nil, count: cells.count)
        guard !places.isEmpty else { return texts }
        let answer = try await caller.json(SeenValues.self, seenCall(sheet.spreadsheet, ranges)).valueRanges ?? []
        guard answer.map({ A1Range($0.range) }) == ranges else {
            throw SheetError(.malformedAnswer, "the answer is about other cells than those that were asked for")
        }
        for (place, range) in zip(places, answer) { texts[place] = range.values?.first?.first }
        return texts
    }

    private func seenCall(_ spreadsheet: String, _ ranges: [A1Range]) -> GoogleCaller.Call {
        valuesCall(
            spreadsheet, ranges.map(\.description),
            [
                "majorDimension": "ROWS", "valueRenderOption": "FORMATTED_VALUE",
                "fields": "valueRanges(range,values)", "prettyPrint": "false",
            ], label: "look at cells of \(spreadsheet)")
    }
}
