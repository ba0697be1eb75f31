import Foundation
import Tabular

/// Reads a folder of sample sheets: `spreadsheets.json`, and one CSV file a tab.
enum FolderLoader {
    static func spreadsheets(in folder: String, now: Date) throws -> [Spreadsheet] {
        let index = "\(folder)/spreadsheets.json"
        guard let data = FileManager.default.contents(atPath: index) else {
            throw EmulatorError(
                .folderNotReadable, "Could not read \(index). `sheaf-emulator samples --out \(folder)` makes one.")
        }
        let json: JSONValue
        do {
            json = try JSONParser.parse([UInt8](data))
        } catch {
            throw EmulatorError(.folderNotReadable, "\(index): \(error.message) at byte \(error.offset).")
        }
        guard let entries = json.elements else {
            throw EmulatorError(.folderNotReadable, "\(index) must be a list of spreadsheets.")
        }
        return try entries.enumerated().map { number, entry in
            try spreadsheet(entry, place: "\(index), spreadsheet \(number + 1)", folder: folder, now: now)
        }
    }

    private static func spreadsheet(
        _ entry: JSONValue, place: String, folder: String, now: Date
    ) throws -> Spreadsheet {
        guard let id = entry["id"]?.text, !id.isEmpty, let tabs = entry["tabs"]?.elements, !tabs.isEmpty else {
            throw EmulatorError(.folderNotReadable, "\(place): needs an id and tabs.")
        }
        return Spreadsheet(
            id: id, title: entry["title"]?.text ?? id, locale: entry["locale"]?.text ?? "ja_JP",
            timeZone: entry["timeZone"]?.text ?? "Asia/Tokyo",
            sharedWith: Set((entry["sharedWith"]?.elements ?? []).compactMap(\.text)),
            tabs: try tabs.enumerated().map { number, tab in
                guard let title = tab["title"]?.text, let file = tab["file"]?.text else {
                    throw EmulatorError(.folderNotReadable, "\(place), tab \(number + 1): needs a title and a file.")
                }
                return Tab(
                    sheetId: tab["sheetId"]?.integer ?? number, title: title, grid: try grid("\(folder)/\(file)"))
            },
            now: now)
    }

    /// The cells of a CSV file, typed as if a person had typed them.
    static func grid(_ file: String) throws -> Grid {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw EmulatorError(.folderNotReadable, "Could not read \(file).")
        }
        defer { try? handle.close() }
        var scanner = CSVScanner()
        var loader = GridLoader()
        do {
            while let data = try handle.read(upToCount: 4 << 20), !data.isEmpty {
                try scanner.feed([UInt8](data))
                if let batch = scanner.takeBatch() { loader.add(batch) }
            }
            try scanner.finish()
        } catch {
            throw EmulatorError(.folderNotReadable, "\(file): \(error)")
        }
        if let batch = scanner.takeBatch() { loader.add(batch) }
        return loader.finish()
    }
}

/// Collects rows into a grid.
private struct GridLoader {
    private var grid = Grid()
    private var columns = 0

    mutating func add(_ batch: RowBatch) {
        var row: [UInt8] = []
        for index in 0..<batch.rowCount {
            row.removeAll(keepingCapacity: true)
            var filled = 0
            let cells = batch.cells[batch.cellRange(ofRow: index)]
            for (column, cell) in cells.enumerated() {
                append(batch.bytes[Int(cell.start)..<Int(cell.end)], to: &row)
                if cell.start < cell.end {
                    filled = row.count
                    columns = max(columns, column + 1)
                }
            }
            row.removeLast(row.count - filled)
            grid.appendStored(row)
        }
    }

    private func append(_ text: ArraySlice<UInt8>, to row: inout [UInt8]) {
        if let first = text.first, first >= 0x80 {
            RowCodec.appendText(text, to: &row)
        } else {
            RowCodec.append(UserEntered.cell(String(decoding: text, as: UTF8.self)), to: &row)
        }
    }

    mutating func finish() -> Grid {
        grid.fit(columns: columns)
        return grid
    }
}

extension SheetsEmulator {
    /// Loads a folder with `spreadsheets.json` and CSV files, and tells the ids of what it held.
    @discardableResult
    package func load(folder: String) throws -> [String] {
        let spreadsheets = try FolderLoader.spreadsheets(in: folder, now: now)
        for spreadsheet in spreadsheets { add(spreadsheet) }
        return spreadsheets.map(\.id)
    }
}
