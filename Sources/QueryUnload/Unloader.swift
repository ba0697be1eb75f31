package import MySQL
internal import Synchronization

/// Runs a SELECT and writes what it gives into compressed files.
///
/// The rows pass through: one thread reads them from the server, several compress them in pieces, and the pieces go into
/// the files in the order of the rows. So many pieces are in memory as there are threads, twice over.
package struct Unloader: Sendable {
    private let database: MySQLConfiguration
    private let check: SelectCheck
    private let limits: UnloadLimits
    private let readsBooleans: Bool
    private let mayWrite: Bool

    /// An unloader.
    ///
    /// - Parameters:
    ///   - database: where queries run, as which user.
    ///   - check: what is let through to the server.
    ///   - limits: how far a query may go.
    ///   - readsBooleans: whether TINYINT(1) is written as `t` and `f`.
    ///   - mayWrite: whether the user may have grants beyond reading.
    package init(
        database: MySQLConfiguration, check: SelectCheck, limits: UnloadLimits, readsBooleans: Bool, mayWrite: Bool
    ) {
        (self.database, self.check, self.limits) = (database, check, limits)
        (self.readsBooleans, self.mayWrite) = (readsBooleans, mayWrite)
    }

    /// Runs a query.
    ///
    /// When the task is cancelled, the statement is killed on the server.
    ///
    /// - Parameters:
    ///   - statement: what a client sent.
    ///   - format: what the files are to look like.
    ///   - castsDates: whether the client asked for types.
    ///   - destination: where the files go; what was written there is deleted if the query fails.
    /// - Returns: the files.
    /// - Throws: `UnloadProblem`; `CancellationError`.
    package func run(
        _ statement: String, format: UnloadFormat, castsDates: Bool, into destination: any UnloadDestination
    ) async throws -> UnloadResult {
        try await runUnchecked(
            try check.check(statement), format: format, castsDates: castsDates, into: destination)
    }

    /// The same without the check of the text: what the server lets through.
    func runUnchecked(
        _ sql: String, format: UnloadFormat, castsDates: Bool, into destination: any UnloadDestination
    ) async throws -> UnloadResult {
        do {
            return try await withTimeLimit { try await unload(sql, format, castsDates, destination) }
        } catch {
            // Not by this task, which may have been cancelled.
            await Task { try? await destination.removeAll() }.value
            throw problem(error)
        }
    }

    /// Whether queries can be run at all: the server is there, and the user may do no more than he should.
    ///
    /// - Throws: `UnloadProblem`.
    package func checkUser() async throws {
        do {
            let connection = try await connect()
            defer { Task { await connection.close() } }
            try await connection.run { connection in try Self.checkGrants(connection, mayWrite: mayWrite) }
        } catch {
            throw problem(error)
        }
    }

    // MARK: - Running

    private func connect() async throws(UnloadProblem) -> MySQLConnection {
        do {
            return try await MySQLConnection.connect(database)
        } catch {
            throw UnloadProblem(
                .unavailable, "The database of queries cannot be reached (\(error.kind.rawValue)).",
                hint: "Try again later; whoever runs Sheaf finds more in its log.")
        }
    }

    private static func checkGrants(_ connection: isolated MySQLConnection, mayWrite: Bool) throws {
        guard !mayWrite else { return }
        try QueryUser.check(grants: try connection.grants())
    }

    private func unload(
        _ sql: String, _ format: UnloadFormat, _ castsDates: Bool, _ destination: any UnloadDestination
    ) async throws -> UnloadResult {
        let connection = try await connect()
        let seconds = limits.seconds
        do {
            try await connection.run { connection in
                try Self.checkGrants(connection, mayWrite: mayWrite)
                try connection.beginReading(limitingStatementsTo: seconds)
                guard try !connection.describe(sql).isEmpty else {
                    throw UnloadProblem(
                        .notOneSelect, "The statement is refused: it gives no rows.", hint: "Send one SELECT.")
                }
            }
            let result = try await transfer(sql, connection, format, castsDates, destination)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    private func transfer(
        _ sql: String, _ connection: MySQLConnection, _ format: UnloadFormat, _ castsDates: Bool,
        _ destination: any UnloadDestination
    ) async throws -> UnloadResult {
        let queue = PieceQueue(capacity: 2 * max(1, limits.workers))
        let reading = ReadingState()
        let writer = PartWriter(
            destination: destination, suffix: format.suffix, partSize: limits.partSize,
            settle: { queue.settle() })
        do {
            try await withTaskCancellationHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await read(sql, connection, queue) { columns in
                            try reading.begin(columns, format, castsDates: castsDates, readsBooleans: readsBooleans)
                        }
                    }
                    for _ in 0..<max(1, limits.workers) {
                        group.addTask { try await compress(from: queue, reading, writer) }
                    }
                    do {
                        while try await group.next() != nil {}
                    } catch {
                        // Whoever waits for room or for rows is told; the statement is killed.
                        queue.abandon()
                        group.cancelAll()
                        throw error
                    }
                }
            } onCancel: {
                queue.abandon()
            }
            let parts = try await writer.finish(orBeginWith: reading.needsFile ? try reading.header() : nil)
            return UnloadResult(
                columns: reading.columns, parts: parts, rows: parts.reduce(0) { $0 + $1.rows },
                bytes: parts.reduce(0) { $0 + $1.bytes })
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// Reads the rows, on the connection's thread.
    private func read(
        _ sql: String, _ connection: MySQLConnection, _ queue: PieceQueue,
        _ begin: @escaping @Sendable ([ColumnDescription]) throws -> Void
    ) async throws {
        let limits = limits
        defer { queue.finish() }
        try await connection.run { connection in
            var rows = 0
            var bytes = 0
            try connection.forEachPiece(ofText: sql, pieceSize: limits.pieceSize, begin: begin) { piece in
                rows += piece.rowCount
                bytes += piece.bytes.count
                guard rows <= limits.rows else {
                    throw UnloadProblem(
                        .tooMuch, "The query gives more than \(limits.rows) rows, which is the limit.",
                        hint: "Ask for fewer, by a condition or LIMIT.")
                }
                guard bytes <= limits.bytes else {
                    throw UnloadProblem(
                        .tooMuch, "The query gives more than \(limits.bytes) bytes, which is the limit.",
                        hint: "Ask for fewer rows or columns.")
                }
                try queue.send(piece)
            }
        }
    }

    private func compress(from queue: PieceQueue, _ reading: ReadingState, _ writer: PartWriter) async throws {
        let compressor = Compressor()
        while let piece = await queue.next() {
            let compressed = try await compressor.compress(piece.rows, with: try reading.encoder())
            try await writer.take(compressed, number: piece.number, header: try reading.header())
        }
    }

    // MARK: - Limits and errors

    /// How much longer than the server's own limit this side waits: it ends what the server does not end itself.
    private static let grace = 2

    private func withTimeLimit<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        let seconds = limits.seconds
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds + Self.grace))
                throw tooLong
            }
            defer { group.cancelAll() }
            guard let result = try await group.next(), let result else { throw CancellationError() }
            return result
        }
    }

    private var tooLong: UnloadProblem {
        UnloadProblem(
            .tooMuch, "The query took longer than \(limits.seconds) s, which is the limit.",
            hint: "Ask for fewer rows, or by a column that has an index.")
    }

    /// What a client is told.
    private func problem(_ error: any Error) -> any Error {
        // Whatever a cancellation looks like by the time that it gets here.
        if Task.isCancelled { return CancellationError() }
        guard let error = error as? MySQLError else { return error }
        switch error.kind {
        case .statementTimeout: return tooLong
        case .cancelled:
            return UnloadProblem(.refused, "The query was ended on the server by somebody else.")
        case .connectFailed, .tlsFailed, .lostConnection, .tooManyConnections, .closed, .clusterConflict:
            return UnloadProblem(
                .unavailable, "The connection to the database was lost (\(error.kind.rawValue)).",
                hint: "Send the query again.")
        default:
            return UnloadProblem(.refused, "The database refuses the query: \(error.message).")
        }
    }
}

