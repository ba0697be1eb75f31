internal import Digest
internal import LabelDiff
internal import LabelSchema
package import LabelStore

/// Recomputes what the store says of a dataset from the labels themselves.
///
/// Reads as of the versions it verifies and takes no lease; memory holds one page of rows.
package struct DatasetVerifier: Sendable {
    /// What is verified of a dataset.
    package enum Scope: Sendable, Equatable {
        /// The newest version, or another one.
        case one(Int?)
        /// Every published version, in one pass over all rows.
        case all
    }

    /// What was found, and how it can be put right.
    package struct Result: Sendable {
        package var report: VerificationReport
        package var repairs: [StoreRepair] = []
    }

    let store: LabelStore
    private let progress: @Sendable (Int) -> Void

    /// A verifier.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - progress: called after each page with the number of rows read so far.
    package init(store: LabelStore, progress: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.store = store
        self.progress = progress
    }

    /// Of more rows than these it is not worth telling hash from text.
    static let mostSuspects = 10_000

    /// Verifies a dataset.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - scope: one version, or all.
    /// - Returns: what was found; a dataset without versions is sound.
    /// - Throws: what the store throws; `CancellationError`.
    package func verify(_ dataset: DatasetRecord, _ scope: Scope) async throws -> Result {
        let started = ContinuousClock.now
        var result = Result(report: VerificationReport(dataset: dataset.name))
        let moment = try await store.moment(of: dataset)
        // Where the two differ one of them is damaged; what was published is what there is.
        let dataset = dataset.asOf(version: moment.newestPublished)
        let versions = try await store.storedVersions(of: dataset).filter { $0.version <= dataset.currentVersion }
        let schemas = try await SchemaBook(of: dataset, versions, store: store)
        try await look(at: moment, dataset, versions, into: &result.report)

        let published = versions.filter { $0.state == "published" }
        let verified = try select(scope, published, dataset)
        result.report.prunedVersions = versions.count { $0.state == "pruned" }
        result.report.otherVersions = published.count - verified.count
        var book = VersionBook(published, verified: verified, current: dataset.currentVersion, schemas: schemas.sound)
        let sheets = try await seenDigests(scope, verified, dataset)
        var pass = try await VerificationPass(
            dataset: dataset, version: scope == .all ? nil : verified.last?.version, store: store)
        if !verified.isEmpty {
            try await pass.run(&book, schemas, sheets, into: &result.report, progress: progress)
            if verified.count == 1, scope != .all, let only = verified.first {
                pass.changes = try await store.changeCounts(of: dataset, version: only.version)
            }
        }
        // A version that was pruned meanwhile is none any more.
        let now = try await store.storedVersions(of: dataset)
        let gone = Set(verified.map(\.version)).subtracting(now.filter { $0.state == "published" }.map(\.version))
        if !gone.isEmpty {
            result.report.notChecked.append("\(gone.count) of its versions were pruned in the meantime")
        }
        VersionConclusions(book: book, pass: pass, schemas: schemas, gone: gone).conclude(into: &result)
        if moment.currentVersion != moment.newestPublished { judgeCurrent(moment, into: &result) }
        if let sheets {
            if result.report.versions.last?.isSound == true {
                try await sheets.conclude(dataset, store, into: &result)
            } else {
                result.report.notChecked.append(
                    "the seen digests of sheets, since labels of the newest version are damaged")
            }
        }
        result.report.repairable = result.repairs.count
        let elapsed = ContinuousClock.now - started
        result.report.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        return result
    }

    private func select(
        _ scope: Scope, _ published: [StoredVersion], _ dataset: DatasetRecord
    ) throws -> [StoredVersion] {
        guard case .one(let number) = scope else { return published }
        let wanted = number ?? dataset.currentVersion
        return published.filter { $0.version == wanted }
    }

    /// Versions that are not there, and rows that are there for none.
    private func look(
        at moment: StoredMoment, _ dataset: DatasetRecord, _ versions: [StoredVersion],
        into report: inout VerificationReport
    ) async throws {
        let known = Set(versions.map(\.version))
        if dataset.currentVersion > 0 {
            for version in 1...dataset.currentVersion where !known.contains(version) {
                report.add(
                    VerificationFinding(
                        kind: .missingVersion, fromVersion: version, toVersion: version + 1,
                        message: "version \(version) is not there",
                        hint: "Restore its row in sheaf_versions from a backup."))
            }
        }
        guard moment.rowsBeyond > 0 else { return }
        if let staging = moment.staging {
            report.notChecked.append(
                "\(moment.rowsBeyond) rows staged for version \(staging), which nobody has published yet")
            return
        }
        let rows = try await store.rowsBeyondCurrent(of: dataset, limit: VerificationReport.told)
        for row in rows {
            let place =
                row.isHistory ? "was closed by version \(row.validTo ?? 0)" : "begins with version \(row.validFrom)"
            report.add(
                VerificationFinding(
                    of: row, .staged, key: nil,
                    message: "it \(place), and the newest version is \(dataset.currentVersion)",
                    hint: "No worker is writing that version. " + RowCheck.restore))
        }
        report.found += max(0, moment.rowsBeyond - rows.count)
    }

    /// Which of the two was damaged: the newest version that there is, or the number that says so.
    private func judgeCurrent(_ moment: StoredMoment, into result: inout Result) {
        let newest = result.report.versions.last { $0.version == moment.newestPublished }
        let isRepairable = newest?.isSound == true && moment.rowsBeyond == 0
        result.report.add(
            VerificationFinding(
                kind: .currentVersion, stored: "\(moment.currentVersion)", computed: "\(moment.newestPublished)",
                message: "the current version is said to be \(moment.currentVersion), "
                    + "and the newest one published is \(moment.newestPublished)",
                hint: isRepairable
                    ? Self.repair : "Restore the row of sheaf_datasets or of sheaf_versions from a backup.",
                isRepairable: isRepairable))
        if isRepairable {
            result.repairs.append(.currentVersion(stored: moment.currentVersion, computed: moment.newestPublished))
        }
    }

    /// The seen digests can be recomputed from the labels that are current.
    private func seenDigests(
        _ scope: Scope, _ verified: [StoredVersion], _ dataset: DatasetRecord
    ) async throws -> SeenDigestCheck? {
        guard let last = verified.last, last.version == dataset.currentVersion else { return nil }
        return try await SeenDigestCheck(of: dataset, store: store)
    }

    static let repair = "`sheaf verify --repair` puts it right."
}

