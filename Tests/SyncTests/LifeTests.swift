import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import SheetSource
import SheetsEmulator
import TestRandom
import TestSupport
import Testing

@testable import Sync

/// Whatever happens to a dataset, no label is lost without proof, none is published that nobody typed, and once everything
/// is calm the labels are what the sheets say.
@Suite struct LifeTests {
    /// More lives than by default: `SHEAF_TEST_LIVES`, from `SHEAF_TEST_FIRST_LIFE` on.
    static var seeds: [UInt64] {
        let from = UInt64(ProcessInfo.processInfo.environment["SHEAF_TEST_FIRST_LIFE"] ?? "1") ?? 1
        let count = UInt64(ProcessInfo.processInfo.environment["SHEAF_TEST_LIVES"] ?? "20") ?? 20
        return Array(from..<(from + count))
    }

    @Test(arguments: LifeTests.seeds)
    func aLifeEndsWithWhatTheSheetsSay(_ seed: UInt64) async throws {
        let all = [
            "unreadable", "share", "rename", "config", "anew", "time", "token", "faults", "moving", "guards", "cancel",
            "schema", "csv",
        ]
        var chooser = SeededRandom(seed: seed &* 7919)
        let options = Set(all.filter { _ in chooser.once(in: 2) })
        try await GoogleBench.with([:]) { bench in
            let world = DatasetLife(bench, seed: seed, options: options)
            world.setUp()
            _ = try await world.sync()
            var failures: [String] = []
            for step in 1...14 {
                for _ in 0..<world.random.number(in: 0..<4) { world.edit() }
                if world.random.once(in: 3) { try await world.bigEvent() }
                if options.contains("faults"), world.random.once(in: 3) { world.fault() }
                if options.contains("moving"), world.random.once(in: 3) { world.movingFault() }
                let before = try await world.labels()
                let truth = world.truth()
                let guards: Guards =
                    options.contains("guards") && world.random.once(in: 2)
                    ? Guards(
                        maxInserted: 0, maxChanged: 0, maxDeleted: 0, maxRejected: 0,
                        floor: world.random.number(in: 0..<3))
                    : .none
                let cancelAt =
                    options.contains("cancel") && world.random.once(in: 3) ? world.random.number(in: 1..<12) : nil
                let full = world.random.once(in: 8)
                let cool: Duration = world.random.once(in: 3) ? .seconds(300) : .zero
                let report = try await world.sync(full: full, guards: guards, coolDown: cool, cancelAt: cancelAt)
                world.log.append(
                    "-- \(step) sync full \(full) \(report.map { "\($0.outcome) hold \($0.holdID ?? 0) +\($0.counts.inserted) ~\($0.counts.updated) -\($0.counts.deleted) w\($0.counts.waitingDeletes) \($0.sheets.map { $0.failure?.code ?? ($0.wasRead ? "r" : "s") })" } ?? "nil")"
                )
                bench.emulator.clearFaults()
                let after = try await world.labels()
                let truthAfter = world.truth()
                for (key, _) in before where after[key] == nil && !options.contains("schema") && !world.pastBlock {
                    if truth[key] != nil, truthAfter[key] != nil {
                        failures.append(
                            "step \(step): \(key) deleted though a row stands: \(truth[key] ?? []) \(truthAfter[key] ?? [])"
                        )
                    }
                }
                for (key, value) in after where world.ever[key]?.contains(value) != true {
                    failures.append("step \(step): \(key) has \(value), never typed")
                }
                if report?.outcome == .held, world.random.once(in: 2), let hold = report?.holdID {
                    world.log.append("approve \(hold)")
                    try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") {
                        try await bench.store.approve(
                            hold, actor: "t", why: nil, pastBlock: false, hours: 24, lease: $0)
                    }
                }
                if report != nil, !options.contains("cancel"), world.random.once(in: 6), options.contains("guards") {
                    let record = try await bench.record()
                    let hasWaiting = try await bench.store.openExceptions(of: record).byKey.values.contains {
                        $0.problems.contains { $0.kind == .deleteWaiting }
                    }
                    if hasWaiting {
                        world.log.append("approve waiting")
                        world.pastBlock = true
                        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") {
                            _ = try await bench.store.approveWaitingDeletes(
                                of: record, actor: "t", why: nil, hours: 24, lease: $0)
                        }
                    }
                }
            }
            // Everything comes to rest.
            world.schema = Workbench.schemaText
            bench.emulator.clearFaults()
            bench.emulator.noticeDelay = .zero
            for (file, isShared) in world.shared where !isShared { try bench.emulator.share(file, with: bench.email) }
            for index in world.tabs.indices {
                while let at = world.rows(index).firstIndex(where: { $0.first == "x" }) {
                    try bench.emulator.deleteRows(
                        world.tabs[index].file, tab: world.tabs[index].title, (at + 2)...(at + 2))
                }
            }
            world.log.append("== calm")
            let last = try await world.labels()
            _ = try await world.sync(calm: true)
            try await world.retireSome()
            let settled = try await world.sync(calm: true)
            world.log.append(
                "settled \(settled.map { "\($0.outcome) +\($0.counts.inserted) ~\($0.counts.updated) -\($0.counts.deleted) w\($0.counts.waitingDeletes) \($0.sheets.map { $0.failure?.code ?? ($0.wasRead ? "r" : "s") })" } ?? "nil")"
            )
            let labels = try await world.labels()
            let truth = world.truth()
            for key in Set(labels.keys).union(truth.keys) {
                let rows = truth[key] ?? []
                let value = labels[key]
                if rows.count == 1, rows[0] != "?" {
                    if value != rows[0] { failures.append("end: \(key) is \(value ?? "nil"), sheets say \(rows)") }
                } else if !rows.isEmpty {
                    if value != last[key],
                        !(options.contains("anew") || options.contains("config") || options.contains("schema"))
                    {
                        failures.append("end: \(key) is \(value ?? "nil"), was \(last[key] ?? "nil"), rows \(rows)")
                    }
                } else if value != nil, !world.mayStay.contains(key) {
                    failures.append("end: \(key) is \(value ?? ""), no row")
                }
            }
            let open = try await bench.store.openExceptions(of: bench.record())
            let dirty = try await bench.store.sheets(of: try await bench.record()).filter {
                $0.isDirty && $0.state == .active
            }.map(\.location)
            if !dirty.isEmpty { failures.append("dirty after settling: \(dirty)") }
            let full = try await world.sync(full: true)
            if full?.outcome != .unchanged {
                failures.append(
                    "full: \(full?.outcome.rawValue ?? "") +\(full?.counts.inserted ?? 0) ~\(full?.counts.updated ?? 0) -\(full?.counts.deleted ?? 0)"
                )
            }
            let again = try await bench.store.openExceptions(of: bench.record())
            if again.byKey != open.byKey { failures.append("full: exceptions differ \(open.byKey) \(again.byKey)") }
            if open.unreadable.map({ "\($0)" }).sorted() != again.unreadable.map({ "\($0)" }).sorted() {
                failures.append("unreadable differ")
            }
            if again.byKey.values.contains(where: { $0.problems.contains { $0.kind == .deleteWaiting } }) {
                failures.append("deletes still wait")
            }
            let calls = try await bench.calls { _ = try await world.sync() }
            if calls.values.reduce(0, +) != 1 { failures.append("calm sync costs \(calls)") }
            if !failures.isEmpty {
                Issue.record("seed \(seed) \(options.sorted()): \(failures.joined(separator: "; "))")
                try world.log.joined(separator: "\n").write(
                    toFile: FileManager.default.temporaryDirectory.path() + "/sheaf-life-\(seed).log", atomically: true,
                    encoding: .utf8)
            }
        }
    }
}