/// What the connection's thread learns of a result, for those that write it.
private final class ReadingState: Sendable {
    private struct Begun {
        let columns: [UnloadColumn]
        let encoder: RowEncoder
        let header: [UInt8]
        let format: UnloadFormat
    }

    private let begun = Mutex<Begun?>(nil)

    func begin(
        _ columns: [ColumnDescription], _ format: UnloadFormat, castsDates: Bool, readsBooleans: Bool
    ) throws {
        var unloaded: [UnloadColumn] = []
        for column in columns { unloaded.append(try UnloadColumn(column, readsBooleans: readsBooleans)) }
        let encoder = try RowEncoder(columns: unloaded, format: format, castsDates: castsDates)
        let header = try Compressor.member(of: encoder.header)
        begun.withLock { $0 = Begun(columns: unloaded, encoder: encoder, header: header, format: format) }
    }

    var columns: [UnloadColumn] { begun.withLock { $0?.columns ?? [] } }

    /// Whether there is to be a file though there are no rows: one with a header tells the columns.
    var needsFile: Bool { begun.withLock { $0?.format == .csv } }

    func encoder() throws -> RowEncoder { try get().encoder }

    /// What each file begins with, compressed.
    func header() throws -> [UInt8] { try get().header }

    private func get() throws -> Begun {
        guard let begun = begun.withLock({ $0 }) else { throw CancellationError() }
        return begun
    }
}
