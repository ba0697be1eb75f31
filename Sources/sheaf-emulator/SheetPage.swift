/// A tab as a client last saw it.
struct SheetPage {
    let spreadsheet: String
    let tab: String
    let sheetId: Int
    /// The texts on screen; line 0 is the header, which is row 1.
    let lines: [[String]]

    /// The numbers of all rows below the header, as the screen counts them.
    var rowNumbers: Range<Int> { 2..<max(2, lines.count + 1) }

    /// How many rows are filled, the header included.
    var rowCount: Int { lines.count }

    /// The place of a column, counted from 0.
    func column(_ title: String) throws -> Int {
        guard let column = lines.first?.firstIndex(of: title) else {
            throw CommandFailure("There is no column \(title) in \(spreadsheet), tab \(tab).")
        }
        return column
    }

    /// A row by the titles of its columns.
    func row(_ number: Int) -> [String: String] {
        let header = lines.first ?? []
        return Dictionary(zip(header, lines[number - 1]), uniquingKeysWith: { first, _ in first })
    }

    /// The cells of a row in the order of this tab's columns.
    func cells(_ row: [String: String]) -> [String] {
        (lines.first ?? []).map { row[$0] ?? "" }
    }

    /// The name of a cell, such as `C12`.
    func cell(_ title: String, row: Int) throws -> String {
        let column = try column(title)
        guard let letter = UnicodeScalar(65 + column), column < 26 else {
            throw CommandFailure("The column \(title) stands too far to the right.")
        }
        return "\(letter)\(row)"
    }
}

/// One request of `spreadsheets.batchUpdate`; exactly one member is set.
struct SheetRequest: Encodable {
    struct Dimension: Encodable {
        struct Span: Encodable {
            let sheetId: Int
            let dimension = "ROWS"
            let startIndex: Int
            let endIndex: Int
        }
        let range: Span
    }

    struct Sort: Encodable {
        struct Range: Encodable {
            let sheetId: Int
            let startRowIndex: Int
            let endRowIndex: Int
        }
        struct Key: Encodable {
            let dimensionIndex: Int
            let sortOrder = "ASCENDING"
        }
        let range: Range
        let sortSpecs: [Key]
    }

    private var insertDimension: Dimension?
    private var deleteDimension: Dimension?
    private var sortRange: Sort?

    /// Inserts a blank row that will have this number.
    static func insertRow(_ number: Int, _ page: SheetPage) -> SheetRequest {
        SheetRequest(insertDimension: span(number...number, page))
    }

    /// Deletes rows, by their numbers.
    static func deleteRows(_ numbers: ClosedRange<Int>, _ page: SheetPage) -> SheetRequest {
        SheetRequest(deleteDimension: span(numbers, page))
    }

    /// Sorts everything below the header by one column.
    static func sort(by title: String, _ page: SheetPage) throws -> SheetRequest {
        SheetRequest(
            sortRange: Sort(
                range: Sort.Range(sheetId: page.sheetId, startRowIndex: 1, endRowIndex: page.rowCount),
                sortSpecs: [Sort.Key(dimensionIndex: try page.column(title))]))
    }

    private static func span(_ numbers: ClosedRange<Int>, _ page: SheetPage) -> Dimension {
        Dimension(
            range: Dimension.Span(
                sheetId: page.sheetId, startIndex: numbers.lowerBound - 1, endIndex: numbers.upperBound))
    }
}
