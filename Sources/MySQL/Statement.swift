internal import CMySQL

/// A prepared statement.
///
/// It lives and dies on its connection's thread.
final class Statement {
    let handle: UnsafeMutablePointer<MYSQL_STMT>
    let sql: String

    init(_ sql: String, on connection: UnsafeMutablePointer<MYSQL>) throws(MySQLError) {
        guard let handle = mysql_stmt_init(connection) else { throw MySQLError(connection: connection) }
        self.handle = handle
        self.sql = sql
        guard mysql_stmt_prepare(handle, sql, UInt(sql.utf8.count)) == 0 else { throw error }
    }

    deinit {
        _ = mysql_stmt_close(handle)
    }

    /// What the library says went wrong last.
    var error: MySQLError { MySQLError(statement: handle) }

    var parameterCount: Int { Int(mysql_stmt_param_count(handle)) }

    /// Sends the statement with these parameters.
    ///
    /// - Parameters:
    ///   - parameters: a value for each `?`.
    ///   - maximumPacket: how many bytes the server takes.
    /// - Throws: `MySQLError`, of kind `packetTooLarge` before anything is sent.
    func execute(_ parameters: [MySQLValue], maximumPacket: Int) throws(MySQLError) {
        guard parameters.count == parameterCount else {
            throw MySQLError(
                .typeMismatch, "the statement has \(parameterCount) parameters, and \(parameters.count) were given")
        }
        let bound = ParameterBuffer(parameters)
        guard bound.byteCount < maximumPacket else {
            throw .tooLarge(bound.byteCount, maximumPacket: maximumPacket)
        }
        guard parameters.isEmpty || sheaf_bind_parameters(handle, bound.binds) == 0 else { throw error }
        try execute()
        // The library reads the buffers until the statement is sent.
        withExtendedLifetime(bound) {}
    }

    /// Sends the statement with what is bound.
    func execute() throws(MySQLError) {
        guard mysql_stmt_execute(handle) == 0 else { throw error }
    }

    /// Frees the result, reading what is left of it, and those of a CALL that may follow.
    func freeResult() {
        _ = mysql_stmt_free_result(handle)
        while mysql_stmt_next_result(handle) == 0 { _ = mysql_stmt_free_result(handle) }
    }
}

/// Parameters of one execution, in memory that stays in its place.
final class ParameterBuffer {
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    /// About how many bytes they are on the wire.
    let byteCount: Int
    private let storage: UnsafeMutableRawPointer
    private static let wordSize = 8

    init(_ values: [MySQLValue]) {
        binds = .allocate(capacity: max(1, values.count))
        // One word for each number, then the bytes of texts.
        let words = values.count * Self.wordSize
        var size = words
        for value in values { size += Self.byteCount(value) }
        // The statement's number and flags, and for each parameter two bytes of type and one of length or more.
        byteCount = size + 64 + 4 * values.count
        storage = .allocate(byteCount: max(8, size), alignment: Self.wordSize)
        var next = words
        for (index, value) in values.enumerated() {
            let word = storage + index * Self.wordSize
            let bind = binds + index
            switch value {
            case .null: sheaf_bind(bind, MYSQL_TYPE_NULL, 0, nil, 0, nil, nil)
            case .int(let number):
                word.storeBytes(of: number, as: Int64.self)
                sheaf_bind(bind, MYSQL_TYPE_LONGLONG, 0, word, 8, nil, nil)
            case .uint(let number):
                word.storeBytes(of: number, as: UInt64.self)
                sheaf_bind(bind, MYSQL_TYPE_LONGLONG, 1, word, 8, nil, nil)
            case .double(let number):
                word.storeBytes(of: number, as: Double.self)
                sheaf_bind(bind, MYSQL_TYPE_DOUBLE, 0, word, 8, nil, nil)
            case .text(let text):
                bindBytes(text.utf8, MYSQL_TYPE_STRING, bind, word, &next)
            case .bytes(let bytes):
                bindBytes(bytes, MYSQL_TYPE_BLOB, bind, word, &next)
            }
        }
    }

    deinit {
        binds.deallocate()
        storage.deallocate()
    }

    private func bindBytes(
        _ bytes: some Collection<UInt8>, _ type: enum_field_types, _ bind: UnsafeMutablePointer<MYSQL_BIND>,
        _ word: UnsafeMutableRawPointer, _ next: inout Int
    ) {
        let count = bytes.count
        let place = UnsafeMutableRawBufferPointer(start: storage + next, count: count)
        place.copyBytes(from: bytes)
        next += count
        word.storeBytes(of: UInt(count), as: UInt.self)
        let length = word.assumingMemoryBound(to: UInt.self)
        sheaf_bind(bind, type, 0, place.baseAddress, UInt(count), length, nil)
    }

    private static func byteCount(_ value: MySQLValue) -> Int {
        switch value {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .null, .int, .uint, .double: 0
        }
    }
}

extension MySQLError {
    /// What the library says of a statement.
    ///
    /// Of an answer that breaks off between two rows it says that something is wrong, and not what: the connection is gone.
    init(statement: UnsafeMutablePointer<MYSQL_STMT>) {
        if mysql_stmt_errno(statement) == 0 {
            self.init(number: 2013, sqlState: "HY000", message: "the connection broke in the middle of an answer")
            return
        }
        self.init(
            number: mysql_stmt_errno(statement), sqlState: String(cString: mysql_stmt_sqlstate(statement)),
            message: String(cString: mysql_stmt_error(statement)))
    }

    /// What the library says of a connection.
    init(connection: UnsafeMutablePointer<MYSQL>) {
        self.init(
            number: mysql_errno(connection), sqlState: String(cString: mysql_sqlstate(connection)),
            message: String(cString: mysql_error(connection)))
    }

    /// What the server would refuse and then hang up on, which would look like a network that broke.
    static func tooLarge(_ bytes: Int, maximumPacket: Int) -> MySQLError {
        MySQLError(
            .packetTooLarge, "a statement of \(bytes) bytes is too large for max_allowed_packet, \(maximumPacket) bytes"
        )
    }
}
