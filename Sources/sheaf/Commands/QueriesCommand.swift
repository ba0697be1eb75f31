import ArgumentParser
import LabelSchema
import LabelStore

struct QueriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queries", abstract: "The SELECTs that were sent by the Queuery protocol: list or cancel them.",
        discussion: """
            `sheaf serve` runs them, if `queries` is configured. What they ask is shown
            only if wanted, since it may hold personal data.

            Examples:
              sheaf queries
              sheaf queries --running --statement
              sheaf queries --json
              sheaf queries cancel 17
            """,
        subcommands: [QueriesListCommand.self, QueriesCancelCommand.self],
        defaultSubcommand: QueriesListCommand.self)
}

/// A query under `--json`.
private struct QueryDocument: Encodable {
    var query: UInt64
    var token: String?
    var state: String
    var format: String
    var rows: Int?
    var bytes: Int?
    var seconds: Double?
    var createdAt: String
    var startedAt: String?
    var finishedAt: String?
    var expiresAt: String?
    var error: String?
    var worker: String?
    var statement: String?

    init(_ query: QueryRecord) {
        (self.query, token, state) = (query.id, query.tokenName, query.state.rawValue)
        (format, rows, bytes) = (query.format, query.rows, query.bytes)
        seconds = query.duration.map { $0 / .seconds(1) }
        (createdAt, startedAt, finishedAt) = (query.createdAt, query.startedAt, query.finishedAt)
        (expiresAt, error, worker) = (query.expiresAt, query.error, query.worker)
        statement = query.statement
    }
}

struct QueriesListCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the newest queries: state, token, rows, seconds.",
        discussion: """
            Examples:
              sheaf queries list --limit 100
              sheaf queries list --running
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Only those that wait or run.")
    var running = false
    @Flag(help: "Also what they ask.")
    var statement = false
    @Option(name: .shortAndLong, help: "How many at most.")
    var limit = 20

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let queries = try await workspace.withStore { store in
            try await store.queries(
                in: running ? [.pending, .running] : [], limit: limit, statement: statement)
        }
        var table = Table()
        table.rightAligned = [0, 3, 4]
        table.add(["query", "state", "token", "rows", "seconds", "created (UTC)", statement ? "statement" : "error"])
        for query in queries {
            let last = statement ? query.statement : query.error
            table.add([
                "\(query.id)", query.state.rawValue, CellText.shown(query.tokenName ?? "(gone)"),
                query.rows.map(\.grouped) ?? "", query.duration.map { Self.seconds($0) } ?? "",
                query.createdAt.shortTime, CellText.shown(last ?? "", limit: statement ? 2_000 : 200),
            ])
        }
        if queries.isEmpty {
            console.line(running ? "No query waits or runs." : "Nobody has sent a query yet.")
        } else {
            console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        }
        try console.json(queries.map { QueryDocument($0) })
        return .success
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .seconds(1) * 10).rounded())
        return "\((tenths / 10).grouped).\(tenths % 10)"
    }
}

struct QueriesCancelCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a query that waits or runs.",
        discussion: """
            The server that runs it ends it within a few seconds.

            Example:
              sheaf queries cancel 17 --why "it reads the whole table"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The query.")
    var query: UInt64
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws { try ReasonLimit.check(why) }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            guard try await store.query(query) != nil else {
                throw Failure(
                    .usage, code: "unknown-query", "There is no query \(query).", hint: "`sheaf queries` lists them.")
            }
            guard try await store.cancelQuery(query, by: Workspace.actor, why: why) else {
                throw Failure(
                    .usage, code: "not-allowed", "Query \(query) has ended already.",
                    hint: "`sheaf queries` tells how.")
            }
            console.line("Query \(query) is cancelled; the server that runs it ends it within a few seconds.")
            if let record = try await store.query(query) { try console.json(QueryDocument(record)) }
            return .success
        }
    }
}
