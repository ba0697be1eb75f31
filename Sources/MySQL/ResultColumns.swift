internal import CMySQL

/// How a column's values are held.
enum ColumnKind: UInt8 {
    case int
    case uint
    case double
    /// DECIMAL, which the server sends as text and which is read as an integer where it is one.
    case decimal
    case text
    case bytes

    init(_ field: MYSQL_FIELD) {
        switch field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_LONG, MYSQL_TYPE_INT24, MYSQL_TYPE_LONGLONG,
            MYSQL_TYPE_YEAR:
            self = field.flags & UInt32(UNSIGNED_FLAG) != 0 ? .uint : .int
        case MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE: self = .double
        case MYSQL_TYPE_DECIMAL, MYSQL_TYPE_NEWDECIMAL: self = .decimal
        // The server gives these the binary character set, and text all the same.
        case MYSQL_TYPE_DATE, MYSQL_TYPE_NEWDATE, MYSQL_TYPE_TIME, MYSQL_TYPE_DATETIME, MYSQL_TYPE_TIMESTAMP,
            MYSQL_TYPE_JSON:
            self = .text
        case MYSQL_TYPE_BIT, MYSQL_TYPE_GEOMETRY: self = .bytes
        default: self = field.charsetnr == Self.binaryCharacterSet ? .bytes : .text
        }
    }

    private static let binaryCharacterSet: UInt32 = 63

    /// As which type the library is asked to deliver it.
    var boundType: enum_field_types {
        switch self {
        case .int, .uint: MYSQL_TYPE_LONGLONG
        case .double: MYSQL_TYPE_DOUBLE
        case .decimal, .text: MYSQL_TYPE_STRING
        case .bytes: MYSQL_TYPE_BLOB
        }
    }

    var name: String {
        switch self {
        case .int, .uint: "integer"
        case .double: "double"
        case .decimal: "decimal"
        case .text: "text"
        case .bytes: "bytes"
        }
    }
}

/// The buffers into which the library writes one row after the other.
///
/// They grow to the longest value seen.
final class ResultColumns {
    let names: [String]
    let count: Int
    let kinds: UnsafeMutablePointer<ColumnKind>
    let buffers: UnsafeMutablePointer<UnsafeMutableRawPointer>
    let lengths: UnsafeMutablePointer<CUnsignedLong>
    let nulls: UnsafeMutablePointer<CChar>
    /// The first value that was asked for as a type it is not of.
    var mismatch: MySQLError?
    private let capacities: UnsafeMutablePointer<CUnsignedLong>
    private let binds: UnsafeMutablePointer<MYSQL_BIND>

    /// Room that a column of unbounded text gets at first.
    private static let firstCapacity: CUnsignedLong = 1_024

    init(_ fields: UnsafeBufferPointer<MYSQL_FIELD>) {
        count = fields.count
        names = fields.map { $0.name.map { String(cString: $0) } ?? "" }
        kinds = .allocate(capacity: count)
        buffers = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        nulls = .allocate(capacity: count)
        capacities = .allocate(capacity: count)
        binds = .allocate(capacity: count)
        lengths.initialize(repeating: 0, count: count)
        nulls.initialize(repeating: 0, count: count)
        for (index, field) in fields.enumerated() {
            let kind = ColumnKind(field)
            let capacity = max(32, min(field.length, Self.firstCapacity))
            (kinds + index).initialize(to: kind)
            (capacities + index).initialize(to: capacity)
            (buffers + index).initialize(to: .allocate(byteCount: Int(capacity), alignment: 8))
            sheaf_bind(
                binds + index, kind.boundType, kind == .uint ? 1 : 0, buffers[index], capacity, lengths + index,
                nulls + index)
        }
    }

    deinit {
        for index in 0..<count { buffers[index].deallocate() }
        kinds.deallocate()
        buffers.deallocate()
        lengths.deallocate()
        nulls.deallocate()
        capacities.deallocate()
        binds.deallocate()
    }

