internal import CMySQL

/// A column of a result, as the server describes it.
package struct ColumnDescription: Sendable, Hashable {
    /// What kind of values it holds.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case tinyint, smallint, mediumint, int, bigint, year
        case decimal, float, double
        case date, time, datetime, timestamp
        case bit, json, geometry
        case char, varchar, binary
        /// NULL written as such.
        case null
    }

    package var name: String
    package var kind: Kind
    package var isUnsigned: Bool
    /// Whether the server pads its numbers with zeros.
    package var isZeroFilled: Bool
    /// How many characters or bytes the server says that it shows at most.
    package var length: UInt64

    package init(
        name: String, kind: Kind, isUnsigned: Bool = false, isZeroFilled: Bool = false, length: UInt64 = 0
    ) {
        (self.name, self.kind, self.isUnsigned) = (name, kind, isUnsigned)
        (self.isZeroFilled, self.length) = (isZeroFilled, length)
    }

    init(_ field: MYSQL_FIELD) {
        self.init(
            name: field.name.map { String(cString: $0) } ?? "", kind: Kind(field),
            isUnsigned: field.flags & UInt32(UNSIGNED_FLAG) != 0,
            isZeroFilled: field.flags & UInt32(ZEROFILL_FLAG) != 0, length: UInt64(field.length))
    }
}

extension ColumnDescription.Kind {
    private static let binaryCharacterSet: UInt32 = 63

    init(_ field: MYSQL_FIELD) {
        switch field.type {
        case MYSQL_TYPE_TINY: self = .tinyint
        case MYSQL_TYPE_SHORT: self = .smallint
        case MYSQL_TYPE_INT24: self = .mediumint
        case MYSQL_TYPE_LONG: self = .int
        case MYSQL_TYPE_LONGLONG: self = .bigint
        case MYSQL_TYPE_YEAR: self = .year
        case MYSQL_TYPE_DECIMAL, MYSQL_TYPE_NEWDECIMAL: self = .decimal
        case MYSQL_TYPE_FLOAT: self = .float
        case MYSQL_TYPE_DOUBLE: self = .double
        case MYSQL_TYPE_DATE, MYSQL_TYPE_NEWDATE: self = .date
        case MYSQL_TYPE_TIME: self = .time
        case MYSQL_TYPE_DATETIME: self = .datetime
        case MYSQL_TYPE_TIMESTAMP: self = .timestamp
        case MYSQL_TYPE_BIT: self = .bit
        // Text, though it has the binary character set.
        case MYSQL_TYPE_JSON: self = .json
        case MYSQL_TYPE_GEOMETRY: self = .geometry
        case MYSQL_TYPE_NULL: self = .null
        default:
            if field.charsetnr == Self.binaryCharacterSet {
                self = .binary
            } else {
                self = field.type == MYSQL_TYPE_STRING ? .char : .varchar
            }
        }
    }
}
