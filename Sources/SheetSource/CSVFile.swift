internal import Tabular

/// A CSV file on this machine as a source of rows.
package enum CSVFile {
    private static let chunkBytes = 1 << 18

    /// Reads the file from `headerRow` on; its cells are all text.
    ///
    /// - Throws: `SheetError` with `csvNotReadable`, `csvMalformed` (with the line), `changedWhileReading`,
    ///   `consumerStopped` or `cancelled`.
    package static func read(
        path: String, headerRow: Int = 1, into consumer: any RowConsumer
    ) async throws(SheetError) -> SheetReading {
        let sheet = SheetReference(spreadsheet: path, headerRow: headerRow)
        do {
            return try await read(sheet, into: consumer)
        } catch let error as SheetError {
            throw error.about(sheet)
        } catch let error as LocalFileError {
            throw SheetError(.csvNotReadable, sheet: sheet, "the file cannot be read: \(error)")
        } catch let error as ScanError {
            throw SheetError(.csvMalformed, sheet: sheet, "the file is not well-formed CSV: \(error)")
        } catch is CancellationError {
            throw SheetError(.cancelled, sheet: sheet, "reading was called off")
        } catch {
            throw SheetError(.consumerStopped, sheet: sheet, "its rows were not taken", underlying: error)
        }
    }

    private static func read(_ sheet: SheetReference, into consumer: any RowConsumer) async throws -> SheetReading {
        let file = try LocalFile(path: sheet.spreadsheet)
        let before = try file.version()
        let name = String(sheet.spreadsheet.split(separator: "/").last ?? "")
        let identity = SheetIdentity(spreadsheet: sheet.spreadsheet, spreadsheetTitle: name, sheetID: 0, title: name)
        let target = ConsumerPort(consumer)
        try await target.begin(identity)
        var scanner = CSVScanner()
        var reading = SheetReading(
            identity: identity, fileVersionBefore: before, fileVersionAfter: nil, bytes: 0, rowsRead: 0, oneAnswer: true
        )
        while true {
            try Task.checkCancellation()
            let chunk = try file.read(upTo: chunkBytes)
            if chunk.isEmpty { break }
            reading.bytes += chunk.count
            try scanner.feed(chunk)
            if let batch = scanner.takeBatch() { reading.rowsRead += try await target.receive(batch, from: sheet) }
            // Looked at each time, or a file that grows as fast as it is read would be read for ever.
            guard try file.version() == before else { throw changed(sheet) }
        }
        try scanner.finish()
        if let batch = scanner.takeBatch() { reading.rowsRead += try await target.receive(batch, from: sheet) }
        reading.fileVersionAfter = try file.version()
        guard reading.fileVersionAfter == before else { throw changed(sheet) }
        return reading
    }

    private static func changed(_ sheet: SheetReference) -> SheetError {
        SheetError(.changedWhileReading, sheet: sheet, "the file was written to while it was read")
    }
}

/// The CSV files of a folder as sheets: `SheetReference.spreadsheet` names a file in it.
package struct CSVFolderSource: SheetReader {
    private let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    package func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        try await CSVFile.read(
            path: "\(folder)/\(request.sheet.spreadsheet)", headerRow: request.sheet.headerRow, into: request.consumer)
    }
}
