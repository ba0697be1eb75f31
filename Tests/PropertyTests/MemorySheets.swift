/// The sheets as they are: what people have typed, and what they did to the files.
struct MemorySheets: Sendable {
    struct Sheet: Sendable {
        var file: Int?
        var isOneAnswer: Bool
        var rows: [SheetRow] = []
        var isReadable = true
        var headerIsWhole = true
        var isConfigured = true
    }

    private(set) var sheets: [Sheet]
    /// The version of each file: it grows with every edit of any of its sheets.
    private(set) var versions: [Int: Int] = [:]
    /// Files that changed and of which no notice has come.
    private(set) var unnoticed: Set<Int> = []

    init(_ places: [LifeStory.Place]) {
        sheets = places.map { Sheet(file: $0.file, isOneAnswer: $0.isOneAnswer) }
    }

    func place(_ sheet: Int) -> Int { sheet % sheets.count }

    func row(_ sheet: Int, _ row: Int) -> SheetRow? {
        let rows = sheets[place(sheet)].rows
        return rows.isEmpty ? nil : rows[row % rows.count]
    }

    /// Notices are delivered: which files they tell of.
    mutating func deliver(only file: Int? = nil) -> Set<Int> {
        let told = file.map { unnoticed.intersection([$0]) } ?? unnoticed
        unnoticed.subtract(told)
        return told
    }

    mutating func configure(_ sheet: Int, _ isIn: Bool) {
        sheets[place(sheet)].isConfigured = isIn
        // A dataset has a sheet.
        if !sheets.contains(where: \.isConfigured) { sheets[place(sheet)].isConfigured = true }
    }

    mutating func share(_ sheet: Int, _ isReadable: Bool) { sheets[place(sheet)].isReadable = isReadable }

    mutating func setHeader(_ sheet: Int, _ isWhole: Bool) {
        sheets[place(sheet)].headerIsWhole = isWhole
        touch(place(sheet))
    }

    mutating func apply(_ edit: Edit) {
        switch edit {
        case .append(let sheet, let key, let name, let kind):
            add(SheetRow(key: key % SheetRow.keys.count, name: name, kind: kind), to: sheet)
        case .type(let sheet, let row, let kind): change(sheet, row) { $0.kind = kind }
        case .rename(let sheet, let row, let name): change(sheet, row) { $0.name = name }
        case .remove(let sheet, let row): _ = take(sheet, row)
        case .move(let sheet, let row, let to):
            if let row = take(sheet, row) { add(row, to: to) }
        case .copy(let sheet, let row, let to):
            let rows = sheets[place(sheet)].rows
            if !rows.isEmpty { add(rows[row % rows.count], to: to) }
        case .sort(let sheet):
            let rows = sheets[place(sheet)].rows
            guard rows.count > 1 else { return }
            sheets[place(sheet)].rows = Array(rows.dropFirst()) + rows.prefix(1)
            touch(place(sheet))
        case .unreadable(let sheet, let kind):
            add(SheetRow(key: SheetRow.unreadable, name: 1, kind: max(1, kind)), to: sheet)
        case .mend(let sheet):
            sheets[place(sheet)].rows.removeAll { $0.key == SheetRow.unreadable }
            touch(place(sheet))
        }
    }

    private mutating func add(_ row: SheetRow, to sheet: Int) {
        sheets[place(sheet)].rows.append(row)
        touch(place(sheet))
    }

    private mutating func take(_ sheet: Int, _ row: Int) -> SheetRow? {
        let count = sheets[place(sheet)].rows.count
        guard count > 0 else { return nil }
        touch(place(sheet))
        return sheets[place(sheet)].rows.remove(at: row % count)
    }

    private mutating func change(_ sheet: Int, _ row: Int, _ body: (inout SheetRow) -> Void) {
        let count = sheets[place(sheet)].rows.count
        guard count > 0 else { return }
        let before = sheets[place(sheet)].rows[row % count]
        body(&sheets[place(sheet)].rows[row % count])
        // A row whose key cannot be read is never blank: a blank row is none.
        if before.key == SheetRow.unreadable, sheets[place(sheet)].rows[row % count].kind == SheetRow.pending {
            sheets[place(sheet)].rows[row % count] = before
        }
        touch(place(sheet))
    }

    private mutating func touch(_ sheet: Int) {
        guard let file = sheets[sheet].file else { return }
        versions[file, default: 0] += 1
        unnoticed.insert(file)
    }
}
