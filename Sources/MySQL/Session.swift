internal import CMySQL

/// One connection of the client library, with its statements.
///
/// `@unchecked Sendable`: a session is used by one thread only. `MySQLConnection` touches it in isolated methods, which
/// run on the connection's thread, and in the closure which that thread runs last; `Interruption` makes one of its own
/// inside the thread that kills. Only `interruption` is used from elsewhere, and that is Sendable.
final class Session: @unchecked Sendable {
    let interruption = Interruption()
    private(set) var serverVersion = ""
    /// Which server this is, to be told from others behind one address.
    private(set) var server = ""
    private(set) var usesArrayBinding = false
    /// Whether the connection stands, as far as is known.
    private(set) var isOpen = false
    private let configuration: MySQLConfiguration
    private var handle: UnsafeMutablePointer<MYSQL>?
    /// Whether the server is a node of a Galera cluster.
    private var isClusterNode = false
    private var statements = StatementCache<Statement>(capacity: 32)
    private var maximumPacket = 1 << 20

    init(configuration: MySQLConfiguration) {
        self.configuration = configuration
    }

    var isMariaDB: Bool { serverVersion.contains("MariaDB") }

    /// Whether a transaction is open, as of the server's last answer.
    var isInTransaction: Bool {
        guard isOpen, let handle else { return false }
        return sheaf_in_transaction(handle) != 0
    }

    /// Connects and sets up the session.
    ///
    /// One that stands is closed first.
    func connect() throws(MySQLError) {
        close()
        guard MySQLLibrary.isReady, let handle = mysql_init(nil) else { throw MySQLLibrary.notReady }
        self.handle = handle
        do throws(MySQLError) {
            try setOptions(handle)
            try establish(handle)
            isOpen = true
            try setUpSession()
        } catch {
            close()
            throw error
        }
    }

    /// Closes the connection; an open transaction is rolled back by the server.
    func close() {
        isOpen = false
        statements.removeAll()
        if let handle { mysql_close(handle) }
        handle = nil
    }

