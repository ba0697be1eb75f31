import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import SheetSource
import SheetsEmulator
import TestRandom
import Testing

@testable import Sync

/// One random life of a dataset over tabs of several spreadsheets.
@Suite struct AttackSimulation {
    final class World {
        struct Tab {
            let file: String
            let configuredTitle: String
            var title: String
            var configured = true
            /// The tab that was configured is gone, another has its title.
            var anew = false
        }

        let bench: GoogleBench
        var random: SeededRandom
        var tabs: [Tab] = []
        var shared: [String: Bool] = [:]
        var ever: [Int: Set<String>] = [:]
        var mayStay: Set<Int> = []
        var log: [String] = []
        let options: Set<String>
        var renames = 0

        init(_ bench: GoogleBench, seed: UInt64, options: Set<String>) {
            self.bench = bench
            random = SeededRandom(seed: seed)
            self.options = options
        }

        func setUp() {
            for file in ["f0", "f1", "f2"] {
                bench.emulator.addSpreadsheet(
                    id: file, title: file, sharedWith: [bench.email],
                    tabs: [("t0", [GoogleBench.header]), ("t1", [GoogleBench.header])])
                for title in ["t0", "t1"] { tabs.append(Tab(file: file, configuredTitle: title, title: title)) }
                shared[file] = true
            }
        }

        func rows(_ index: Int) -> [[String]] {
            let tab = tabs[index]
            return Array(((try? bench.emulator.rows(tab.file, tab: tab.title)) ?? []).dropFirst())
        }

        /// Filled rows of each key in the configured tabs: kinds.
        func truth() -> [Int: [String]] {
            var found: [Int: [String]] = [:]
            for index in tabs.indices where tabs[index].configured {
                for row in rows(index) where row.count > 0 {
                    guard let id = Int(row[0]) else { continue }
                    let kind = row.count > 2 ? row[2] : ""
                    if !kind.isEmpty { found[id, default: []].append(kind) }
                }
            }
            return found
        }

        func newRow() -> [String] {
            let id = 1 + random.number(in: 0..<14)
            let kind = ["主食", "主菜", "副菜", "主食", "?", ""][random.number(in: 0..<6)]
            return ["\(id)", "n", kind]
        }

        func note(_ row: [String]) {
            if let id = Int(row[0]), row.count > 2 { ever[id, default: []].insert(row[2]) }
        }

        func edit() {
            let index = random.number(in: 0..<tabs.count)
            let tab = tabs[index]
            let here = rows(index)
            let e = bench.emulator
            switch random.number(in: 0..<12) {
            case 0, 1, 2:
                let row = newRow()
                note(row)
                log.append("append \(tab.file)/\(tab.title) \(row)")
                try? e.append(tab.file, tab: tab.title, [row])
            case 3 where !here.isEmpty:
                let at = random.number(in: 0..<here.count)
                let kind = ["", "?", "主食", "主菜"][random.number(in: 0..<4)]
                if here[at].count > 0 { note([here[at][0], "n", kind]) }
                log.append("type \(tab.file)/\(tab.title) row \(at + 2) \(kind)")
                try? e.type(tab.file, "'\(tab.title)'!C\(at + 2)", [[kind]])
            case 4 where !here.isEmpty:
                let at = random.number(in: 0..<here.count)
                log.append("delete \(tab.file)/\(tab.title) row \(at + 2) \(here[at])")
                try? e.deleteRows(tab.file, tab: tab.title, (at + 2)...(at + 2))
            case 5, 6, 7:
                guard !here.isEmpty else { return }
                let at = random.number(in: 0..<here.count)
                let other = tabs[random.number(in: 0..<tabs.count)]
                let remove = random.number(in: 0..<4) > 0
                log.append(
                    "\(remove ? "move" : "copy") \(tab.file)/\(tab.title) \(here[at]) to \(other.file)/\(other.title)")
                if remove { try? e.deleteRows(tab.file, tab: tab.title, (at + 2)...(at + 2)) }
                try? e.append(other.file, tab: other.title, [here[at]])
            case 8:
                log.append("sort \(tab.file)")
                if here.count > 1 { try? e.moveRows(tab.file, tab: tab.title, 2...2, before: here.count + 2) }
            case 9 where options.contains("unreadable"):
                log.append("unreadable \(tab.file)/\(tab.title)")
                try? e.append(tab.file, tab: tab.title, [["x", "n", "主食"]])
            case 10:
                log.append("touch \(tab.file)")
                try? e.touch(tab.file)
            case 11 where options.contains("unreadable"):
                if let at = here.firstIndex(where: { $0.first == "x" }) {
                    log.append("readable \(tab.file)/\(tab.title)")
                    try? e.deleteRows(tab.file, tab: tab.title, (at + 2)...(at + 2))
                }
            default: break
            }
        }

