import ArgumentParser
import HTTPTransfer
import LabelSchema
import Logging
import SheetSource
import Sync
import Synchronization
import Tabular

/// What is measured of a pull, each in a process of its own.
enum PullWay: String, Codable, CaseIterable, ExpressibleByArgument {
    /// The bytes alone, through the HTTP client that a sync uses.
    case fetch
    /// The scan of bytes that are in memory already.
    case scan
    /// The whole read of a sheet, from signing in to the proof that it is complete: all rows in one answer.
    case oneAnswer = "one-answer"
    /// The same in windows of rows, as a sync reads a sheet of this size.
    case windows
    /// The same, with every row validated, hashed and spooled as a sync does it.
    case digest
}

/// What one pass did and took.
struct PullPass: Codable, Sendable {
    /// Rows of the sheet, its header included.
    var rows: Int
    /// Bytes of JSON.
    var bytes: Int
    var usage: ResourceUsage
}

/// The subcommand `pull-pass`: one measurement of `pull`.
struct PullPassCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull-pass", abstract: "Reads the emulator's generated sheet once, in one way; prints JSON.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("Where the emulator listens.", valueName: "url"))
    var endpoint: String

    @Option(help: ArgumentHelp("The key file of a service account that may read.", valueName: "file"))
    var credentials: String

    @Option(help: "What is measured: fetch, scan, one-answer, windows or digest.")
    var way: PullWay

    @Option(help: "How many columns the sheet has.")
    var columns: Int

    func run() async throws {
        print(try JSONDocument.text(try await pass()))
    }

    private func pass() async throws -> PullPass {
        switch way {
        case .fetch:
            let passes = try await passes()
            let (bytes, usage) = try await ResourceUsage.measuring { try await passes.fetch() }
            return PullPass(rows: 0, bytes: bytes, usage: usage)
        case .scan:
            let chunks = try await passes().chunks()
            var rows = 0
            let (_, usage) = try await ResourceUsage.measuring {
                try SheetPasses.scan(chunks) { rows += $0.rowCount }
            }
            return PullPass(rows: rows, bytes: chunks.reduce(0) { $0 + $1.count }, usage: usage)
        case .oneAnswer, .windows:
            let counter = RowCounter()
            let (reading, usage) = try await ResourceUsage.measuring { try await source.read(sheet, into: counter) }
            guard counter.rows == reading.rowsRead, reading.oneAnswer == (way == .oneAnswer) else {
                throw BenchFailure("The sheet was not read as it was to be.")
            }
            return PullPass(rows: counter.rows, bytes: reading.bytes, usage: usage)
        case .digest:
            let schema = try LabelSchema.parse(BenchSheet.schema(columns: columns), file: "schema.yaml")
            let (seen, usage) = try await ResourceUsage.measuring {
                try await DryRead.read(sheet, schema, from: source)
            }
            guard seen.rejected == 0, seen.rows == seen.reading.rowsRead - 1 else {
                throw BenchFailure("\(seen.rejected) of \(seen.rows) rows were rejected.")
            }
            return PullPass(rows: seen.reading.rowsRead, bytes: seen.reading.bytes, usage: usage)
        }
    }

    private var sheet: SheetReference { SheetReference(spreadsheet: BenchSheet.spreadsheet, tab: BenchSheet.tab) }

    private var source: GoogleSheetsSource {
        var configuration = GoogleConfiguration(credentials: .serviceAccountFile(credentials), endpoint: endpoint)
        if way == .oneAnswer { configuration.maximumCellsPerAnswer = .max }
        return GoogleSheetsSource(
            configuration: configuration, client: HTTPClient(), logger: Logger(label: "sheaf-bench"))
    }

    private func passes() async throws -> SheetPasses {
        SheetPasses(client: try await SheetsClient.signIn(endpoint: endpoint, credentials: credentials))
    }
}

/// Counts rows, and drops them.
private final class RowCounter: RowConsumer {
    private let count = Mutex(0)

    var rows: Int { count.withLock { $0 } }

    func begin(_ identity: SheetIdentity) {
        count.withLock { $0 = 0 }
    }

    func receive(_ batch: RowBatch) {
        count.withLock { $0 += batch.rowCount }
    }
}
