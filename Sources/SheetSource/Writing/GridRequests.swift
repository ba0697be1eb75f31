internal import Tabular

/// A `GridRange`: counted from 0, the ends not included.
struct GridRange: Encodable, Sendable {
    let sheetId: Int
    let startRowIndex: Int
    let endRowIndex: Int
    let startColumnIndex: Int
    let endColumnIndex: Int

    init(_ area: CellArea, sheetID: Int) {
        sheetId = sheetID
        startRowIndex = area.rows.lowerBound - 1
        endRowIndex = area.rows.upperBound
        startColumnIndex = area.columns.lowerBound
        endColumnIndex = area.columns.upperBound + 1
    }
}

/// The body of `spreadsheets.getByDataFilter`.
struct GridLook: Encodable, Sendable {
    struct Filter: Encodable, Sendable {
        let gridRange: GridRange
    }

    let dataFilters: [Filter]
}

/// The body of `spreadsheets.batchUpdate`, as far as it is used here.
struct GridUpdate: Encodable, Sendable {
    /// An `ExtendedValue`; of none of its kinds, it clears the cell.
    struct Value: Encodable, Sendable {
        var stringValue: String?
        var numberValue: Double?
        var boolValue: Bool?
    }

    struct Cell: Encodable, Sendable {
        var userEnteredValue: Value?

        init(_ cell: TypedCell) {
            switch cell {
            case .empty: userEnteredValue = nil
            case .text(let text): userEnteredValue = Value(stringValue: text)
            case .number(let literal): userEnteredValue = Value(numberValue: Double(literal))
            case .boolean(let flag): userEnteredValue = Value(boolValue: flag)
            }
        }
    }

    struct Row: Encodable, Sendable {
        let values: [Cell]
    }

    struct Start: Encodable, Sendable {
        let sheetId: Int
        let rowIndex: Int
        let columnIndex: Int
    }

    struct UpdateCells: Encodable, Sendable {
        let start: Start
        let rows: [Row]
        let fields = "userEnteredValue"
    }

    struct AppendCells: Encodable, Sendable {
        let sheetId: Int
        let rows: [Row]
        let fields = "userEnteredValue"
    }

    /// A tag without meaning: its id may be given once, so that a request which is sent twice is refused the second time.
    struct CreateTag: Encodable, Sendable {
        struct Tag: Encodable, Sendable {
            struct Location: Encodable, Sendable {
                let sheetId: Int
            }

            let metadataId: Int
            let metadataKey = "sheaf-append"
            let location: Location
            let visibility = "PROJECT"
        }

        let developerMetadata: Tag
    }

    struct DeleteTag: Encodable, Sendable {
        struct Filter: Encodable, Sendable {
            struct Lookup: Encodable, Sendable {
                let metadataId: Int
            }

            let developerMetadataLookup: Lookup
        }

        let dataFilter: Filter
    }

    struct Request: Encodable, Sendable {
        var updateCells: UpdateCells?
        var appendCells: AppendCells?
        var createDeveloperMetadata: CreateTag?
        var deleteDeveloperMetadata: DeleteTag?
    }

    var requests: [Request]
    var includeSpreadsheetInResponse: Bool?
    var responseIncludeGridData: Bool?
    var responseRanges: [String]?
}

/// What `spreadsheets.get` and its kin say of cells.
struct GridAnswer: Decodable, Sendable {
    struct Sheet: Decodable, Sendable {
        struct Properties: Decodable, Sendable {
            let sheetId: Int?
        }

        let properties: Properties?
        let data: [Data]?
    }

    struct Data: Decodable, Sendable {
        let startRow: Int?
        let startColumn: Int?
        let rowData: [Row]?
    }

    struct Row: Decodable, Sendable {
        let values: [Cell]?
    }

    struct Cell: Decodable, Sendable {
        let userEnteredValue: Value?
        let effectiveValue: Value?
    }

    struct Value: Decodable, Sendable {
        struct Failure: Decodable, Sendable {
            let type: String?
        }

        let stringValue: String?
        let numberValue: Double?
        let boolValue: Bool?
        let formulaValue: String?
        let errorValue: Failure?
    }

    /// What is asked for of each sheet.
    static let sheetFields =
        "sheets(properties.sheetId,data(startRow,startColumn,rowData.values(userEnteredValue,effectiveValue)))"

    let sheets: [Sheet]?

    /// The cells of one tab.
    func cells(ofTab id: Int) -> SeenCells {
        var seen = SeenCells()
        for sheet in sheets ?? [] where (sheet.properties?.sheetId ?? 0) == id {
            for data in sheet.data ?? [] {
                for (row, cells) in (data.rowData ?? []).enumerated() {
                    for (column, cell) in (cells.values ?? []).enumerated() {
                        let place = SheetCell(
                            row: (data.startRow ?? 0) + row + 1, column: (data.startColumn ?? 0) + column)
                        let isFormula = cell.userEnteredValue?.formulaValue != nil
                        seen.note(cell.effectiveValue?.cell ?? .empty, at: place, isFormula: isFormula)
                    }
                }
            }
        }
        return seen
    }
}

extension GridAnswer.Value {
    fileprivate var cell: TypedCell {
        if let stringValue { return stringValue.isEmpty ? .empty : .text(stringValue) }
        if let numberValue { return .number("\(numberValue)") }
        if let boolValue { return .boolean(boolValue) }
        // No value, and no blank: it is never what somebody typed.
        return errorValue == nil ? .empty : .text("#ERROR!")
    }
}

/// What `spreadsheets.batchUpdate` answers, as far as it is asked for.
struct GridUpdateAnswer: Decodable, Sendable {
    let updatedSpreadsheet: GridAnswer?
}