    private func setOptions(_ handle: UnsafeMutablePointer<MYSQL>) throws(MySQLError) {
        var protocolKind = (configuration.socket == nil ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET).rawValue
        var connectTimeout = CUnsignedInt(configuration.connectTimeout)
        var readTimeout = CUnsignedInt(configuration.readTimeout)
        var writeTimeout = CUnsignedInt(configuration.writeTimeout)
        var localInfile: CUnsignedInt = 0
        mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocolKind)
        mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connectTimeout)
        mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &readTimeout)
        mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &writeTimeout)
        mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &localInfile)
        mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        let mode = CInt(MySQLConfiguration.TLSMode.allCases.firstIndex(of: configuration.tlsMode) ?? 0)
        guard
            sheaf_set_tls(
                handle, mode, configuration.tlsAuthorityFile, configuration.tlsCertificateFile,
                configuration.tlsKeyFile) == 0
        else {
            throw MySQLError(.tlsFailed, "the client library does not take the TLS settings")
        }
    }

    private func establish(_ handle: UnsafeMutablePointer<MYSQL>) throws(MySQLError) {
        let host = configuration.socket == nil ? configuration.host : nil
        let connected = mysql_real_connect(
            handle, host, configuration.user, configuration.password, configuration.database,
            CUnsignedInt(configuration.port), configuration.socket, 0)
        guard connected != nil else {
            let error = MySQLError(connection: handle)
            // While connecting, a lost connection is one that never stood.
            throw error.kind == .lostConnection ? error.with(kind: .connectFailed) : error
        }
        let needsTLS = configuration.tlsMode != .disabled && configuration.tlsMode != .preferred
        guard !needsTLS || sheaf_uses_tls(handle) != 0 else {
            throw MySQLError(.tlsFailed, "the server offers no TLS, and ssl-mode requires it")
        }
    }

    /// Transactions are synchronous: nothing of ours leaves one idle for longer than a moment.
    private static let idleTransactionSeconds = 20

    private func setUpSession() throws(MySQLError) {
        try run("SET NAMES utf8mb4 COLLATE utf8mb4_bin")
        try run(
            "SET SESSION autocommit = 1, time_zone = '+00:00', sql_mode = '\(Self.strictMode)', "
                + "innodb_lock_wait_timeout = \(configuration.lockWaitTimeout), "
                + "net_read_timeout = \(configuration.readTimeout), net_write_timeout = \(configuration.readTimeout)")
        // Whatever the server's default: a transaction that reads two tables reads them as of one moment.
        try run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        let settings = try rows(
            "SELECT VERSION(), CONNECTION_ID(), @@max_allowed_packet, CONCAT(@@hostname, ':', @@port, ':', @@datadir)",
            [])
        guard let row = settings.first else { throw MySQLError(.connectFailed, "the server gave no settings") }
        serverVersion = try row.text(0)
        if serverVersion.contains("MariaDB") {
            // The transaction of a client that is gone, or frozen, would keep its locks until the network notices.
            try run("SET SESSION idle_transaction_timeout = \(Self.idleTransactionSeconds)")
        } else {
            // Others know no such limit, only one for connections; the pool looks whether an idle one still stands.
            try run("SET SESSION wait_timeout = \(3 * Self.idleTransactionSeconds)")
        }
        isClusterNode = try isInCluster()
        if isClusterNode {
            // A read waits for what other nodes have committed before it: the fence and the diff must not be of the past.
            try run("SET SESSION wsrep_sync_wait = 1")
        }
        maximumPacket = Int(clamping: try row.int(2))
        server = try row.text(3)
        interruption.aim(
            at: Interruption.Target(configuration: configuration, server: server, connectionID: try row.uint(1)))
        if let handle { usesArrayBinding = sheaf_array_binding_supported(handle) != 0 }
        if configuration.insertMode == .multiRow { usesArrayBinding = false }
    }

    /// Whether the server is a node of a Galera cluster; others may not know the variable, which is no error.
    private func isInCluster() throws(MySQLError) -> Bool {
        guard let row = try rows("SHOW SESSION VARIABLES LIKE 'wsrep_on'", []).first else { return false }
        return try row.text(1) == "ON"
    }

    private static let strictMode =
        "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
        + "ONLY_FULL_GROUP_BY"

    private func opened() throws(MySQLError) -> UnsafeMutablePointer<MYSQL> {
        guard isOpen, let handle else { throw MySQLError(.closed, "the connection is closed") }
        return handle
    }

    /// Notes what an error says of the connection.
    ///
    /// - Returns: the error; one that a cancellation brought about, in whatever words, is `cancelled`.
    private func noted(_ error: MySQLError) -> MySQLError {
        // On a connection that stood, trouble with TLS is how its end shows: a network that broke, a server gone.
        let error = error.kind == .tlsFailed ? error.with(kind: .lostConnection) : inItsWords(error)
        if error.endsConnection { isOpen = false }
        guard interruption.isCancelled, !error.endsConnection else { return error }
        return error.with(kind: .cancelled)
    }

    private func inItsWords(_ error: MySQLError) -> MySQLError {
        guard isClusterNode, let handle else { return error }
        return ClusterNode.error(error, on: handle)
    }
}

extension Session {
    /// Runs a statement without parameters as text, which any statement may be.
    ///
    /// - Parameters:
    ///   - sql: one statement.
    ///   - clearing: whether it is to run in spite of a cancellation.
    /// - Returns: what it did.
    /// - Throws: `MySQLError`.
    @discardableResult
    func run(_ sql: String, clearing: Bool = false) throws(MySQLError) -> ExecutionSummary {
        let handle = try opened()
        try interruption.statementBegins(clearing: clearing)
        defer { interruption.statementEnded() }
        guard mysql_real_query(handle, sql, CUnsignedLong(sql.utf8.count)) == 0 else {
            throw noted(MySQLError(connection: handle))
        }
        let summary = try finishText(handle)
        while mysql_next_result(handle) == 0 { _ = try finishText(handle) }
        return summary
    }

