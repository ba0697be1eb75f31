/// Where the files of one result go.
package protocol UnloadDestination: Sendable {
    /// Begins a file.
    func begin(_ name: String) async throws -> any UnloadFile
    /// Deletes everything that was written here, as far as it can be reached.
    func removeAll() async throws
}

/// A file that is being written.
package protocol UnloadFile: Sendable {
    /// Appends bytes.
    ///
    /// Called by one task at a time.
    func write(_ bytes: [UInt8]) async throws
    /// The file is whole.
    func finish() async throws
    /// The file is given up.
    func abort() async
}

/// A file of a result, as it was written.
package struct UnloadedPart: Sendable, Codable, Hashable {
    package var name: String
    package var rows: Int
    /// Of the compressed file.
    package var bytes: Int
    /// SHA-256 of the compressed file, in hexadecimal digits.
    package var sha256: String

    package init(name: String, rows: Int, bytes: Int, sha256: String) {
        (self.name, self.rows, self.bytes, self.sha256) = (name, rows, bytes, sha256)
    }
}

/// What an unloaded query gave.
package struct UnloadResult: Sendable {
    package var columns: [UnloadColumn]
    /// In the order of their rows.
    package var parts: [UnloadedPart]
    package var rows: Int
    /// Of all compressed files.
    package var bytes: Int

    package init(columns: [UnloadColumn], parts: [UnloadedPart], rows: Int, bytes: Int) {
        (self.columns, self.parts, self.rows, self.bytes) = (columns, parts, rows, bytes)
    }
}

/// How far a query may go.
package struct UnloadLimits: Sendable {
    /// Seconds, from its start to the last byte written.
    package var seconds: Int
    package var rows: Int
    /// Bytes of the values as the database sends them.
    package var bytes: Int
    /// How many pieces are compressed at once.
    package var workers: Int
    /// A file that has grown to so many bytes is finished, and another begun.
    package var partSize: Int
    /// So many bytes of rows are compressed together.
    package var pieceSize: Int

    package init(
        seconds: Int = 1_800, rows: Int = 100_000_000, bytes: Int = 50 << 30, workers: Int = 4,
        partSize: Int = 32 << 20, pieceSize: Int = 512 << 10
    ) {
        (self.seconds, self.rows, self.bytes) = (seconds, rows, bytes)
        (self.workers, self.partSize, self.pieceSize) = (workers, partSize, pieceSize)
    }
}
