/// Makes the GridData of a tab: of every cell what a mask names, and nothing that it does not.
struct GridDataReader {
    private let tab: Tab
    private let mask: FieldMask
    private let cell: FieldMask
    private let members: Members

    /// Which members of CellData are wanted, looked up once.
    private struct Members {
        let userEnteredValue: Bool
        let effectiveValue: Bool
        let formattedValue: Bool
        let userEnteredFormat: Bool
        let effectiveFormat: Bool
        let note: Bool
        let dataValidation: Bool
        let textFormatRuns: Bool

        /// Whether a cell without extras has nothing to tell.
        var isOfExtrasOnly: Bool {
            !(userEnteredValue || effectiveValue || formattedValue || userEnteredFormat || effectiveFormat)
        }

        init(_ mask: FieldMask) {
            userEnteredValue = mask.includes("userEnteredValue")
            effectiveValue = mask.includes("effectiveValue")
            formattedValue = mask.includes("formattedValue")
            userEnteredFormat = mask.includes("userEnteredFormat")
            effectiveFormat = mask.includes("effectiveFormat")
            note = mask.includes("note")
            dataValidation = mask.includes("dataValidation")
            textFormatRuns = mask.includes("textFormatRuns")
        }
    }

    /// A reader; the mask is one of GridData.
    init(tab: Tab, mask: FieldMask) {
        self.tab = tab
        self.mask = mask
        cell = mask.below("rowData").below("values")
        members = Members(cell)
    }

    func data(_ cells: CellRange) -> JSONValue {
        let rows = mask.includes("rowData") ? rowData(cells) : []
        return .object([
            "startRow": mask.includes("startRow") ? .positive(cells.rows.lowerBound) : nil,
            "startColumn": mask.includes("startColumn") ? .positive(cells.columns.lowerBound) : nil,
            "rowData": rows.isEmpty ? nil : .array(rows),
            "rowMetadata": metadata(.rows, "rowMetadata", cells.rows, usualSize: 21),
            "columnMetadata": metadata(.columns, "columnMetadata", cells.columns, usualSize: 100),
        ])
    }

    private func metadata(_ axis: Axis, _ name: String, _ range: Range<Int>, usualSize: Int) -> JSONValue? {
        guard mask.includes(name) else { return nil }
        let below = mask.below(name)
        let properties = axis == .rows ? tab.rowProperties : tab.columnProperties
        var tags: [Int: [JSONValue]] = [:]
        for tag in tab.metadata {
            guard let span = tag.span, span.axis == axis, let place = span.range.lower else { continue }
            tags[place, default: []].append(tag.json(sheetId: tab.sheetId))
        }
        let usual = below.apply(to: .object(["pixelSize": .integer(usualSize)]))
        return .array(
            range.map { place in
                let own = properties[place]
                guard own != nil || tags[place] != nil else { return usual }
                return below.apply(
                    to: .object([
                        "hiddenByUser": own?["hiddenByUser"]?.boolean == true ? .boolean(true) : nil,
                        "pixelSize": own?["pixelSize"] ?? .integer(usualSize),
                        "developerMetadata": tags[place].map { .array($0) },
                    ]))
            })
    }

    /// The rows up to the last one that has anything, and each up to its last cell that has anything.
    private func rowData(_ cells: CellRange) -> [JSONValue] {
        let filled = tab.grid.filled(cells)
        let wantsCells = mask.below("rowData").includes("values")
        // Rows without notes are most of a sheet when notes are asked for: one value stands for all of them.
        var blanks: [Int: JSONValue] = [:]
        return zip(filled.rows, tab.grid.encodedRows(filled.rows)).map { row, encoded in
            guard wantsCells else { return .object([]) }
            let extras = tab.grid.extras.isEmpty ? 0 : tab.grid.extras.width(ofRow: row)
            if extras == 0, members.isOfExtrasOnly {
                let width = cells.columns.clamped(to: 0..<RowCodec.count(encoded)).count
                let blank = blanks[width] ?? Self.row(Array(repeating: .object([]), count: width))
                blanks[width] = blank
                return blank
            }
            let values = encoded.isEmpty ? [] : RowCodec.decode(encoded)
            return Self.row(
                cells.columns.clamped(to: 0..<max(values.count, extras)).map { column in
                    self.cell(column < values.count ? values[column] : .empty, tab.grid.extras[row, column])
                })
        }
    }