        func bigEvent() async throws {
            let e = bench.emulator
            switch random.number(in: 0..<8) {
            case 0 where options.contains("share"):
                let file = "f\(random.number(in: 0..<3))"
                let now = !(shared[file] ?? true)
                shared[file] = now
                log.append("\(now ? "share" : "unshare") \(file)")
                if now { try e.share(file, with: bench.email) } else { try e.unshare(file, with: bench.email) }
            case 1 where options.contains("rename"):
                let index = random.number(in: 0..<tabs.count)
                guard !tabs[index].anew else { return }
                renames += 1
                let title = "r\(renames)"
                log.append("rename \(tabs[index].file)/\(tabs[index].title) to \(title)")
                try e.renameTab(tabs[index].file, tabs[index].title, to: title)
                tabs[index].title = title
            case 2 where options.contains("config"):
                let index = random.number(in: 0..<tabs.count)
                tabs[index].configured.toggle()
                if !tabs.contains(where: \.configured) { tabs[index].configured = true }
                log.append("configure \(index) \(tabs[index].configured)")
                for row in rows(index) { if let id = Int(row.first ?? "") { mayStay.insert(id) } }
            case 3 where options.contains("anew"):
                let index = random.number(in: 0..<tabs.count)
                guard !tabs[index].anew, tabs[index].title == tabs[index].configuredTitle else { return }
                let tab = tabs[index]
                let here = rows(index)
                log.append("anew \(tab.file)/\(tab.title)")
                for row in here { if let id = Int(row.first ?? "") { mayStay.insert(id) } }
                try e.addTab(tab.file, title: "copy", rows: [GoogleBench.header] + here.dropLast())
                try e.deleteTab(tab.file, tab.title)
                try e.renameTab(tab.file, "copy", to: tab.title)
                tabs[index].anew = true
            case 4 where options.contains("config") || options.contains("anew"):
                try await retireSome()
            case 5:
                bench.emulator.noticeDelay = random.once(in: 2) ? .zero : .seconds(3_600)
                log.append("delay \(bench.emulator.noticeDelay)")
            case 6 where options.contains("time"):
                log.append("wait")
                try await bench.wait([200, 400, 90_000][random.number(in: 0..<3)])
            case 7 where options.contains("token"):
                log.append("token lost")
                try await bench.execute("UPDATE sheaf_feeds SET page_token = 'nonsense'")
            default: break
            }
        }

        func retireSome() async throws {
            guard let record = try await bench.store.findDataset(Workbench.dataset) else { return }
            for sheet in try await bench.store.sheets(of: record)
            where sheet.state == .orphaned || (sheet.state == .active && sheet.failure == "tab-made-anew") {
                let deletes = random.once(in: 2)
                log.append("retire \(sheet.location) deletes \(deletes)")
                try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") {
                    try await bench.store.retire(
                        sheet: sheet.id, of: record, deletes: deletes, actor: "t", why: nil, lease: $0)
                }
                for index in tabs.indices
                where sheet.location == "google:\(tabs[index].file)/\(tabs[index].configuredTitle)" {
                    tabs[index].anew = false
                }
            }
        }

        func fault() {
            let kinds: [EmulatorFault.Kind] = [
                .status(503), .status(429), .status(403), .status(400), .reset, .cutBody(after: 60), .truncatedJSON,
                .htmlWith200,
                .status(404),
            ]
            let kind = random.pick(kinds)
            let method = random.pick(["values.batchGet", "spreadsheets.get", "files.get", "changes.list"])
            let after = random.number(in: 0..<6)
            log.append("fault \(kind) \(method) after \(after)")
            bench.emulator.inject(
                EmulatorFault(kind, times: 1 + random.number(in: 0..<4), after: after, method: method))
        }

