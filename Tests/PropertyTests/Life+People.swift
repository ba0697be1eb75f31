import LabelStore
import MySQL
import Sync

/// What people decide between runs.
extension Life {
    func retire(_ place: Int, deletes: Bool) async throws {
        guard let id = ids[place], naive.sheets[id] == .orphaned else { return }
        let record = try await bench.store.dataset(dataset)
        try await bench.store.withLease(leaseName, owner: "person") {
            try await bench.store.retire(sheet: id, of: record, deletes: deletes, actor: "person", why: nil, lease: $0)
        }
        naive.retire(id, deletes: deletes)
        ids[place] = nil
    }

    func approve(pastBlock: Bool) async throws {
        guard let hold = naive.holds.last(where: { $0.state == .open || ($0.state == .approved && !$0.hasRunOut) })
        else { return }
        try await bench.store.withLease(leaseName, owner: "person") {
            try await bench.store.approve(
                hold.id, actor: "person", why: nil, pastBlock: pastBlock, hours: 1, lease: $0)
        }
        naive.approve(hold.id, pastBlock: pastBlock)
    }

    func approveWaiting() async throws {
        let waiting = naive.waitingDeletes
        if waiting.isEmpty { return }
        let record = try await bench.store.dataset(dataset)
        let approved = try await bench.store.withLease(leaseName, owner: "person") {
            try await bench.store.approveWaitingDeletes(of: record, actor: "person", why: nil, hours: 1, lease: $0)
        }
        if approved.deletes != waiting.count {
            throw Mismatch("\(approved.deletes) deletes approved of \(waiting.count)")
        }
        naive.approveWaiting(approved.hold)
    }

    func expire() async throws {
        naive.expire()
        guard let record = try await bench.store.findDataset(dataset) else { return }
        try await bench.probe.execute(
            "UPDATE sheaf_holds SET expires_at = '1970-01-01 00:00:01' WHERE dataset_id = ? AND state = 'approved'",
            [.uint(UInt64(record.id))])
    }

    func approveReverted() async throws {
        if naive.reverted.isEmpty { return }
        let record = try await bench.store.dataset(dataset)
        let count = try await bench.store.withLease(leaseName, owner: "person") {
            try await bench.store.approveReverted(of: record, keys: nil, actor: "person", why: nil, lease: $0)
        }
        if count != naive.reverted.count { throw Mismatch("\(count) keys approved of \(naive.reverted.count)") }
        naive.approveReverted()
    }

    /// A name for a version never moves by itself.
    func tag(_ name: Int, back: Int, moves: Bool) async throws {
        if naive.versions.isEmpty { return }
        let version = max(1, naive.versions.count - back)
        let name = "name-\(name)"
        let record = try await bench.store.dataset(dataset)
        let isTaken = naive.tags[name].map { $0 != version } ?? false
        do {
            _ = try await bench.store.withLease(leaseName, owner: "person") {
                try await bench.store.setTag(
                    name, to: version, of: record, moves: moves, actor: "person", why: nil, lease: $0)
            }
            if isTaken, !moves { throw Mismatch("tag \(name) moves by itself") }
            naive.tags[name] = version
        } catch let error as StoreError where error.code == .tagExists {
            if !isTaken || moves { throw Mismatch("tag \(name) cannot be set: \(error)") }
        }
    }
}