    /// Gives the buffers to the library.
    func bind(to statement: Statement) throws(MySQLError) {
        guard sheaf_bind_result(statement.handle, binds) == 0 else { throw statement.error }
    }

    /// Fetches again what did not fit, into larger buffers.
    func completeRow(of statement: Statement) throws(MySQLError) {
        var hasGrown = false
        for index in 0..<count where nulls[index] == 0 && lengths[index] > capacities[index] {
            let length = lengths[index]
            let capacity = max(length, capacities[index] * 2)
            buffers[index].deallocate()
            buffers[index] = .allocate(byteCount: Int(capacity), alignment: 8)
            capacities[index] = capacity
            sheaf_bind(
                binds + index, kinds[index].boundType, 0, buffers[index], capacity, lengths + index, nulls + index)
            guard mysql_stmt_fetch_column(statement.handle, binds + index, CUnsignedInt(index), 0) == 0 else {
                throw statement.error
            }
            lengths[index] = length
            hasGrown = true
        }
        if hasGrown { try bind(to: statement) }
    }

    /// The value of a column, as the type it has.
    func value(_ index: Int) -> MySQLValue {
        guard nulls[index] == 0 else { return .null }
        switch kinds[index] {
        case .int: return .int(buffers[index].load(as: Int64.self))
        case .uint: return .uint(buffers[index].load(as: UInt64.self))
        case .double: return .double(buffers[index].load(as: Double.self))
        case .decimal, .text: return .text(String(decoding: bytes(index), as: UTF8.self))
        case .bytes: return .bytes([UInt8](bytes(index)))
        }
    }

    /// The bytes of a column that is held as bytes.
    func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: buffers[index], count: Int(lengths[index]))
    }

    /// Notes that a column was read as what it is not.
    func note(_ index: Int, wanted: String) {
        guard mismatch == nil else { return }
        let found = nulls[index] != 0 ? "NULL" : kinds[index].name
        mismatch = MySQLError(.typeMismatch, "column '\(names[index])' holds \(found), and \(wanted) was asked for")
    }
}

/// A result while it is being read.
///
/// One row is in memory at a time.
final class ResultCursor {
    let columns: ResultColumns
    private let statement: Statement
    private let interruption: Interruption
    private var rowsRead = 0
    private(set) var isAtEnd = false

    /// After how many rows a cancellation is looked for.
    private static let cancellationInterval = 1_024

    /// - Parameters:
    ///   - statement: one that has been executed and has a result.
    ///   - interruption: says whether reading is to stop.
    /// - Throws: `MySQLError`, of kind `typeMismatch` if the statement has no result.
    init(_ statement: Statement, interruption: Interruption) throws(MySQLError) {
        self.statement = statement
        self.interruption = interruption
        guard let metadata = mysql_stmt_result_metadata(statement.handle) else {
            guard mysql_stmt_errno(statement.handle) == 0 else { throw statement.error }
            throw MySQLError(.typeMismatch, "the statement returns no rows; use execute")
        }
        defer { mysql_free_result(metadata) }
        let fields = UnsafeBufferPointer(start: mysql_fetch_fields(metadata), count: Int(mysql_num_fields(metadata)))
        columns = ResultColumns(fields)
        try columns.bind(to: statement)
    }

    /// Reads the next row into the columns; false at the end.
    func next() throws(MySQLError) -> Bool {
        if let mismatch = columns.mismatch { throw mismatch }
        rowsRead += 1
        if rowsRead % Self.cancellationInterval == 0, interruption.isCancelled {
            throw MySQLError(.cancelled, "the task was cancelled")
        }
        switch mysql_stmt_fetch(statement.handle) {
        case 0, MYSQL_DATA_TRUNCATED:
            try columns.completeRow(of: statement)
            return true
        case MYSQL_NO_DATA:
            isAtEnd = true
            return false
        default:
            // A statement that was killed breaks off in the same way.
            if interruption.isCancelled { throw MySQLError(.cancelled, "the task was cancelled") }
            throw statement.error
        }
    }
}
