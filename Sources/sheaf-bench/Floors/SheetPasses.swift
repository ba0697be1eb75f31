import Digest
import HTTPTransfer
import Tabular

/// The floor's work, whole and in parts.
struct SheetPasses {
    let client: SheetsClient

    /// How many bytes are gathered before their rows are looked at, as a sync does it.
    private static let batchBytes = 256 << 10

    /// Fetches the sheet and hands its rows over while it comes in.
    ///
    /// - Returns: how many bytes the answer had.
    func read(_ receive: (RowBatch) -> Void) async throws -> Int {
        try await stream { body in
            var bytes = 0
            var scanner = SheetsValuesScanner(firstRowNumber: 1)
            for try await chunk in body {
                bytes += chunk.count
                try scanner.feed(chunk)
                if let batch = scanner.takeBatch(atLeast: Self.batchBytes) { receive(batch) }
            }
            _ = try scanner.finish()
            if let batch = scanner.takeBatch() { receive(batch) }
            return bytes
        }
    }

    /// Fetches the sheet and looks at nothing.
    func fetch() async throws -> Int {
        try await stream { body in
            var bytes = 0
            for try await chunk in body { bytes += chunk.count }
            return bytes
        }
    }

    /// Fetches the sheet and keeps it as it came.
    func chunks() async throws -> [[UInt8]] {
        try await stream { body in
            var chunks: [[UInt8]] = []
            for try await chunk in body { chunks.append(chunk) }
            return chunks
        }
    }

    /// Scans an answer that is in memory.
    static func scan(_ chunks: [[UInt8]], _ receive: (RowBatch) -> Void) throws {
        var scanner = SheetsValuesScanner(firstRowNumber: 1)
        for chunk in chunks {
            try scanner.feed(chunk)
            if let batch = scanner.takeBatch(atLeast: batchBytes) { receive(batch) }
        }
        _ = try scanner.finish()
        if let batch = scanner.takeBatch() { receive(batch) }
    }

    private func stream<R>(_ body: (HTTPBody) async throws -> R) async throws -> R {
        let request = client.valuesRequest
        return try await client.http.stream(request) { head, answer in
            try SheetsClient.check(head, request)
            return try await body(answer)
        }
    }
}

/// The first 16 bytes of a SHA-256.
struct ShortHash: Hashable {
    let high: UInt64
    let low: UInt64

    init(_ words: (UInt64, UInt64)) {
        high = words.0
        low = words.1
    }

    /// A word of it is as random as any hash of it.
    func hash(into hasher: inout Hasher) {
        hasher.combine(high)
    }
}

/// Hashes the key and the row of every row, and compares them with those that it holds.
struct HashComparison: ~Copyable {
    private var held: [ShortHash: ShortHash] = [:]
    private var hasher = SHA256Hasher()
    private var scratch: [UInt8] = []
    /// Rows of data seen since the last `begin()`.
    private(set) var rows = 0
    /// Rows whose hash was not the one held.
    private(set) var differences = 0

    /// Begins a pass.
    mutating func begin() {
        rows = 0
        differences = 0
    }

    /// Keeps the hashes of these rows, to compare later ones with.
    mutating func hold(_ batch: RowBatch) {
        each(batch) { comparison, key, row in comparison.held[key] = row }
    }

    /// Compares the hashes of these rows with those held.
    mutating func compare(_ batch: RowBatch) {
        each(batch) { comparison, key, row in
            if comparison.held[key] != row { comparison.differences += 1 }
        }
    }

    @inline(__always)
    private mutating func each(
        _ batch: RowBatch, _ body: (inout HashComparison, ShortHash, ShortHash) -> Void
    ) {
        // The first row of the sheet is its header.
        let first = batch.firstRowNumber == 1 ? 1 : 0
        batch.bytes.withUnsafeBytes { bytes in
            for index in first..<max(first, batch.rowCount) {
                let cells = batch.cellRange(ofRow: index)
                guard !cells.isEmpty else { continue }
                let key = ShortHash(hasher.first16(of: Self.bytes(of: batch.cells[cells.lowerBound], in: bytes)))
                scratch.removeAll(keepingCapacity: true)
                for cell in cells {
                    scratch.append(contentsOf: Self.bytes(of: batch.cells[cell], in: bytes))
                    scratch.append(batch.cells[cell].kind.rawValue)
                }
                let row = ShortHash(scratch.withUnsafeBytes { hasher.first16(of: $0) })
                body(&self, key, row)
                rows += 1
            }
        }
    }

    private static func bytes(of cell: CellSlot, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(cell.start)..<Int(cell.end)])
    }
}
