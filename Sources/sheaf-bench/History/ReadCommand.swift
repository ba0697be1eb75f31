import ArgumentParser
import LabelDiff
import LabelStore
import Logging
import MySQL

/// The subcommand `read`: a version, page by page, as all readers of the store get it.
struct ReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Reads a version of a store's dataset page by page, and does nothing with it; prints JSON.",
        discussion: "Connecting, and finding the dataset, are not counted.")

    @Option(help: ArgumentHelp("The store's URL.", valueName: "url"))
    var store: String

    @Option(help: "The version.")
    var version: Int

    @Option(help: "How many labels a page has.")
    var page = 10_000

    @Option(help: "How many labels are read at least, from the middle of the keys; all of them without it.")
    var labels: Int?

    func validate() throws {
        guard page > 0, labels.map({ $0 > 0 }) ?? true else { throw ValidationError("Pages must not be empty.") }
    }

    func run() async throws {
        let pool = MySQLPool(configuration: try MySQLConfiguration(url: store, password: nil))
        let store = LabelStore(pool: pool, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let dataset = try await store.dataset(BenchSheet.dataset)
        let (count, usage) = try await ResourceUsage.measuring {
            var (rows, bytes) = (0, 0)
            guard labels != nil else {
                // As exports and the HTTP API read it: the next pages come while one is looked at.
                try await store.forEachPage(of: dataset, version: version, limit: page) { found in
                    rows += found.count
                    found.forEach { bytes += $1.count + 1 }
                }
                return (rows: rows, bytes: bytes)
            }
            var after: KeyHash? = KeyHash(high: 1 << 63, low: 0)
            repeat {
                let found = try await store.page(of: dataset, version: version, after: after, limit: page)
                rows += found.keys.count
                for label in found.labels { bytes += label.count + 1 }
                after = found.next
            } while after != nil && rows < labels ?? .max
            return (rows: rows, bytes: bytes)
        }
        await store.close()
        print(try JSONDocument.text(ReadResult(rows: count.rows, bytes: count.bytes, usage: usage)))
    }
}
