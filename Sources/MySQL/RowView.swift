/// One row of a result while it passes by.
///
/// It cannot be copied or kept: its memory is the next row's a moment later. A value that is asked for as a type which
/// it is not of (NULL included) reads as zero or empty, and `forEachRow` throws `typeMismatch` as soon as the body
/// returns; so the hot path needs no `try`.
package struct RowView: ~Copyable {
    let columns: ResultColumns

    init(_ columns: ResultColumns) {
        self.columns = columns
    }

    /// How many columns a row has.
    package var columnCount: Int { columns.count }

    /// Whether the value is NULL.
    package func isNull(_ index: Int) -> Bool {
        check(index)
        return columns.nulls[index] != 0
    }

    /// A signed integer; a DECIMAL without a fraction is one too, as SUM gives it.
    package func int(_ index: Int) -> Int64 {
        guard !isNull(index) else { return mismatch(index, "integer", 0) }
        switch columns.kinds[index] {
        case .int: return columns.buffers[index].load(as: Int64.self)
        case .uint:
            return Int64(exactly: columns.buffers[index].load(as: UInt64.self)) ?? mismatch(index, "signed integer", 0)
        case .decimal:
            return Int64(String(decoding: columns.bytes(index), as: UTF8.self)) ?? mismatch(index, "integer", 0)
        case .double, .text, .bytes: return mismatch(index, "integer", 0)
        }
    }

    /// An integer that is not negative.
    package func uint(_ index: Int) -> UInt64 {
        guard !isNull(index) else { return mismatch(index, "unsigned integer", 0) }
        switch columns.kinds[index] {
        case .uint: return columns.buffers[index].load(as: UInt64.self)
        case .int:
            return UInt64(exactly: columns.buffers[index].load(as: Int64.self))
                ?? mismatch(index, "unsigned integer", 0)
        case .decimal:
            return UInt64(String(decoding: columns.bytes(index), as: UTF8.self))
                ?? mismatch(index, "unsigned integer", 0)
        case .double, .text, .bytes: return mismatch(index, "unsigned integer", 0)
        }
    }

    /// A double.
    package func double(_ index: Int) -> Double {
        guard !isNull(index), columns.kinds[index] == .double else { return mismatch(index, "double", 0) }
        return columns.buffers[index].load(as: Double.self)
    }

    /// A text, or a DECIMAL, date or time as the server writes it.
    package func text(_ index: Int) -> String {
        guard !isNull(index), columns.kinds[index] == .text || columns.kinds[index] == .decimal else {
            return mismatch(index, "text", "")
        }
        return String(decoding: columns.bytes(index), as: UTF8.self)
    }

    /// The bytes of a text or binary value, in place: the pointer is dead when the closure ends.
    package func withBytes<R, Failure: Error>(
        _ index: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        guard !isNull(index), columns.kinds[index].rawValue >= ColumnKind.decimal.rawValue else {
            columns.note(index, wanted: "bytes")
            return try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return try body(columns.bytes(index))
    }

    /// A copy of the bytes of a text or binary value.
    package func bytes(_ index: Int) -> [UInt8] {
        withBytes(index) { [UInt8]($0) }
    }

    /// The two big-endian words of a BINARY(16) column: they sort as the bytes do.
    package func word16(_ index: Int) -> (UInt64, UInt64) {
        guard !isNull(index), columns.kinds[index] == .bytes, columns.lengths[index] == 16 else {
            return mismatch(index, "16 bytes", (0, 0))
        }
        let bytes = columns.buffers[index]
        return (
            UInt64(bigEndian: bytes.load(as: UInt64.self)),
            UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
        )
    }

    /// The value as the type it has.
    package func value(_ index: Int) -> MySQLValue {
        check(index)
        return columns.value(index)
    }

    private func check(_ index: Int) {
        precondition(index >= 0 && index < columns.count, "column \(index) of a row with \(columns.count)")
    }

    private func mismatch<T>(_ index: Int, _ wanted: String, _ substitute: T) -> T {
        columns.note(index, wanted: wanted)
        return substitute
    }
}
