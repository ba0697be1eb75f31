import Digest
import LabelDiff
import LabelSchema
import LabelStore

@testable import Sync

extension Life {
    // MARK: - Versions

    /// Every version is what it was, and the newest one is what it must be.
    func checkVersions(_ record: DatasetRecord, _ state: Probe.State) async throws {
        if record.currentVersion != naive.versions.count {
            throw Mismatch("version \(record.currentVersion) is the current one, not \(naive.versions.count)")
        }
        if state.events != naive.versions.count {
            throw Mismatch("\(state.events) events announce \(naive.versions.count) versions")
        }
        try await checkArchive(record)
        if archive.count == naive.versions.count { return }
        guard archive.count == naive.versions.count - 1, let must = naive.versions.last else {
            throw Mismatch("a version was never looked at")
        }
        let version = try await bench.probe.version(record.currentVersion, of: record)
        try checkLabels(version, must)
        try await checkHashes(version, must, record)
        try await checkChanges(version, record)
        archive.append(version)
    }

    /// No published version ever changes.
    func checkArchive(_ record: DatasetRecord) async throws {
        for (index, version) in archive.enumerated()
        where try await bench.probe.version(index + 1, of: record) != version {
            throw Mismatch("version \(index + 1) is not what it was")
        }
    }

    private func checkLabels(_ version: Probe.Version, _ must: Naive.Version) throws {
        var found: [Int: [UInt8]] = [:]
        for (key, label) in zip(version.keys, version.labels) {
            guard let key = Probe.keys[key] else { throw Mismatch("a key that nobody typed") }
            found[key] = label
        }
        if found != must.labels.mapValues(\.text) {
            let told = found.mapValues { String(decoding: $0, as: UTF8.self) }.sorted { $0.key < $1.key }
            let wanted = must.labels.mapValues { String(decoding: $0.text, as: UTF8.self) }.sorted { $0.key < $1.key }
            throw Mismatch("labels are \(told), and must be \(wanted)")
        }
        if version.keys != version.keys.sorted() || Set(version.keys).count != version.keys.count {
            throw Mismatch("labels are not read in the order of their keys")
        }
        let schema = try bench.schema(must.form)
        for label in version.labels where !schema.check(canonicalLabel: label).isEmpty {
            throw Mismatch("\(String(decoding: label, as: UTF8.self)) does not satisfy the schema of its version")
        }
    }

