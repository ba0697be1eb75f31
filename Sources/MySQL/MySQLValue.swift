/// A value as it goes into a statement's parameter or comes out of a result's column.
///
/// DECIMAL, DATE, TIME, DATETIME and TIMESTAMP come as text, exactly as the server writes them; columns with the
/// `binary` character set come as bytes.
package enum MySQLValue: Sendable, Hashable {
    case null
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case text(String)
    case bytes([UInt8])

    /// Whether the value is NULL.
    package var isNull: Bool { self == .null }

    /// The value's type, for messages: never the value itself.
    package var typeName: String {
        switch self {
        case .null: "NULL"
        case .int, .uint: "integer"
        case .double: "double"
        case .text: "text"
        case .bytes: "bytes"
        }
    }
}

extension MySQLValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral
{
    /// NULL.
    package init(nilLiteral: ()) { self = .null }
    /// An integer.
    package init(integerLiteral value: Int64) { self = .int(value) }
    /// A double.
    package init(floatLiteral value: Double) { self = .double(value) }
    /// A text.
    package init(stringLiteral value: String) { self = .text(value) }
    /// 1 or 0, which is what SQL's BOOLEAN is.
    package init(booleanLiteral value: Bool) { self = .int(value ? 1 : 0) }
}

extension MySQLValue {
    /// An integer, or NULL.
    package init(_ value: Int?) { self = value.map { .int(Int64($0)) } ?? .null }
    /// A text, or NULL.
    package init(_ value: String?) { self = value.map { .text($0) } ?? .null }
    /// Bytes, or NULL.
    package init(_ value: [UInt8]?) { self = value.map { .bytes($0) } ?? .null }

    /// Two big-endian words as the 16 bytes of a BINARY(16) column.
    package init(word16 words: (UInt64, UInt64)) {
        self = .bytes(
            [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
                for index in 0..<8 {
                    let shift = UInt64(56 - 8 * index)
                    buffer[index] = UInt8(truncatingIfNeeded: words.0 >> shift)
                    buffer[index + 8] = UInt8(truncatingIfNeeded: words.1 >> shift)
                }
                count = 16
            })
    }
}
