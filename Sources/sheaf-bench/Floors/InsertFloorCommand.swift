import ArgumentParser
import Foundation
import MySQL

/// What the bare client measured.
struct InsertFloorResult: Codable, Sendable {
    /// One way to insert.
    struct Way: Codable, Sendable {
        var connections: Int
        var runs: [ResourceUsage]
    }

    var rows: Int
    var ways: [Way]

    /// The way with the fastest run; nil if there is none.
    var fastest: Way? {
        ways.min { fastestRun($0) < fastestRun($1) }
    }

    private func fastestRun(_ way: Way) -> Double { way.runs.map(\.wall).min() ?? .infinity }
}

/// The subcommand `insert-floor`: the least that can be done to load labels.
struct InsertFloorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "insert-floor",
        abstract: "Inserts a store's labels again, by a client that does nothing else; prints JSON.",
        discussion: """
            The labels are read into memory first, which is not counted, and inserted
            into an empty table of the same layout, sorted by key, as arrays where the
            server takes them: over one connection, and over two that share the keys.
            SHEAF_STORE_PASSWORD is the password, if there is one.
            """)

    @Option(help: ArgumentHelp("The store's URL.", valueName: "url"))
    var store: String

    @Option(help: "How many times each way is measured.")
    var runs = 3

    func validate() throws {
        guard runs > 0 else { throw ValidationError("--runs must be at least 1.") }
    }

    func run() async throws {
        let password = ProcessInfo.processInfo.environment["SHEAF_STORE_PASSWORD"]
        let configuration = try MySQLConfiguration(url: store, password: password)
        var result = InsertFloorResult(rows: 0, ways: [])
        for connections in [1, 2] {
            let insert = try await BareInsert(configuration, connections: connections)
            guard insert.rows > 0 else { throw BenchFailure("The store has no labels to insert again.") }
            result.rows = insert.rows
            var usages: [ResourceUsage] = []
            for _ in 0..<runs {
                try await insert.clear()
                usages.append(try await ResourceUsage.measuring { try await insert.insert() }.1)
            }
            try await insert.end()
            result.ways.append(.init(connections: connections, runs: usages))
        }
        print(try JSONDocument.text(result))
    }
}