    private func checkHashes(_ version: Probe.Version, _ must: Naive.Version, _ dataset: DatasetRecord) async throws {
        let record = version.record
        let pairs = must.labels.map { Probe.keyHashes[$0.key] + Probe.hash16($0.value.text) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let root = Probe.sha256(pairs.flatMap { $0 })
        let document = try await bench.store.schemaDocument(record.schemaID)
        let whole = Probe.sha256(Array("sheaf-version-1\n".utf8) + Probe.sha256(document) + root)
        if record.rootHash.bytes != root || record.versionHash.bytes != whole { throw Mismatch("other hashes") }
        if document != (try bench.schema(must.form).document) { throw Mismatch("the version has another schema") }
        let told = [record.parent, record.labelCount, record.inserted, record.updated, record.deleted]
        let wanted = [record.version - 1, must.labels.count, must.inserted, must.updated, must.deleted]
        if told != wanted { throw Mismatch("parent, labels and changes are \(told), and must be \(wanted)") }
    }

    /// What the store says has changed leads from the version before to this one, and names no key in vain.
    private func checkChanges(_ version: Probe.Version, _ record: DatasetRecord) async throws {
        let number = version.record.version
        let keys = try await bench.store.keysChanged(in: record, from: number - 1, to: number)
        let now = Dictionary(uniqueKeysWithValues: zip(version.keys, version.labels))
        let before =
            archive.last.map { Dictionary(uniqueKeysWithValues: zip($0.keys, $0.labels)) } ?? [:]
        let differing = Set(now.keys).union(before.keys).filter { now[$0] != before[$0] }
        if Set(keys) != differing { throw Mismatch("version \(number) is said to change other keys than it does") }
    }

    /// Any version equals its change sets, replayed from nothing.
    func lookBack() async throws {
        guard let record = try await bench.store.findDataset(dataset), record.currentVersion > 0 else { return }
        try await checkArchive(record)
        var replayed: [KeyHash: [UInt8]] = [:]
        for (index, version) in archive.enumerated() {
            let number = index + 1
            let keys = try await bench.store.keysChanged(in: record, from: index, to: number)
            let labels = try await bench.store.labels(of: record, version: number, keys: keys)
            var counts = [0, 0, 0]
            for key in keys {
                counts[replayed[key] == nil ? 0 : labels[key] == nil ? 2 : 1] += 1
                replayed[key] = labels[key]
            }
            if replayed != Dictionary(uniqueKeysWithValues: zip(version.keys, version.labels)) {
                throw Mismatch("replaying change sets up to version \(number) gives something else")
            }
            if counts != [version.record.inserted, version.record.updated, version.record.deleted] {
                throw Mismatch("the change set of version \(number) counts \(counts)")
            }
            try await checkPages(version, record)
        }
        try await checkDiffs(record)
        let tags = try await bench.store.tags(of: record)
        if Dictionary(uniqueKeysWithValues: tags.map { ($0.name, $0.version) }) != naive.tags {
            throw Mismatch("tags are \(tags), and must be \(naive.tags)")
        }
    }

    /// A version read in small pages is the version.
    private func checkPages(_ version: Probe.Version, _ record: DatasetRecord) async throws {
        var keys: [KeyHash] = []
        var next: KeyHash?
        repeat {
            let page = try await bench.store.page(
                of: record, version: version.record.version, after: next, limit: 2)
            keys += page.keys
            next = page.next
        } while next != nil
        if keys != version.keys { throw Mismatch("version \(version.record.version) in pages is another one") }
    }

    /// What is told of the way from one version to another is what differs between them.
    private func checkDiffs(_ record: DatasetRecord) async throws {
        let schema = try bench.schema(naive.form ?? .base)
        let lineage = try await SchemaLineage.load(of: record, from: bench.store)
        let diff = VersionDiff(store: bench.store, dataset: record, schema: schema, lineage: lineage)
        for from in [0, archive.count / 2, archive.count - 1] where from >= 0 && from < archive.count {
            var told: [String: SyncReport.Change.Kind] = [:]
            try await diff.changes(from: from, to: archive.count) {
                for change in $0 { told[change.key] = change.kind }
            }
            let old = from == 0 ? [:] : naive.versions[from - 1].labels
            let new = naive.versions[archive.count - 1].labels
            for key in SheetRow.keys.indices {
                let name = String(decoding: Naive.keyText(key), as: UTF8.self)
                let must: SyncReport.Change.Kind?
                switch (old[key], new[key]) {
                case (nil, nil): must = nil
                case (nil, _): must = .insert
                case (_, nil): must = .delete
                case (let before?, let after?):
                    // Another name of a field is no change, and a field that is gone takes its value along.
                    must = before.kind == after.kind && before.name == after.name ? nil : .update
                }
                if told[name] != must {
                    throw Mismatch(
                        "from version \(from) to \(archive.count), key \(key) is \(String(describing: told[name]))")
                }
            }
        }
    }

    // MARK: - Bookkeeping

    /// What stands open, what is held, and what is still to be read.
    func checkBookkeeping(_ state: Probe.State) throws {
        try checkProblems(state)
        try checkHolds(state)
        for key in naive.labels.keys where state.homes[Probe.keyHash(Probe.keyHashes[key])] != naive.homes[key] {
            throw Mismatch("the store has lost where key \(key) is at home")
        }
        for sheet in state.sheets {
            guard let must = naive.sheets[sheet.id] else { throw Mismatch("a sheet that nobody configured") }
            if sheet.state != must.rawValue { throw Mismatch("\(sheet.location) is \(sheet.state), not \(must)") }
            if must == .active, naive.owed.contains(sheet.id), !sheet.isDirty {
                throw Mismatch("\(sheet.location) is forgotten: something waits there, and no mark says so")
            }
        }
    }

    private func checkProblems(_ state: Probe.State) throws {
        for key in SheetRow.keys.indices {
            let open = state.open[Probe.keyHash(Probe.keyHashes[key])] ?? OpenExceptions()
            let found = open.problems.map { "\($0.kind.rawValue) in \($0.sheetID)" }.sorted()
            let must = naive.problemRows[key, default: []].map { problem in
                let kind = problem.kind == .waiting ? "delete_waiting" : problem.kind.rawValue
                return "\(kind) in \(problem.sheet)"
            }.sorted()
            if found != must { throw Mismatch("of key \(key) there stand open \(found), and must \(must)") }
            let reverted = naive.reverted[key]
            let isEqual: Bool
            switch (open.reverted?.state, reverted?.state) {
            case (nil, _): isEqual = reverted == nil
            case (.noValue?, let value): isEqual = reverted != nil && value == nil
            case (.value(let hash)?, let value): isEqual = value.map { Probe.hash16($0) == hash.bytes } ?? false
            }
            if !isEqual || open.reverted?.sheetID != reverted?.sheet {
                throw Mismatch(
                    "key \(key) is reverted from \(String(describing: open.reverted)), and must be from \(String(describing: reverted))"
                )
            }
        }
        let known = Set(Probe.keys.keys)
        if state.open.keys.contains(where: { !known.contains($0) }) { throw Mismatch("a problem of an unknown key") }
        let found = Dictionary(grouping: state.unreadable, by: \.sheetID).mapValues(\.count)
        let must = naive.unreadable.mapValues(\.count).filter { $0.value > 0 }
        if found != must { throw Mismatch("rows with an unreadable key by sheet: \(found), and must be \(must)") }
    }

    private func checkHolds(_ state: Probe.State) throws {
        let found = Dictionary(uniqueKeysWithValues: state.holds.map { ($0.id, $0) })
        let must = naive.holds.filter { $0.state == .open || $0.state == .approved }
        for hold in must {
            if found[hold.id]?.state != hold.state.rawValue, !hold.hasRunOut {
                throw Mismatch("hold \(hold.id) is \(found[hold.id]?.state ?? "gone"), and must be \(hold.state)")
            }
            guard let entries = found[hold.id]?.entries else { continue }
            let told = Set(entries.map(Self.columns))
            let wanted = Set(hold.entries.map(Self.columns))
            if told != wanted { throw Mismatch("hold \(hold.id) shows other entries than \(hold.entries)") }
            let used = Set(entries.filter(\.isUsed).map(Self.columns))
            if used != Set(hold.used.map(Self.columns)), !hold.hasRunOut {
                let told = entries.filter(\.isUsed).map { "\($0.action) \(Probe.keys[Probe.keyHash($0.key)] ?? -1)" }
                throw Mismatch("of hold \(hold.id), \(told) are used up, and must be \(hold.used) of \(hold.entries)")
            }
        }
        let extra = Set(found.keys).subtracting(must.map(\.id))
        if !extra.isEmpty { throw Mismatch("holds \(extra) stand, and must not") }
    }

    private static func columns(_ row: Probe.HoldRow) -> [[UInt8]] {
        // A rejection goes without what was seen, and a row without a readable key goes without what stands in for it.
        let key = Probe.keys[Probe.keyHash(row.key)] == nil ? [] : row.key
        return [Array(row.action.utf8), key, row.before ?? [], row.action == "reject" ? [] : row.after ?? []]
    }

    /// An entry as the store has it.
    private static func columns(_ entry: Naive.Entry) -> [[UInt8]] {
        switch entry {
        case .insert(let key, let after): [Array("insert".utf8), Probe.keyHashes[key], [], Probe.hash16(after)]
        case .update(let key, let before, let after):
            [Array("update".utf8), Probe.keyHashes[key], Probe.hash16(before), Probe.hash16(after)]
        case .delete(let key, let before): [Array("delete".utf8), Probe.keyHashes[key], Probe.hash16(before), []]
        case .reject(let key, _): [Array("reject".utf8), Probe.keyHashes[key], [], []]
        case .rejectUnreadable: [Array("reject".utf8), [], [], []]
        }
    }
}
