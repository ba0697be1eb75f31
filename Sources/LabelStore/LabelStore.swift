internal import Digest
internal import LabelDiff
package import Logging
package import MySQL

/// The store of labels: versions, history, exceptions, leases, runs, events and jobs.
///
/// All of Sheaf's SQL is in this module.
///
/// Reading needs no lease. Every transaction that writes to a dataset goes through a `Lease`, which proves in its first
/// statement that no other worker has taken over.
package final class LabelStore: Sendable {
    let pool: MySQLPool
    let logger: Logger
    /// So many rows make up one writing transaction at most: what Galera, TiDB and replicas like.
    package let rowsPerTransaction: Int

    package init(pool: MySQLPool, logger: Logger, rowsPerTransaction: Int = 10_000) {
        self.rowsPerTransaction = rowsPerTransaction
        self.pool = pool
        self.logger = logger
    }

    /// Closes the connections.
    ///
    /// The store is of no use afterwards.
    package func close() async {
        await pool.close()
    }
}

// MARK: - Values to and from columns

extension KeyHash {
    var value: MySQLValue { .bytes(bytes) }
}

extension RowHash {
    var value: MySQLValue { .bytes(bytes) }
}

extension Optional where Wrapped == RowHash {
    var value: MySQLValue { map { .bytes($0.bytes) } ?? .null }
}

extension Optional where Wrapped == UInt32 {
    var value: MySQLValue { map { .uint(UInt64($0)) } ?? .null }
}

extension Optional where Wrapped == String {
    var value: MySQLValue { map { .text($0) } ?? .null }
}

extension ResultRow {
    /// The two words of a `BINARY(16)` column.
    func word16(_ column: String) throws -> (UInt64, UInt64) {
        let bytes = try bytes(column)
        guard bytes.count == 16 else { throw StoreError.damaged("a hash of \(bytes.count) bytes in \(column)") }
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return (word(0..<8), word(8..<16))
    }

    func keyHash(_ column: String) throws -> KeyHash { KeyHash(try word16(column)) }

    func rowHash(_ column: String) throws -> RowHash? {
        try optional(column) { RowHash(try word16($0)) }
    }

    func digest(_ column: String) throws -> SHA256Digest? {
        try optional(column) { column in
            guard let digest = SHA256Digest(bytes: try bytes(column)) else {
                throw StoreError.damaged("a digest of the wrong length in \(column)")
            }
            return digest
        }
    }

    func optionalNumber(_ column: String) throws -> Int? { try optional(column) { Int(try int($0)) } }

    func optionalID(_ column: String) throws -> UInt32? { try optional(column) { UInt32(try int($0)) } }

    private func optional<T>(_ column: String, _ read: (String) throws -> T) throws -> T? {
        if case .null = self[column] { return nil }
        return try read(column)
    }
}

extension BulkRows {
    /// Appends a value that may be NULL.
    mutating func append(value: MySQLValue) {
        switch value {
        case .null: appendNull()
        case .int(let value): append(int: value)
        case .uint(let value): append(uint: value)
        case .double(let value): append(double: value)
        case .text(let value): append(text: value)
        case .bytes(let value): append(bytes: value)
        }
    }

    /// Appends UTF-8 text without making a `String` of it.
    mutating func append(utf8 text: [UInt8]) {
        text.withUnsafeBytes { append(text: $0) }
    }
}

/// `?, ?, ?`: as many markers as there are values to bind.
func markers(_ count: Int) -> String {
    Array(repeating: "?", count: count).joined(separator: ",")
}
