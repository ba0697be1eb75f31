import Digest
import LabelSchema
import LabelStore
import SheetSource
import SheetsEmulator

@testable import Sync

/// Putting values back into the sheets of a `GoogleBench`.
extension GoogleBench {
    func restorer(
        _ ids: [String], to version: Int, _ settings: Settings = Settings(),
        _ change: (inout RestoreRequest) throws -> Void = { _ in }
    ) async throws -> RestoreRunner {
        var request = RestoreRequest(version: try await store.version(version, of: try await record()))
        try change(&request)
        var patience = RestorePatience()
        patience.attempts = 4
        patience.firstPause = .milliseconds(2)
        return RestoreRunner(
            definition: try definition(ids, settings), request: request, store: store, actor: "tests",
            worker: "tests", logger: Self.silent, patience: patience)
    }

    func restorePlan(
        _ ids: [String], to version: Int, _ change: (inout RestoreRequest) throws -> Void = { _ in }
    ) async throws -> RestoreReport {
        try await restorer(ids, to: version, Settings(), change).plan()
    }

    @discardableResult
    func restore(
        _ ids: [String], to version: Int, _ settings: Settings = Settings(),
        _ change: (inout RestoreRequest) throws -> Void = { _ in }
    ) async throws -> RestoreReport {
        try await restorer(ids, to: version, settings, change).restore(writer: writer, why: "a test")
    }

    func shown(_ id: String) throws -> [[String]] {
        Array(try emulator.rows(id, tab: Self.tab).dropFirst())
    }

    /// A sheet's kinds by id, wherever the rows stand.
    func shownKinds(_ id: String) throws -> [String: String] {
        Dictionary(
            try shown(id).map { ($0.first ?? "", $0.count > 2 ? $0[2] : "") }, uniquingKeysWith: { "\($0)|\($1)" })
    }

    func rootHash(_ version: Int) async throws -> String {
        try await store.version(version, of: try await record()).rootHash.hex
    }
}
