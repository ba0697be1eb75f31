internal import Tabular

/// A CSV file on this machine as a source of rows.
package enum CSVFile {
    /// How to wait for a while.
    package typealias Sleep = @Sendable (Duration) async throws -> Void

    /// Reads the file from `headerRow` on; its cells are all text.
    ///
    /// - Parameters:
    ///   - path: where the file is.
    ///   - headerRow: the row with the titles of the columns.
    ///   - encoding: how its characters are written.
    ///   - stillness: how long the file must have stood still before it is read.
    ///   - sleep: waits that long.
    ///   - consumer: takes the rows.
    /// - Returns: what was read.
    /// - Throws: `SheetError` with `csvNotReadable`, `csvMalformed` (with the line), `changedWhileReading`,
    ///   `consumerStopped` or `cancelled`.
    package static func read(
        path: String, headerRow: Int = 1, encoding: TextEncoding = .utf8, stillness: Duration = .zero,
        sleep: Sleep = { try await Task.sleep(for: $0) }, into consumer: any RowConsumer
    ) async throws(SheetError) -> SheetReading {
        let request = SheetRequest(SheetReference(spreadsheet: path, headerRow: headerRow), into: consumer)
        return try await read(request, path: path, encoding: encoding, stillness: stillness, sleep: sleep)
    }

    fileprivate static func read(
        _ request: SheetRequest, path: String, encoding: TextEncoding, stillness: Duration,
        separator: UInt8? = nil, isVersioned: Bool = true,
        sleep: Sleep = { try await Task.sleep(for: $0) }
    ) async throws(SheetError) -> SheetReading {
        do {
            let file = try await onFileThread { () throws(LocalFileError) in
                try LocalFile(path: path, mustBeRegular: true)
            }
            let opened = try await settled(file, stillness, sleep)
            let reading = CSVReading(
                file: file, encoding: encoding, sheet: request.sheet, opened: opened, separator: separator,
                isVersioned: isVersioned)
            return try await read(request, reading)
        } catch {
            throw SheetError(fileFailure: error).about(request.sheet)
        }
    }

    fileprivate static func read(_ request: SheetRequest, _ reading: CSVReading) async throws -> SheetReading {
        let sheet = request.sheet
        let name = String(sheet.spreadsheet.split(separator: "/").last ?? "")
        let identity = SheetIdentity(spreadsheet: sheet.spreadsheet, spreadsheetTitle: name, sheetID: 0, title: name)
        let way = FileVersion.Reading(encoding: reading.encoding, headerRow: sheet.headerRow)
        if request.acceptsUnchanged, let known = request.knownVersion {
            let version = FileVersion(bytes: try await reading.digest(), way).text
            if version == known {
                return SheetReading(
                    identity: identity, fileVersionBefore: version, fileVersionAfter: version, bytes: 0, rowsRead: 0,
                    oneAnswer: true, isUnchanged: true)
            }
        }
        do {
            let result = try await reading.run(identity, into: ConsumerPort(request.consumer))
            let version = result.digest.map { FileVersion(bytes: $0, way).text }
            return SheetReading(
                identity: identity, fileVersionBefore: version, fileVersionAfter: version, bytes: result.bytes,
                rowsRead: result.rows, oneAnswer: true)
        } catch let error as UndecodableText {
            throw await reading.explain(error)
        }
    }

    /// Waits until a file has stood still: one that is just being copied here ends early, and looks whole.
    ///
    /// - Returns: what the file system says of the file by then.
    private static func settled(_ file: LocalFile, _ stillness: Duration, _ sleep: Sleep) async throws -> FileStamp {
        var stamp = try await onFileThread { () throws(LocalFileError) in try file.stamp() }
        for _ in 0..<maximumWaits {
            let age = secondsSince1970() - stamp.changedSeconds
            // Not what the clock says alone: that of a file server may be ahead.
            if stillness == .zero || Duration.seconds(age - 1) > stillness { return stamp }
            try await sleep(stillness)
            let later = try await onFileThread { () throws(LocalFileError) in try file.stamp() }
            if later == stamp { return stamp }
            stamp = later
        }
        throw SheetError.writtenTo
    }

    private static let maximumWaits = 5
}

extension SheetError {
    /// Any error of reading a file, as one of this kind.
    init(fileFailure error: any Error) {
        switch error {
        case let error as SheetError: self = error
        case let error as LocalFileError: self.init(.csvNotReadable, "the file cannot be read: \(error)")
        case let error as ScanError: self.init(.csvMalformed, "the file is not well-formed CSV: \(error)")
        case is CancellationError: self.init(.cancelled, "reading was called off")
        default: self.init(.consumerStopped, "its rows were not taken", underlying: error)
        }
    }
}

/// The CSV files of a folder as sheets: `SheetReference.spreadsheet` names a file in it.
///
/// A file's version is the hash of its bytes, so that one that was saved anew, or copied here, with the same content is
/// the same version.
package struct CSVFolderSource: SheetReader {
    private let folder: String
    private let encoding: TextEncoding
    private let stillness: Duration
    private let separator: UInt8?
    private let isVersioned: Bool

    /// A source of the files in `folder`, in one encoding.
    ///
    /// - Parameters:
    ///   - folder: the folder; absolute paths are taken as they are.
    ///   - encoding: how the files' characters are written.
    ///   - stillness: how long a file must have stood still before it is read; a file that is being copied looks whole.
    ///   - separator: what stands between two fields, an ASCII character; nil as is usual for the encoding.
    ///   - isVersioned: whether readings tell the file's version, which costs a hash of all its bytes.
    package init(
        folder: String, encoding: TextEncoding = .utf8, stillness: Duration = .zero, separator: UInt8? = nil,
        isVersioned: Bool = true
    ) {
        self.isVersioned = isVersioned
        self.separator = separator
        self.folder = folder
        self.encoding = encoding
        self.stillness = stillness
    }

    package func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        let name = request.sheet.spreadsheet
        let path = name.hasPrefix("/") ? name : "\(folder)/\(name)"
        return try await CSVFile.read(
            request, path: path, encoding: encoding, stillness: stillness, separator: separator,
            isVersioned: isVersioned)
    }
}

/// A CSV file that comes through standard input, as a sheet.
///
/// It is kept in a temporary file without a name first, since it may have to be read more than once.
package actor StandardInputSource: SheetReader {
    private let encoding: TextEncoding
    private let separator: UInt8?
    private var copy: LocalFile?

    /// A source of what standard input holds.
    ///
    /// - Parameters:
    ///   - encoding: how its characters are written.
    ///   - separator: what stands between two fields, an ASCII character; nil as is usual for the encoding.
    package init(encoding: TextEncoding = .utf8, separator: UInt8? = nil) {
        self.encoding = encoding
        self.separator = separator
    }

    package func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        do {
            let file: LocalFile
            if let copy {
                file = copy
            } else {
                file = try await onFileThread { () throws(LocalFileError) in try LocalFile(copyOf: .standardInput()) }
                copy = file
            }
            let reading = CSVReading(
                file: file, encoding: encoding, sheet: request.sheet, opened: nil, separator: separator,
                isVersioned: false)
            return try await CSVFile.read(request, reading)
        } catch {
            throw SheetError(fileFailure: error).about(request.sheet)
        }
    }
}
