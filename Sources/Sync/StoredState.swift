internal import LabelDiff
internal import LabelStore

/// What the store knows of a dataset before a run.
struct StoredState: Sendable {
    /// `nil`: it was never synced (only a plan sees that).
    var dataset: DatasetRecord?
    /// The last published version.
    var version: VersionRecord?
    /// The store's record of each configured sheet, in the order of the configuration; `nil` where it has none yet.
    var records: [SheetRecord?]
    /// The id of each configured sheet, in the order of the configuration.
    var sheetIDs: [UInt32]
    /// Sheets whose labels stay when no sheet offers them.
    var keptSheets: Set<UInt32>
    var exceptions: [KeyHash: OpenExceptions]
    var unreadable: [Problem]
    var approvals: Approvals
    /// Sheets that left the configuration and whose labels stay until somebody retires them.
    var orphans: [SheetRecord] = []
    /// The database's clock before anything was read.
    var clock: String

    var currentVersion: Int { version?.version ?? 0 }

    /// Labels stay whose absence could not be proven so far.
    var hasWaitingDeletes: Bool {
        exceptions.values.contains { $0.problems.contains { $0.kind == .deleteWaiting } }
    }

    /// Reads it all; writes nothing.
    static func load(_ definition: DatasetDefinition, from store: LabelStore) async throws -> StoredState {
        guard let dataset = try await store.findDataset(definition.name) else {
            return StoredState(
                dataset: nil, version: nil, records: definition.sheets.map { _ in nil },
                sheetIDs: definition.sheets.indices.map(temporaryID), keptSheets: [], exceptions: [:], unreadable: [],
                approvals: Approvals(), clock: "")
        }
        let clock = try await store.clock()
        let sheets = try await store.sheets(of: dataset)
        // By bytes, as the store compares them.
        let byLocation = Dictionary(
            sheets.map { (Array($0.location.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        let configured = Set(definition.sheets.map { Array($0.location.utf8) })
        // A sheet that left the configuration deletes nothing until somebody retires it.
        let kept = sheets.filter { !configured.contains(Array($0.location.utf8)) && $0.state != .retiredDelete }
        let records = definition.sheets.map { byLocation[Array($0.location.utf8)] }
        let (exceptions, unreadable) = try await store.openExceptions(of: dataset)
        return StoredState(
            dataset: dataset,
            version: dataset.currentVersion == 0
                ? nil : try await store.version(dataset.currentVersion, of: dataset),
            records: records, sheetIDs: records.enumerated().map { $0.element?.id ?? temporaryID($0.offset) },
            keptSheets: Set(kept.map(\.id)), exceptions: exceptions, unreadable: unreadable,
            approvals: try await store.approvals(of: dataset), orphans: sheets.filter { $0.state == .orphaned },
            clock: clock)
    }

    /// An id for a sheet that the store does not know yet, from the end that AUTO_INCREMENT never reaches.
    private static func temporaryID(_ index: Int) -> UInt32 { UInt32.max - UInt32(index) }
}
