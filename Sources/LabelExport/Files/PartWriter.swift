internal import Compression
internal import Digest

/// Writes one part: compresses it, and counts and hashes what it writes.
final class PartWriter {
    private let file: any ExportFile
    private let encoder: GzipEncoder?
    private var fileHasher = SHA256Hasher()
    private var contentHasher = SHA256Hasher()
    private var part: ExportManifest.Part

    /// - Parameters:
    ///   - part: its path, split and content.
    ///   - file: where it goes.
    ///   - isCompressed: whether it is compressed with gzip.
    /// - Throws: `ExportProblem` if there is no memory to compress.
    init(_ part: ExportManifest.Part, _ file: any ExportFile, isCompressed: Bool) throws {
        self.part = part
        self.file = file
        encoder = isCompressed ? GzipEncoder() : nil
        if isCompressed, encoder == nil {
            throw ExportProblem(.output, "There is no memory to compress \(part.path).")
        }
    }

    func write(_ bytes: [UInt8], rows: Int) async throws {
        if bytes.isEmpty { return }
        part.rows += rows
        guard let encoder else { return try await put(bytes) }
        part.uncompressedBytes = (part.uncompressedBytes ?? 0) + bytes.count
        contentHasher.update(bytes)
        try await put(encoder.encode(bytes))
    }

    /// Ends the part and makes it visible.
    ///
    /// - Returns: what it is.
    /// - Throws: `ExportProblem` if it cannot be written.
    func finish() async throws -> ExportManifest.Part {
        if let encoder {
            try await put(encoder.finish())
            part.uncompressedBytes = part.uncompressedBytes ?? 0
            part.uncompressedSha256 = contentHasher.finish().hex
        }
        try await file.finish()
        part.sha256 = fileHasher.finish().hex
        return part
    }

    func discard() async {
        await file.discard()
    }

    private func put(_ bytes: [UInt8]) async throws {
        if bytes.isEmpty { return }
        part.bytes += bytes.count
        fileHasher.update(bytes)
        try await file.write(bytes)
    }
}
