internal import Digest
internal import LabelDiff
internal import LabelStore

/// What follows from one pass: which hash or count of a version is not what its labels give, and what proves it.
///
/// Nothing is repaired that could hide a lost or altered label. A stored hash may be recomputed only where something else
/// that was stored when the version was published confirms the labels: the root hash a row's hash, the version hash a
/// root hash, both a count.
struct VersionConclusions {
    let book: VersionBook
    let pass: VerificationPass
    let schemas: SchemaBook
    /// Versions that were pruned meanwhile.
    let gone: Set<Int>

    /// What the labels of a version are known to give.
    private struct Root {
        let version: StoredVersion
        /// By the stored row hashes.
        let computed: SHA256Digest
        /// What something stored confirms: that, or with some row hashes mended.
        var confirmed: SHA256Digest?
    }

    func conclude(into result: inout DatasetVerifier.Result) {
        let roots = book.verified.filter { !gone.contains($0.version) }.compactMap(root)
        let known = Dictionary(uniqueKeysWithValues: roots.map { ($0.version.version, $0) })
        judgeSuspects(known, into: &result)
        var unsound: Set<Int> = []
        judgeSchemas(roots, &unsound, into: &result)
        var strange: [(root: Root, difference: Int)] = []
        for root in roots {
            let version = root.version.version
            let tally = book.tallies[version] ?? VersionBook.Tally()
            if tally.unsound > 0 { unsound.insert(version) }
            if let confirmed = root.confirmed {
                if confirmed != root.version.rootHash { add(root, confirmed, &unsound, into: &result) }
                judgeVersionHash(root.version, confirmed, &unsound, into: &result)
                judgeLabelCount(root.version, tally, &unsound, into: &result)
            } else if mayBeRecomputed(root, tally) {
                add(root, root.computed, &unsound, into: &result)
                judgeVersionHash(root.version, root.computed, &unsound, into: &result)
            } else {
                unsound.insert(version)
                strange.append((root, tally.labels - root.version.labelCount))
            }
            judgeChanges(root, known, &unsound, into: &result)
        }
        tell(strange, into: &result.report)
        for root in roots {
            let tally = book.tallies[root.version.version] ?? VersionBook.Tally()
            result.report.versions.append(
                VerifiedVersion(
                    version: root.version.version, labels: tally.labels, redacted: tally.redacted,
                    versionHash: root.version.versionHash?.hex ?? "",
                    isSound: !unsound.contains(root.version.version)))
        }
    }

    private func root(_ version: StoredVersion) -> Root? {
        pass.roots[version.version].map {
            Root(version: version, computed: $0, confirmed: pass.resolved[version.version]?.root)
        }
    }

    /// Root hash and version hash contradict each other, while all rows are sound and as many as were published.
    private func mayBeRecomputed(_ root: Root, _ tally: VersionBook.Tally) -> Bool {
        let version = root.version
        guard tally.unsound == 0, tally.labels == version.labelCount, changesAgree(version, tally) else { return false }
        guard let stored = version.rootHash else { return true }
        return !schemas.versionHashes(stored, version).contains { $0 == version.versionHash }
    }

    // MARK: - Rows

    private func judgeSuspects(_ roots: [Int: Root], into result: inout DatasetVerifier.Result) {
        for (place, suspect) in pass.suspects.enumerated() {
            let end = suspect.row.validTo ?? .max
            // Of the versions that it stands in, those that tell.
            let its = roots.keys.sorted().filter { suspect.row.validFrom <= $0 && $0 < end }
                .compactMap { version in pass.resolved[version].map { (version, $0) } }
            let asStored = its.first { !$0.1.mended.contains(place) }?.0
            let asMended = its.first { $0.1.mended.contains(place) }?.0
            let message: String
            let hint: String
            var isRepairable = false
            if let version = asStored {
                message = "its text was damaged: the root hash of version \(version) confirms the stored hash"
                hint = RowCheck.restore
            } else if let version = asMended {
                message = "its stored hash was damaged: the root hash of version \(version) confirms the text"
                hint = DatasetVerifier.repair
                isRepairable = true
                result.repairs.append(.rowHash(suspect.row, computed: suspect.computed))
            } else {
                message = "its text and its hash do not belong together, and no root hash confirms either"
                hint = RowCheck.restore
            }
            var finding = VerificationFinding(of: suspect.row, .rowHash, key: suspect.key, message: message, hint: hint)
            finding.stored = "\(suspect.row.rowHash)"
            finding.computed = "\(suspect.computed)"
            finding.isRepairable = isRepairable
            result.report.add(finding)
        }
        if pass.hasTooManySuspects {
            result.report.notChecked.append(
                "more than \(DatasetVerifier.mostSuspects) rows whose text and hash do not belong together")
        }
    }

