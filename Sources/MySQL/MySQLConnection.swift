/// A connection to the database: an actor on a thread of its own.
///
/// Its methods are synchronous, so that a closure that is isolated to the connection runs as one piece: nothing else
/// gets between the statements of a transaction. Enter once for a batch with `run`, and never once for a row.
package actor MySQLConnection {
    private let thread: ConnectionThread
    let session: Session

    /// The connection's thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Connects, with utf8mb4, strict SQL mode and UTC, whatever the server's defaults are.
    package static func connect(_ configuration: MySQLConfiguration) async throws(MySQLError) -> MySQLConnection {
        let connection = try MySQLConnection(configuration)
        try await connection.open()
        return connection
    }

    private init(_ configuration: MySQLConfiguration) throws(MySQLError) {
        guard MySQLLibrary.isReady else { throw MySQLLibrary.notReady }
        thread = try ConnectionThread()
        session = Session(configuration: configuration)
    }

    deinit {
        // The library's connection is to be closed by the thread that used it.
        thread.stop { [session] in session.close() }
    }

    private func open() throws(MySQLError) { try session.connect() }

    /// The server's version, such as `10.11.6-MariaDB`.
    package var serverVersion: String { session.serverVersion }

    /// Whether the server is MariaDB.
    package var isMariaDB: Bool { session.isMariaDB }

    /// Whether `insert` binds arrays, as library and server allow.
    package var usesArrayBinding: Bool { session.usesArrayBinding }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { session.isInTransaction }

    /// Whether the connection stands, as far as is known.
    package var isOpen: Bool { session.isOpen }

    /// Runs a statement that returns no rows; rows that it does return are dropped.
    @discardableResult
    package func execute(_ sql: String, _ parameters: [MySQLValue] = []) throws(MySQLError) -> ExecutionSummary {
        try session.execute(sql, parameters)
    }

    /// Runs a statement and holds its rows: for small results.
    package func rows(_ sql: String, _ parameters: [MySQLValue] = []) throws(MySQLError) -> [ResultRow] {
        try session.rows(sql, parameters)
    }

    /// Runs a statement and shows its rows one after the other, at constant memory.
    ///
    /// The body must not run another statement on this connection.
    ///
    /// - Throws: `MySQLError`, or what the body throws; the rows that are left are read away then.
    package func forEachRow(
        _ sql: String, _ parameters: [MySQLValue] = [], _ body: (borrowing RowView) throws -> Void
    ) throws {
        try session.forEachRow(sql, parameters, body)
    }

    /// Inserts rows, all or none: an error leaves the table as it was, inside a transaction too.
    ///
    /// Sent as arrays where library and server have that, else as multi-row statements, in chunks bounded by rows and
    /// bytes. More than one chunk outside a transaction is a transaction of its own.
    ///
    /// - Parameters:
    ///   - table: its name.
    ///   - columns: what the cells of a row are for.
    ///   - rows: complete rows.
    ///   - onDuplicate: what becomes of a row that is there already, as SQL has it after ON DUPLICATE KEY UPDATE; without it
    ///     such a row is an error.
    /// - Returns: how many rows were inserted; one that was updated counts twice.
    /// - Throws: `MySQLError`.
    @discardableResult
    package func insert(
        into table: String, columns: [String], rows: BulkRows, onDuplicate: String? = nil
    ) throws(MySQLError) -> UInt64 {
        try session.insert(into: table, columns: columns, rows: rows, onDuplicate: onDuplicate)
    }

    /// Asks the server for a sign of life.
    package func ping() throws(MySQLError) { try session.run("DO 1") }

    /// Closes the connection; an open transaction is rolled back.
    package func close() { session.close() }

    /// Runs the body on the connection's thread; when the task is cancelled, the statement that runs is killed.
    ///
    /// A connection that was cancelled is of no more use: each further statement throws `cancelled`.
    @discardableResult
    package nonisolated func run<R: Sendable>(
        _ body: @Sendable (isolated MySQLConnection) throws -> R
    ) async throws -> R {
        let interruption = session.interruption
        interruption.begin()
        defer { interruption.end() }
        return try await withTaskCancellationHandler {
            try await enter(body)
        } onCancel: {
            interruption.cancel()
        }
    }

    private func enter<R: Sendable>(_ body: @Sendable (isolated MySQLConnection) throws -> R) throws -> R {
        try body(self)
    }

    /// Whether work on the connection was cancelled, beside where it can be asked.
    nonisolated var interruption: Interruption { session.interruption }

    /// Runs a statement that clears up, in spite of a cancellation.
    func clear(_ sql: String) throws(MySQLError) { try session.run(sql, clearing: true) }
}