/// The schemas of a dataset: those whose documents are what their hashes say, and those that are not.
struct SchemaBook: Sendable {
    /// Schemas that can be relied on.
    var sound: [UInt32: LabelSchema] = [:]
    /// By id, the stored hash and that of the document.
    var hashes: [UInt32: (stored: SHA256Digest, computed: SHA256Digest)] = [:]
    /// Schemas whose document is what was stored, and that this program cannot read.
    var unreadable: [UInt32] = []

    init(of dataset: DatasetRecord, _ versions: [StoredVersion], store: LabelStore) async throws {
        let used = Set(versions.map(\.schemaID))
        for schema in try await store.storedSchemas(of: dataset) where used.contains(schema.id) {
            var hasher = SHA256Hasher()
            hasher.update(schema.document)
            let computed = hasher.finish()
            hashes[schema.id] = (schema.hash, computed)
            guard computed == schema.hash else { continue }
            if let read = try? LabelSchema.parse(document: schema.document) {
                sound[schema.id] = read
            } else {
                unreadable.append(schema.id)
            }
        }
    }
    /// What a root hash makes of the version hash, by the stored hash of the version's schema and by that of its document.
    func versionHashes(_ root: SHA256Digest, _ version: StoredVersion) -> [SHA256Digest] {
        guard let hashes = hashes[version.schemaID] else { return [] }
        return [hashes.stored, hashes.computed].map { VersionFormat.versionHash(schemaHash: $0, rootHash: root) }
    }

    /// Whether something stored says the same as a root hash that was computed.
    func confirms(_ root: SHA256Digest, _ version: StoredVersion) -> Bool {
        root == version.rootHash || versionHashes(root, version).contains { $0 == version.versionHash }
    }
}