    // MARK: - Hashes of versions

    private func add(
        _ root: Root, _ computed: SHA256Digest, _ unsound: inout Set<Int>, into result: inout DatasetVerifier.Result
    ) {
        unsound.insert(root.version.version)
        let isConfirmed = root.confirmed != nil
        result.report.add(
            VerificationFinding(
                kind: .rootHash, fromVersion: root.version.version, toVersion: root.version.version + 1,
                stored: root.version.rootHash?.hex, computed: computed.hex,
                message: isConfirmed
                    ? "its stored root hash was damaged: the version hash confirms the labels"
                    : "its stored root hash was damaged: it contradicts the version hash, and every label is there and sound",
                hint: DatasetVerifier.repair, isRepairable: true))
        result.repairs.append(.rootHash(version: root.version.version, computed: computed))
    }

    private func judgeVersionHash(
        _ version: StoredVersion, _ root: SHA256Digest, _ unsound: inout Set<Int>,
        into result: inout DatasetVerifier.Result
    ) {
        guard let hashes = schemas.hashes[version.schemaID] else {
            unsound.insert(version.version)
            result.report.add(
                VerificationFinding(
                    kind: .schemaDocument, fromVersion: version.version, toVersion: version.version + 1,
                    message: "its schema is not there", hint: "Restore its row in sheaf_schemas from a backup."))
            return
        }
        let computed = schemas.versionHashes(root, version)
        if computed.contains(where: { $0 == version.versionHash }) { return }
        unsound.insert(version.version)
        let isRepairable = hashes.stored == hashes.computed
        result.report.add(
            VerificationFinding(
                kind: .versionHash, fromVersion: version.version, toVersion: version.version + 1,
                stored: version.versionHash?.hex, computed: computed.first?.hex,
                message: isRepairable
                    ? "its stored version hash was damaged: root hash and schema are confirmed"
                    : "its version hash is neither that of the schema's document nor that of the schema's hash",
                hint: isRepairable ? DatasetVerifier.repair : "Restore its row in sheaf_versions from a backup.",
                isRepairable: isRepairable))
        if isRepairable, let computed = computed.first {
            result.repairs.append(.versionHash(version: version.version, computed: computed))
        }
    }

    private func judgeSchemas(
        _ roots: [Root], _ unsound: inout Set<Int>, into result: inout DatasetVerifier.Result
    ) {
        for (id, hashes) in schemas.hashes.sorted(by: { $0.key < $1.key }) {
            let its = book.published.filter { $0.schemaID == id }.map(\.version)
            guard hashes.stored != hashes.computed, let first = its.first, let last = its.last else { continue }
            unsound.formUnion(its)
            let isHash = roots.contains { root in
                guard root.version.schemaID == id, let confirmed = root.confirmed else { return false }
                return root.version.versionHash
                    == VersionFormat.versionHash(schemaHash: hashes.computed, rootHash: confirmed)
            }
            result.report.add(
                VerificationFinding(
                    kind: .schemaDocument, fromVersion: first, toVersion: last + 1, stored: hashes.stored.hex,
                    computed: hashes.computed.hex,
                    message: isHash
                        ? "the stored hash of its schema was damaged: a version hash confirms the document"
                        : "the document of its schema is not what its hash says",
                    hint: isHash
                        ? DatasetVerifier.repair : "Restore schema \(id) in sheaf_schemas from a backup.",
                    isRepairable: isHash))
            if isHash { result.repairs.append(.schemaHash(schemaID: id, computed: hashes.computed)) }
            result.report.notChecked.append(
                "labels that came with schema \(id), against that schema: its document cannot be relied on")
        }
        for id in schemas.unreadable {
            result.report.notChecked.append(
                "labels that came with schema \(id), against that schema: this release cannot read it")
        }
    }

