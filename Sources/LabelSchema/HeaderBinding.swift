/// What came of matching a sheet's header with a schema.
package enum HeaderBinding: Sendable {
    /// Every field has its column; rows can be validated.
    case bound(RowValidator)
    /// The sheet cannot be read: every problem of its header.
    case refused([HeaderProblem])
}

extension LabelSchema {
    /// Matches a header with the fields, by title in any language or by name, as `fieldsMatch` asks.
    ///
    /// The columns of the primary key have to be there in any case, and so have those of required fields.
    ///
    /// - Parameters:
    ///   - header: The texts of the header row.
    ///   - headerRow: The sheet row it stands in, counted from 1. Rows down to this one are never validated.
    /// - Returns: A validator, or every problem of the header.
    package func bind(header: [String], headerRow: Int) -> HeaderBinding {
        let texts = header.map(Self.headerKey)
        guard let last = texts.lastIndex(where: { !$0.isEmpty }) else {
            return .refused([.emptyHeader(row: headerRow)])
        }
        var columnsOfText: [[UInt8]: [Int]] = [:]
        for (column, text) in texts.enumerated() { columnsOfText[text, default: []].append(column) }

        var columns: [Int?] = []
        var problems: [HeaderProblem] = []
        var known: Set<[UInt8]> = []
        for field in fields { known.formUnion(field.headerTexts.map(Self.headerKey)) }
        let strangers = texts.indices.filter { !texts[$0].isEmpty && !known.contains(texts[$0]) }
        for field in fields {
            let found = Set(field.headerTexts.map(Self.headerKey)).flatMap { columnsOfText[$0] ?? [] }.sorted()
            switch found.count {
            case 1: columns.append(found[0])
            case 0:
                columns.append(nil)
                let isNeeded = field.role == .key || field.constraints.required
                if fieldsMatch.allowsFewerColumns, !isNeeded { continue }
                let suggestion = NearestText.find(field.title, among: strangers.map { header[$0] })
                problems.append(.missingColumn(field: field.name, title: field.title, suggestion: suggestion))
            default:
                columns.append(found[0])
                problems.append(
                    .duplicateHeader(field: field.name, title: field.title, columns: found, row: headerRow))
            }
        }
        if !fieldsMatch.allowsMoreColumns {
            problems += strangers.map { .extraColumn(header: header[$0], column: $0, row: headerRow) }
        }
        if fieldsMatch == .exact, problems.isEmpty {
            let places = columns.compactMap { $0 }
            if let first = places.indices.first(where: { places[$0] != $0 }) {
                let title = fields[first].title
                problems.append(.misplacedColumn(title: title, column: places[first], expected: first, row: headerRow))
            } else if last >= fields.count {
                problems.append(.extraColumn(header: header[last], column: last, row: headerRow))
            }
        }
        guard problems.isEmpty else { return .refused(problems) }
        return .bound(RowValidator(schema: self, columns: columns, headerRow: headerRow))
    }

    /// The columns that a sheet had and has no more, as problems of its header.
    ///
    /// A schema may let a sheet lack columns. One that was there and is gone is an accident all the same: its labels must
    /// not lose their values.
    ///
    /// - Parameters:
    ///   - before: The names of the fields that had a column.
    ///   - now: Those that have one now.
    /// - Returns: A problem for each field that is stored with a label and has lost its column.
    package func lostColumns(_ before: [String], now: [String]) -> [HeaderProblem] {
        if before.isEmpty { return [] }
        let (before, now) = (Set(before), Set(now))
        return canonicalFields.filter { field in
            let hadOne = before.contains(field.name) || field.formerNames.contains(where: before.contains)
            return hadOne && !now.contains(field.name)
        }
        .map { .missingColumn(field: $0.name, title: $0.title, suggestion: nil) }
    }

    /// A header text as bytes, without spaces (full-width ones too) at its ends.
    static func headerKey(_ text: String) -> [UInt8] {
        let isSpace = { (scalar: Unicode.Scalar) in
            scalar.value == 0x20 || scalar.value == 0x3000 || (0x09...0x0D).contains(scalar.value)
        }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(String(scalars[first...last]).utf8)
    }
}