    /// Reads and drops a result, if the statement gave one.
    private func finishText(_ handle: UnsafeMutablePointer<MYSQL>) throws(MySQLError) -> ExecutionSummary {
        guard mysql_field_count(handle) > 0 else {
            guard mysql_errno(handle) == 0 else { throw noted(MySQLError(connection: handle)) }
            return ExecutionSummary(
                affectedRows: UInt64(mysql_affected_rows(handle)), lastInsertID: UInt64(mysql_insert_id(handle)))
        }
        guard let result = mysql_use_result(handle) else { throw noted(MySQLError(connection: handle)) }
        while mysql_fetch_row(result) != nil { continue }
        let number = mysql_errno(handle)
        mysql_free_result(result)
        guard number == 0 else { throw noted(MySQLError(connection: handle)) }
        return ExecutionSummary(affectedRows: 0, lastInsertID: 0)
    }

    /// Runs a statement with parameters.
    func execute(_ sql: String, _ parameters: [MySQLValue]) throws(MySQLError) -> ExecutionSummary {
        guard !parameters.isEmpty else { return try run(sql) }
        return try withStatement(sql) { statement throws(MySQLError) in
            try statement.execute(parameters, maximumPacket: maximumPacket)
            let summary = statement.summary
            statement.freeResult()
            return summary
        }
    }

    /// Runs a statement and holds its rows.
    func rows(_ sql: String, _ parameters: [MySQLValue]) throws(MySQLError) -> [ResultRow] {
        try withCursor(sql, parameters) { cursor throws(MySQLError) in
            var rows: [ResultRow] = []
            let names = cursor.columns.names
            while try cursor.next() {
                let values = (0..<cursor.columns.count).map { cursor.columns.value($0) }
                rows.append(ResultRow(columnNames: names, values: values))
            }
            return rows
        }
    }

    /// Runs a statement and shows its rows one after the other.
    func forEachRow(
        _ sql: String, _ parameters: [MySQLValue], _ body: (borrowing RowView) throws -> Void
    ) throws {
        // What the body throws travels as a value, so that the plumbing keeps its one type of error.
        let failure: (any Error)? = try withCursor(sql, parameters) { cursor throws(MySQLError) in
            let row = RowView(cursor.columns)
            while try cursor.next() {
                do { try body(row) } catch { return error }
            }
            return nil
        }
        if let failure { throw failure }
    }

    private func withCursor<R>(
        _ sql: String, _ parameters: [MySQLValue], _ body: (ResultCursor) throws(MySQLError) -> R
    ) throws(MySQLError) -> R {
        try withStatement(sql) { statement throws(MySQLError) in
            try statement.execute(parameters, maximumPacket: maximumPacket)
            // Also when reading stops early: what the server still sends has to be read away.
            defer { statement.freeResult() }
            return try body(ResultCursor(statement, interruption: interruption))
        }
    }

    /// Does one thing with the connection that the library may fail at.
    func withHandle<R>(
        _ body: (UnsafeMutablePointer<MYSQL>) throws(MySQLError) -> R
    ) throws(MySQLError) -> R {
        let handle = try opened()
        try interruption.statementBegins(clearing: false)
        defer { interruption.statementEnded() }
        do throws(MySQLError) {
            return try body(handle)
        } catch {
            throw noted(error)
        }
    }

    /// Finds or prepares a statement, which is dropped from the cache when it fails.
    private func withStatement<R>(
        _ sql: String, _ body: (Statement) throws(MySQLError) -> R
    ) throws(MySQLError) -> R {
        let handle = try opened()
        try interruption.statementBegins(clearing: false)
        defer { interruption.statementEnded() }
        do throws(MySQLError) {
            if let statement = statements.find(sql) { return try body(statement) }
            let statement = try Statement(sql, on: handle)
            statements.insert(statement, for: sql)
            return try body(statement)
        } catch {
            statements.remove(sql)
            throw noted(error)
        }
    }
}