        /// A row goes from one sheet to another while a run reads.
        func movingFault() {
            let from = random.number(in: 0..<tabs.count)
            let to = random.number(in: 0..<tabs.count)
            let here = rows(from)
            guard !here.isEmpty else { return }
            let at = random.number(in: 0..<here.count)
            let after = random.number(in: 0..<8)
            let later = random.number(in: 0..<3)
            let (a, b) = (tabs[from], tabs[to])
            log.append("mid-run move \(a.file)/\(a.title) \(here[at]) to \(b.file)/\(b.title) after \(after)+\(later)")
            bench.emulator.inject(
                EmulatorFault(
                    .edit(EmulatorEdit(a.file, .deleteRows(tab: a.title, rows: (at + 2)...(at + 2))), .after),
                    after: after))
            bench.emulator.inject(
                EmulatorFault(
                    .edit(EmulatorEdit(b.file, .append(tab: b.title, rows: [here[at]])), .before), after: after + later)
            )
        }

        func definition(_ guards: Guards, schema: String = Workbench.schemaText) throws -> DatasetDefinition {
            DatasetDefinition(
                name: Workbench.dataset, schema: try LabelSchema.parse(schema, file: "dish.yaml"),
                sheets: tabs.filter(\.configured).map { tab in
                    SheetDefinition(
                        reference: SheetReference(spreadsheet: tab.file, tab: tab.configuredTitle),
                        location: "google:\(tab.file)/\(tab.configuredTitle)", annotator: nil, reader: bench.source,
                        fileID: tab.file)
                }, guards: guards)
        }

        func labels() async throws -> [Int: String] {
            try await bench.store.findDataset(Workbench.dataset) == nil ? [:] : try await bench.kinds()
        }

        func sync(
            full: Bool = false, guards: Guards = .none, coolDown: Duration = .zero, cancelAt: Int? = nil,
            calm: Bool = false
        ) async throws -> SyncReport? {
            let steps = Shared(0)
            let running = Shared<Task<SyncReport, any Error>?>(nil)
            let changes = try await bench.feed.follow()
            let runner = SyncRunner(
                definition: try definition(guards), store: bench.store, actor: "t", worker: "t",
                logger: GoogleBench.silent,
                policy: ReadPolicy(readsAll: full, changes: changes, coolDown: coolDown),
                progress: { _ in
                    steps.value += 1
                    if let cancelAt, steps.value == cancelAt { running.value?.cancel() }
                })
            let task = Task { try await runner.sync() }
            running.value = task
            do { return try await task.value } catch is CancellationError {
                log.append("cancelled")
                return nil
            }
        }
    }

    static var seeds: [UInt64] {
        let from = UInt64(ProcessInfo.processInfo.environment["ATTACK_FROM"] ?? "1") ?? 1
        let count = UInt64(ProcessInfo.processInfo.environment["ATTACK_COUNT"] ?? "20") ?? 20
        return Array(from..<(from + count))
    }

    @Test(arguments: AttackSimulation.seeds)
    func life(_ seed: UInt64) async throws {
        let all = [
            "unreadable", "share", "rename", "config", "anew", "time", "token", "faults", "moving", "guards", "cancel",
        ]
        var chooser = SeededRandom(seed: seed &* 7919)
        let options = Set(all.filter { _ in chooser.once(in: 2) })
        try await GoogleBench.with([:]) { bench in
            let world = World(bench, seed: seed, options: options)
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
                for (key, _) in before where after[key] == nil {
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
                        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") {
                            _ = try await bench.store.approveWaitingDeletes(
                                of: record, actor: "t", why: nil, hours: 24, lease: $0)
                        }
                    }
                }
            }
            // Everything comes to rest.
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
                    if value != last[key], !(options.contains("anew") || options.contains("config")) {
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
                    toFile: "/tmp/attack-seed-\(seed).log", atomically: true, encoding: .utf8)
            }
        }
    }
}
