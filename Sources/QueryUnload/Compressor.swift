internal import Compression
internal import MySQL

/// Turns rows into compressed lines, on a thread of its own.
actor Compressor {
    private let queue = WorkQueue("sheaf.unload.compress")

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Several times as fast as the usual level, for files a tenth larger that are read once or twice.
    private static let level: Int32 = 3

    /// The lines of some rows, as a gzip member that can stand alone or behind another.
    func compress(_ rows: TextRows, with encoder: RowEncoder) throws -> PartWriter.Compressed {
        PartWriter.Compressed(bytes: try Self.member(of: try encoder.encode(rows)), rows: rows.rowCount)
    }

    /// Bytes as a gzip member; nothing as nothing.
    static func member(of bytes: [UInt8]) throws -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        guard let gzip = GzipEncoder(level: level) else {
            throw UnloadProblem(.output, "There is no memory left to compress with.")
        }
        return gzip.encode(bytes) + gzip.finish()
    }
}