    // MARK: - Counts

    private func judgeLabelCount(
        _ version: StoredVersion, _ tally: VersionBook.Tally, _ unsound: inout Set<Int>,
        into result: inout DatasetVerifier.Result
    ) {
        guard tally.labels != version.labelCount else { return }
        unsound.insert(version.version)
        result.report.add(
            VerificationFinding(
                kind: .labelCount, fromVersion: version.version, toVersion: version.version + 1,
                stored: "\(version.labelCount)", computed: "\(tally.labels)",
                message: "it is said to have \(version.labelCount) labels and has \(tally.labels), "
                    + "which its root hash confirms",
                hint: DatasetVerifier.repair, isRepairable: true))
        result.repairs.append(.labelCount(version: version.version, computed: tally.labels))
    }

    private func changes(_ version: StoredVersion, _ tally: VersionBook.Tally) -> ChangeCounts {
        pass.changes ?? tally.changes
    }

    /// Whether the version before is there to be compared with.
    private func hasParent(_ version: StoredVersion) -> Bool {
        version.version == 1
            || book.published.contains { $0.version == version.version - 1 && !gone.contains($0.version) }
    }

    private func changesAgree(_ version: StoredVersion, _ tally: VersionBook.Tally) -> Bool {
        let found = changes(version, tally)
        // Of a version whose predecessor was pruned, it cannot be told any more what was new and what only changed.
        guard hasParent(version) else {
            return found.inserted + found.updated == version.inserted + version.updated
        }
        return found
            == ChangeCounts(inserted: version.inserted, updated: version.updated, deleted: version.deleted)
    }

    private func judgeChanges(
        _ root: Root, _ roots: [Int: Root], _ unsound: inout Set<Int>, into result: inout DatasetVerifier.Result
    ) {
        let version = root.version
        let tally = book.tallies[version.version] ?? VersionBook.Tally()
        guard !changesAgree(version, tally) else { return }
        unsound.insert(version.version)
        let found = changes(version, tally)
        let isParentConfirmed = version.version == 1 || roots[version.version - 1]?.confirmed != nil
        let isRepairable = root.confirmed != nil && isParentConfirmed && hasParent(version)
        let hint: String
        if isRepairable {
            hint = DatasetVerifier.repair
        } else if root.confirmed != nil, hasParent(version) {
            hint = "`sheaf verify --all-versions` tells which of the two was damaged."
        } else {
            hint = "Its rows or its counts were changed by hand. Restore them from a backup."
        }
        result.report.add(
            VerificationFinding(
                kind: .changeCounts, fromVersion: version.version, toVersion: version.version + 1,
                stored: "+\(version.inserted) ~\(version.updated) -\(version.deleted)",
                computed: "+\(found.inserted) ~\(found.updated) -\(found.deleted)",
                message: "its rows say that it changed something else than it is said to have changed",
                hint: hint, isRepairable: isRepairable))
        if isRepairable { result.repairs.append(.changeCounts(version: version.version, computed: found)) }
    }

    // MARK: - Versions that nothing confirms

    /// Versions one after the other that differ in the same way are told as one.
    private func tell(
        _ strange: [(root: Root, difference: Int)], into report: inout VerificationReport
    ) {
        var rest = strange[...]
        while let first = rest.first {
            var last = first
            rest = rest.dropFirst()
            while let next = rest.first, next.difference == first.difference,
                book.published.first(where: { $0.version > last.root.version.version })?.version
                    == next.root.version.version
            {
                last = next
                rest = rest.dropFirst()
            }
            let message: String
            switch first.difference {
            case ..<0: message = "\(-first.difference) of the labels published are missing"
            case 1...: message = "\(first.difference) labels stand there that were not published"
            default: message = "the labels are not those that were published, though they are as many"
            }
            report.add(
                VerificationFinding(
                    kind: .rootHash, fromVersion: first.root.version.version,
                    toVersion: last.root.version.version + 1, stored: first.root.version.rootHash?.hex,
                    computed: first.root.computed.hex, message: message,
                    hint: "The stored hashes are left as they are: they are what was published. "
                        + "Restore the labels from a backup."))
        }
    }
}
