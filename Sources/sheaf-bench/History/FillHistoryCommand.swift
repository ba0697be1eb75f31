import ArgumentParser
import MySQL

/// The subcommand `fill-history`: many versions, made by the database itself.
struct FillHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fill-history",
        abstract: "Gives a store that holds version 1 of a dataset many more, each with 1% of the labels changed.",
        discussion: """
            Writes into the tables what as many syncs would have left there, hashes and
            all: publishing them one by one would take hours. For a private MariaDB only.
            """)

    @Option(help: ArgumentHelp("The store's URL.", valueName: "url"))
    var store: String

    @Option(help: "How many versions there are to be.")
    var versions = 200

    func validate() throws {
        guard (2...200).contains(versions) else { throw ValidationError("--versions must be from 2 to 200.") }
    }

    func run() async throws {
        let connection = try await MySQLConnection.connect(try MySQLConfiguration(url: store, password: nil))
        let versions = versions
        try await connection.run { try HistoryFilling(versions: versions, connection: $0).fill($0) }
        await connection.close()
    }
}
