import Foundation
import HTTPTransfer
import Logging
import SheetsEmulator
import Synchronization
import Tabular
import Testing

@testable import SheetSource

/// Takes rows in as texts, and remembers how it was treated.
final class Collector: RowConsumer {
    struct State {
        var begun: [SheetIdentity] = []
        var firstRowNumbers: [Int] = []
        var rows: [[String]] = []
        var kinds: [[CellKind]] = []
    }

    private let state = Mutex(State())
    private let onBatch: @Sendable (Int) throws -> Void

    /// A collector that calls `onBatch` with the number of each batch, from 1, before it takes it.
    init(onBatch: @escaping @Sendable (Int) throws -> Void = { _ in }) {
        self.onBatch = onBatch
    }

    var begun: [SheetIdentity] { state.withLock { $0.begun } }
    var rows: [[String]] { state.withLock { $0.rows } }
    var kinds: [[CellKind]] { state.withLock { $0.kinds } }
    var firstRowNumbers: [Int] { state.withLock { $0.firstRowNumbers } }

    func begin(_ identity: SheetIdentity) async throws {
        state.withLock { $0 = State(begun: $0.begun + [identity]) }
    }

    func receive(_ batch: RowBatch) async throws {
        try onBatch(firstRowNumbers.count + 1)
        state.withLock { state in
            state.firstRowNumbers.append(batch.firstRowNumber)
            for row in 0..<batch.rowCount {
                state.rows.append(batch.texts(ofRow: row))
                state.kinds.append(batch.cells[batch.cellRange(ofRow: row)].map(\.kind))
            }
        }
    }
}

/// The error that `body` must end with.
func sheetFailure(
    sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws -> Void
) async throws -> SheetError {
    do {
        try await body()
    } catch let error as SheetError {
        return error
    }
    Issue.record("it ended without an error", sourceLocation: sourceLocation)
    throw SheetError(.requestRefused, "no error")
}

/// A folder for the length of a test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func write(_ text: String, to name: String) throws -> String {
        try write(text.utf8, to: name)
    }
}

/// What a test changes about an emulator while it runs.
final class EmulatorHooks: Sendable {
    private let reaction = Mutex<@Sendable (String) -> Void>({ _ in })
    private let offset = Mutex<Int64>(0)

    /// What to do before a call is answered, by the method's name (`spreadsheets.values.batchGet`).
    func onCall(_ reaction: @escaping @Sendable (String) -> Void) {
        self.reaction.withLock { $0 = reaction }
    }

    /// Calls the reaction once, for the first call of this method from now on.
    func onNext(_ method: String, _ reaction: @escaping @Sendable () -> Void) {
        let isSpent = Mutex(false)
        onCall { called in
            guard called == method,
                isSpent.withLock({ spent in
                    defer { spent = true }
                    return !spent
                })
            else {
                return
            }
            reaction()
        }
    }

    func react(to method: String) {
        reaction.withLock { $0 }(method)
    }

    /// Seconds that the emulator's clock and the source's are ahead.
    var secondsAhead: Int64 {
        get { offset.withLock { $0 } }
        set { offset.withLock { $0 = newValue } }
    }
}

/// Counts calls, from any thread.
final class CallCount: Sendable {
    private let count = Mutex(0)

    /// The number of this call, from 1.
    @discardableResult
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// An emulated Google with one spreadsheet, `s1`, and what it takes to read it.
struct GoogleWorld: Sendable {
    static let tab = "レシピ分類"
    static let rows = [
        ["レシピID", "タイトル", "確認", "確認日"], ["1001", "味噌ラーメン", "TRUE", "2024-02-29"],
        ["1002", "唐揚げ \"改\"", "FALSE", ""], ["1003", "", "", ""],
    ]
    static let sheet = SheetReference(spreadsheet: "s1", tab: tab)

    let emulator: SheetsEmulator
    let hooks: EmulatorHooks
    let folder: TemporaryFolder
    let keyFile: String
    let email: String

    /// Runs the body with an emulator of its own.
    static func with(quota: EmulatorQuota? = nil, _ body: (GoogleWorld) async throws -> Void) async throws {
        let hooks = EmulatorHooks()
        let folder = try TemporaryFolder()
        var configuration = EmulatorConfiguration()
        configuration.onRequest = { hooks.react(to: $0) }
        configuration.now = { Date().addingTimeInterval(Double(hooks.secondsAhead)) }
        configuration.quota = quota
        let emulator = SheetsEmulator(configuration: configuration)
        try await emulator.start()
        let key = try emulator.makeServiceAccountKey(directory: folder.path)
        emulator.addSpreadsheet(id: "s1", title: "分類表", sharedWith: [key.email], tabs: [(tab, rows)])
        let world = GoogleWorld(emulator: emulator, hooks: hooks, folder: folder, keyFile: key.path, email: key.email)
        let result: Result<Void, any Error>
        do { result = .success(try await body(world)) } catch { result = .failure(error) }
        // A reaction may hold the world, which holds the hooks: the folder would never go.
        hooks.onCall { _ in }
        await emulator.stop()
        try result.get()
    }

    /// A configuration that reads a tab of more than `cells` cells in windows.
    func windowed(_ cells: Int, down minimum: Int = 1 << 40) -> GoogleConfiguration {
        var configuration = configuration()
        configuration.maximumCellsPerAnswer = cells
        configuration.minimumCellsPerAnswer = minimum
        return configuration
    }

    /// A configuration that never waits between attempts.
    func configuration(_ credentials: GoogleCredentials? = nil) -> GoogleConfiguration {
        var configuration = GoogleConfiguration(
            credentials: credentials ?? .serviceAccountFile(keyFile), endpoint: emulator.endpoint)
        configuration.retryPolicy.initialBackoff = .zero
        configuration.retryPolicy.maximumAttempts = 4
        return configuration
    }

    func source(_ configuration: GoogleConfiguration? = nil) -> GoogleSheetsSource {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return GoogleSheetsSource(
            configuration: configuration ?? self.configuration(), client: HTTPClient(), logger: logger,
            now: { secondsSince1970() + hooks.secondsAhead })
    }

    func add(_ id: String, tabs: [(title: String, rows: [[String]])]) {
        emulator.addSpreadsheet(id: id, title: id, sharedWith: [email], tabs: tabs)
    }
}
