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

/// A dataset over tabs of several spreadsheets that live at random: what people type, what breaks, what is set up anew.
final class DatasetLife {
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
    /// Somebody has approved deletes that nothing proves.
    var pastBlock = false
    var schema = Workbench.schemaText
    let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-sim-\(UUID().uuidString)"
    var csv: [[String]] = []

    func writeCSV() {
        let text = ([GoogleBench.header] + csv).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
        try? text.write(toFile: "\(folder)/c.csv", atomically: true, encoding: .utf8)
    }

    init(_ bench: GoogleBench, seed: UInt64, options: Set<String>) {
        self.bench = bench
        random = SeededRandom(seed: seed)
        self.options = options
    }

    func setUp() {
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        writeCSV()
        for file in ["f0", "f1", "f2"] {
            bench.emulator.addSpreadsheet(
                id: file, title: file, sharedWith: [bench.email],
                tabs: [("t0", [GoogleBench.header]), ("t1", [GoogleBench.header])])
            for title in ["t0", "t1"] { tabs.append(Tab(file: file, configuredTitle: title, title: title)) }
            shared[file] = true
        }
    }

    /// A sheet goes: labels whose absence no run has proven so far may have been seen in it last, and stay with it.
    private func keepWhatIsNotProvenGone() async throws {
        let offered = truth()
        for key in try await labels().keys where offered[key] == nil { mayStay.insert(key) }
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
        if options.contains("csv") {
            for row in csv where !row[2].isEmpty { found[Int(row[0]) ?? 0, default: []].append(row[2]) }
        }
        return found
    }

    func editCSV() {
        if random.once(in: 2) || csv.isEmpty {
            let row = newRow()
            note(row)
            csv.append(row)
        } else {
            let at = random.number(in: 0..<csv.count)
            let row = csv.remove(at: at)
            if random.once(in: 2) {
                let tab = tabs[random.number(in: 0..<tabs.count)]
                try? bench.emulator.append(tab.file, tab: tab.title, [row])
            }
        }
        log.append("csv \(csv)")
        writeCSV()
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
        if options.contains("csv"), random.once(in: 4) { return editCSV() }
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
        switch random.number(in: 0..<10) {
        case 8 where options.contains("schema"):
            schema =
                schema == Workbench.schemaText
                ? Workbench.schemaText.replacing("主菜, 副菜", with: "主菜") : Workbench.schemaText
            log.append("schema")
        case 9 where options.contains("csv"):
            bench.emulator.inject(EmulatorFault(.status(503), times: 50, method: "changes.list"))
            log.append("drive is out")
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
            try await keepWhatIsNotProvenGone()
            for row in rows(index) { if let id = Int(row.first ?? "") { mayStay.insert(id) } }
        case 3 where options.contains("anew"):
            let index = random.number(in: 0..<tabs.count)
            guard !tabs[index].anew, tabs[index].title == tabs[index].configuredTitle else { return }
            let tab = tabs[index]
            let here = rows(index)
            log.append("anew \(tab.file)/\(tab.title)")
            try await keepWhatIsNotProvenGone()
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

    func definition(_ guards: Guards) throws -> DatasetDefinition {
        DatasetDefinition(
            name: Workbench.dataset, schema: try LabelSchema.parse(schema, file: "dish.yaml"),
            sheets: tabs.filter(\.configured).map { tab in
                SheetDefinition(
                    reference: SheetReference(spreadsheet: tab.file, tab: tab.configuredTitle),
                    location: "google:\(tab.file)/\(tab.configuredTitle)", annotator: nil, reader: bench.source,
                    fileID: tab.file)
            }
                + (options.contains("csv")
                    ? [
                        SheetDefinition(
                            reference: SheetReference(spreadsheet: "c.csv"), location: "csv:c.csv", annotator: nil,
                            reader: CSVFolderSource(folder: folder))
                    ] : []),
            guards: guards)
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
