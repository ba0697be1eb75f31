internal import Digest
internal import Tabular

/// Makes rows of the bytes of one file.
struct CSVReading: Sendable {
    let file: LocalFile
    let encoding: TextEncoding
    let sheet: SheetReference
    /// What the file system said of the file before; nil for a file that nobody else can write to.
    let opened: FileStamp?
    /// What stands between two fields; nil as is usual for the encoding.
    var separator: UInt8?
    /// Whether anybody wants to know the version of what was read.
    var isVersioned = true

    private static let chunkBytes = 1 << 18

    /// What came of it.
    struct Result {
        var bytes = 0
        var rows = 0
        /// Nil if nobody wanted it.
        var digest: SHA256Digest?
    }

    /// Hands every row to `target`, beginning with `begin`.
    ///
    /// The file was the one that was opened from before its first byte until after its last, or this throws.
    ///
    /// - Throws: `UndecodableText`, `ScanError`, `LocalFileError`, and `SheetError` with `changedWhileReading`,
    ///   `csvMalformed`, `consumerStopped`.
    func run(_ identity: SheetIdentity, into target: ConsumerPort) async throws -> Result {
        let charset = try await charset()
        try await target.begin(identity)
        // What has been decoded is UTF-8.
        var scanner = CSVScanner(separator: separator ?? charset.separator, isKnownUTF8: true)
        var decoder = try TextDecoder(charset)
        var hasher = SHA256Hasher()
        var (bytes, rows) = (0, 0)
        while let chunk = try await chunk(at: bytes) {
            bytes += chunk.count
            if isVersioned { hasher.update(chunk) }
            try scanner.feed(try decoder.decode(chunk))
            if let batch = scanner.takeBatch() { rows += try await target.receive(batch, from: sheet) }
        }
        try decoder.finish()
        try scanner.finish()
        if let batch = scanner.takeBatch() { rows += try await target.receive(batch, from: sheet) }
        return Result(bytes: bytes, rows: rows, digest: isVersioned ? hasher.finish() : nil)
    }

    /// The SHA-256 of all bytes.
    func digest() async throws -> SHA256Digest {
        var hasher = SHA256Hasher()
        var bytes = 0
        while let chunk = try await chunk(at: bytes) {
            bytes += chunk.count
            hasher.update(chunk)
        }
        return hasher.finish()
    }

    /// What is wrong with the text, and what to do.
    func explain(_ error: UndecodableText) async -> SheetError {
        let place = "line \(error.line), byte \(error.byte)"
        if error.isUnknown {
            return SheetError(
                .csvMalformed, "this machine's C library cannot read \(error.charset.name)",
                hint: "install its character sets (gconv), or save the file as CSV in UTF-8")
        }
        let detail =
            error.isCutShort
            ? "the file ends in the middle of a character of \(error.charset.name) (\(place))"
            : "the file is not \(error.charset.name): what stands at \(place), is no character of it"
        return SheetError(.csvMalformed, detail, hint: await hint(error))
    }

    private func hint(_ error: UndecodableText) async -> String {
        let general = "correct that place, or save the file again as CSV in UTF-8"
        guard encoding == .utf8, error.charset == .utf8 else { return general }
        do {
            if let mark = Charset(markIn: try await head()), mark != .utf8 {
                return "it begins as UTF-16 does: give `encoding: utf-16` if it is separated by tabs, or save it as "
                    + "CSV in UTF-8"
            }
            guard try await isWhole(.cp932) else { return general }
            return
                "all of it can be read as Shift_JIS, which Excel writes in Japan: give `encoding: cp932`, or save it "
                + "as CSV in UTF-8"
        } catch {
            return general
        }
    }

    // MARK: Which charset

    private func charset() async throws -> Charset {
        let mark = Charset(markIn: try await head())
        switch encoding {
        case .utf8: return .utf8
        case .cp932: return .cp932
        case .utf16:
            guard let mark, mark != .utf8 else {
                throw SheetError(
                    .csvMalformed, "the file does not begin with the byte order mark of UTF-16 (byte 0)",
                    hint: "give its `encoding` as it is, or save it as CSV in UTF-8")
            }
            return mark
        case .auto:
            if let mark { return mark }
            if try await isWhole(.utf8) { return .utf8 }
            if try await isWhole(.cp932) { return .cp932 }
            throw SheetError(
                .csvMalformed,
                "the file is neither UTF-8 (\(try await flaw(.utf8))) nor CP932 (\(try await flaw(.cp932)))",
                hint: "correct those places, or save the file again as CSV in UTF-8")
        }
    }

    private func isWhole(_ charset: Charset) async throws -> Bool {
        try await firstFlaw(charset) == nil
    }

    private func flaw(_ charset: Charset) async throws -> String {
        try await firstFlaw(charset).map { "line \($0.line), byte \($0.byte)" } ?? "changed meanwhile"
    }

    /// The first place that is not text of the charset; nil if all of the file is.
    private func firstFlaw(_ charset: Charset) async throws -> UndecodableText? {
        do {
            var decoder = try TextDecoder(charset)
            var bytes = 0
            while let chunk = try await chunk(at: bytes) {
                bytes += chunk.count
                _ = try decoder.decode(chunk)
            }
            try decoder.finish()
            return nil
        } catch let error as UndecodableText {
            return error
        }
    }

    // MARK: Bytes

    private func head() async throws -> [UInt8] {
        let file = file
        return try await onFileThread { () throws(LocalFileError) in try file.read(upTo: 3, at: 0) }
    }

    /// The next bytes; nil at the end.
    private func chunk(at offset: Int) async throws -> [UInt8]? {
        try Task.checkCancellation()
        let file = file
        let (chunk, stamp) = try await onFileThread { () throws(LocalFileError) in
            (try file.read(upTo: Self.chunkBytes, at: offset), try file.stamp())
        }
        // Looked at each time, or a file that grows as fast as it is read would be read for ever.
        guard opened == nil || stamp == opened else { throw SheetError.writtenTo }
        return chunk.isEmpty ? nil : chunk
    }
}

extension SheetError {
    /// A file is not the one it was when reading began.
    static let writtenTo = SheetError(.changedWhileReading, "the file was written to while it was read")
}