extension Session {
    /// Inserts all rows, or none.
    func insert(
        into table: String, columns: [String], rows: BulkRows, onDuplicate: String?
    ) throws(MySQLError) -> UInt64 {
        guard columns.count == rows.columnCount, !rows.isRowOpen else {
            throw MySQLError(
                .typeMismatch,
                "rows of \(rows.columnCount) cells are to be complete and to match \(columns.count) columns")
        }
        let largest = rows.largestRow
        guard largest < maximumPacket else { throw .tooLarge(largest, maximumPacket: maximumPacket) }
        let plan = BulkInsertPlan(rows, usesArrays: usesArrayBinding, maximumPacket: maximumPacket)
        guard plan.chunks.count > 1 else {
            return try insert(plan.chunks, table, columns, rows, onDuplicate)
        }
        return try atomically { () throws(MySQLError) in try insert(plan.chunks, table, columns, rows, onDuplicate) }
    }

    private func insert(
        _ chunks: [Range<Int>], _ table: String, _ columns: [String], _ rows: BulkRows, _ onDuplicate: String?
    ) throws(MySQLError) -> UInt64 {
        var inserted: UInt64 = 0
        for chunk in chunks {
            let sql = BulkInsertPlan.sql(
                table: table, columns: columns, rows: usesArrayBinding ? 1 : chunk.count, onDuplicate: onDuplicate)
            inserted += try usesArrayBinding ? insertArrays(chunk, sql, rows) : insertCells(chunk, sql, rows)
        }
        return inserted
    }

    private func insertArrays(
        _ chunk: Range<Int>, _ sql: String, _ rows: BulkRows
    ) throws(MySQLError) -> UInt64 {
        try withStatement(sql) { statement throws(MySQLError) in
            let bound = BulkChunk.arrays(of: rows, rows: chunk)
            guard sheaf_set_array_size(statement.handle, CUnsignedInt(chunk.count)) == 0,
                sheaf_bind_parameters(statement.handle, bound.binds) == 0
            else { throw statement.error }
            try statement.execute()
            withExtendedLifetime(bound) {}
            let affected = statement.summary.affectedRows
            // The same text may be run with single values next.
            _ = sheaf_set_array_size(statement.handle, 0)
            return affected
        }
    }

    private func insertCells(
        _ chunk: Range<Int>, _ sql: String, _ rows: BulkRows
    ) throws(MySQLError) -> UInt64 {
        try withStatement(sql) { statement throws(MySQLError) in
            let bound = BulkChunk.cells(of: rows, rows: chunk)
            guard sheaf_bind_parameters(statement.handle, bound.binds) == 0 else { throw statement.error }
            try statement.execute()
            withExtendedLifetime(bound) {}
            return statement.summary.affectedRows
        }
    }

    /// Runs several statements as one: under a savepoint, or in a transaction of their own.
    private func atomically<R>(_ body: () throws(MySQLError) -> R) throws(MySQLError) -> R {
        let isNested = isInTransaction
        try run(isNested ? "SAVEPOINT sheaf_insert" : "START TRANSACTION")
        do throws(MySQLError) {
            let result = try body()
            try run(isNested ? "RELEASE SAVEPOINT sheaf_insert" : "COMMIT")
            return result
        } catch {
            // After a deadlock there is no savepoint left, which is as well.
            _ = try? run(isNested ? "ROLLBACK TO SAVEPOINT sheaf_insert" : "ROLLBACK", clearing: true)
            throw error
        }
    }
}

extension Statement {
    /// What the execution did.
    var summary: ExecutionSummary {
        ExecutionSummary(
            affectedRows: UInt64(mysql_stmt_affected_rows(handle)), lastInsertID: UInt64(mysql_stmt_insert_id(handle)))
    }
}