    private static func row(_ cells: [JSONValue]) -> JSONValue {
        .object(cells.isEmpty ? [] : [JSONMember(name: "values", value: .array(cells))])
    }

    private func cell(_ value: CellValue, _ extras: CellExtras?) -> JSONValue {
        var found: [JSONMember] = []
        func add(_ name: String, _ value: JSONValue?) {
            if let value { found.append(JSONMember(name: name, value: cell.below(name).apply(to: value))) }
        }
        if members.userEnteredValue { add("userEnteredValue", value.userEnteredValue) }
        if members.effectiveValue { add("effectiveValue", value.effectiveValue) }
        if members.formattedValue, !value.isEmpty { add("formattedValue", .string(value.displayText(extras))) }
        if members.userEnteredFormat { add("userEnteredFormat", value.userEnteredFormat(extras)) }
        if members.effectiveFormat, !value.isEmpty || extras?.format != nil {
            add("effectiveFormat", value.effectiveFormat(extras))
        }
        if members.note { add("note", extras?.note.map { .string($0) }) }
        if members.textFormatRuns { add("textFormatRuns", extras?.textRuns) }
        if members.dataValidation { add("dataValidation", extras?.validation) }
        return .object(found)
    }
}

extension CellValue {
    /// What the cell shows, by its own format if it has one.
    func displayText(_ extras: CellExtras?) -> String {
        if let pattern = extras?.pattern, case .number(let literal, _) = computed, let value = Double(literal) {
            return pattern.display(value)
        }
        return displayText
    }

    /// What was put in, as an ExtendedValue.
    var userEnteredValue: JSONValue? {
        if case .formula(let text, _) = self { return .object(["formulaValue": .string(text)]) }
        return extendedValue
    }

    /// What came of it, errors included.
    var effectiveValue: JSONValue? {
        guard case .formula(_, let result) = self else { return extendedValue }
        if case .text(let text) = result, let type = FormulaError(text) {
            return .object([
                "errorValue": .object(["type": .string(type.name), "message": .string(type.message)])
            ])
        }
        return result.extendedValue
    }

    private var extendedValue: JSONValue? {
        switch self {
        case .text(let text): .object(["stringValue": .string(text)])
        case .number(let literal, _): .object(["numberValue": .number(literal)])
        case .boolean(let value): .object(["boolValue": .boolean(value)])
        case .empty, .formula: nil
        }
    }

    /// The CellFormat with the number format that typing gave the cell.
    func userEnteredFormat(_ extras: CellExtras?) -> JSONValue? {
        guard case .number(_, let format) = computed, let pattern = format.pattern,
            extras?.format?["numberFormat"] == nil
        else { return extras?.format }
        let typed = [JSONMember(name: "numberFormat", value: pattern.json)]
        return .object(typed + (extras?.format?.members ?? []))
    }

    /// What a person sees: the defaults, and over them what was set.
    func effectiveFormat(_ extras: CellExtras?) -> JSONValue {
        let alignment =
            switch computed {
            case .number: "RIGHT"
            case .boolean: "CENTER"
            default: "LEFT"
            }
        let usual = DefaultFormat.cell(alignment: alignment)
        return userEnteredFormat(extras).map { DefaultFormat.overlay($0, on: usual) } ?? usual
    }
}

/// An error that a formula shows.
struct FormulaError {
    let name: String
    let message: String

    /// Nil if a cell with this text shows no error.
    init?(_ text: String) {
        switch text {
        case "#N/A": (name, message) = ("N_A", "Did not find a value.")
        case "#REF!": (name, message) = ("REF", "Reference does not exist.")
        case "#DIV/0!": (name, message) = ("DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero.")
        case "#VALUE!": (name, message) = ("VALUE", "A parameter is of the wrong type.")
        case "#NAME?": (name, message) = ("NAME", "Unknown function or range.")
        case "#NUM!": (name, message) = ("NUM", "The result is not a number.")
        case "#NULL!": (name, message) = ("NULL_VALUE", "The ranges do not intersect.")
        case "#ERROR!": (name, message) = ("ERROR", "Formula parse error.")
        case "Loading...": (name, message) = ("LOADING", "Loading data...")
        default: return nil
        }
    }
}
