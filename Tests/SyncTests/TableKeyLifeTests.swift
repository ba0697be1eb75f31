import Foundation
import LabelSchema
import LabelStore
import TestRandom
import Testing

@testable import Sync

/// Whatever people do to two sheets whose rows refer to each other, each version keeps every unique key and reference.
@Suite struct TableKeyLifeTests {
    private static let schema = """
        primaryKey: [id]
        uniqueKeys: [[code]]
        foreignKeys: [{ fields: [parent], reference: { fields: [id] } }]
        fields:
          - { name: id, type: integer }
          - { name: code, type: string }
          - { name: parent, type: integer }
          - { name: kind, type: string, constraints: { enum: [a, b] }, sheaf: { role: label } }
        """
    /// As many datasets live as `SHEAF_TEST_LIVES` says, or a few.
    private static let lives = min(
        200, ProcessInfo.processInfo.environment["SHEAF_TEST_LIVES"].flatMap(Int.init) ?? 6)

    @Test(arguments: 1...lives)
    func everyVersionKeepsItsKeys(seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed))
        try await Workbench.with { bench in
            var sheets: [[[String]]] = [[], []]
            for round in 0..<12 {
                for _ in 0..<random.number(in: 1..<5) { Self.edit(&sheets, &random) }
                // A sheet that cannot be read keeps its labels, and with them what they hold and refer to.
                let lost = random.once(in: 5) ? random.number(in: 0..<2) : nil
                for (index, rows) in sheets.enumerated() where index != lost {
                    try bench.write("\(index).csv", rows, header: ["id", "code", "parent", "kind"])
                }
                if let lost { try? bench.remove("\(lost).csv") }
                let before = round == 0 ? [:] : try await labels(bench)
                let report = try await bench.sync(["0.csv", "1.csv"], schema: Self.schema)
                guard report.outcome != .failed else { continue }
                #expect(report.breaches.isEmpty, "seed \(seed), round \(round)")
                let after = try await labels(bench)
                check(after, seed: seed, round: round)
                if lost != nil { continue }
                checkRows(sheets.flatMap { $0 }, before, after, seed: seed, round: round)
                // Deciding the same again changes nothing.
                let again = try await bench.sync(["0.csv", "1.csv"], schema: Self.schema)
                #expect(again.version == nil, "seed \(seed), round \(round)")
            }
        }
    }

    private struct Label: Equatable {
        var code: String?
        var parent: String?
        var kind: String?
    }

    private static func edit(_ sheets: inout [[[String]]], _ random: inout SeededRandom) {
        let sheet = random.number(in: 0..<2)
        func row(_ id: Int, _ random: inout SeededRandom) -> [String] {
            [
                "\(id)", random.once(in: 3) ? "" : random.pick(["p", "q", "r", "s", "t", "u"]),
                random.once(in: 2) ? "" : "\(random.number(in: 1..<9))", random.pick(["a", "a", "b", "?"]),
            ]
        }
        if sheets[sheet].isEmpty || random.once(in: 2) {
            let free = (1..<9).filter { id in !sheets.joined().contains { $0[0] == "\(id)" } }
            if let id = free.isEmpty ? nil : random.pick(free) { sheets[sheet].append(row(id, &random)) }
            return
        }
        let place = random.number(in: 0..<sheets[sheet].count)
        switch random.number(in: 0..<6) {
        case 0: sheets[sheet].remove(at: place)
        case 1: sheets[1 - sheet].append(sheets[sheet].remove(at: place))
        case 2: sheets[sheet].append(sheets[sheet][place])
        case 3: sheets[sheet][place][3] = ""
        default: sheets[sheet][place] = row(Int(sheets[sheet][place][0]) ?? 1, &random)
        }
    }

    private func labels(_ bench: Workbench) async throws -> [String: Label] {
        guard let record = try await bench.store.findDataset(Workbench.dataset), record.currentVersion > 0 else {
            return [:]
        }
        var labels: [String: Label] = [:]
        for bytes in try await bench.labels() {
            let members = CanonicalLabel.parse(bytes) ?? []
            let values = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value.displayText) })
            labels[values["id"] ?? ""] = Label(code: values["code"], parent: values["parent"], kind: values["kind"])
        }
        return labels
    }

    private func check(_ labels: [String: Label], seed: Int, round: Int) {
        let codes = labels.values.compactMap(\.code)
        #expect(Set(codes).count == codes.count, "two labels share a code: seed \(seed), round \(round)")
        for (id, label) in labels {
            let isThere = label.parent.map { labels[$0] != nil } ?? true
            #expect(isThere, "label \(id) refers to nothing: seed \(seed), round \(round)")
        }
    }

    /// A label is what its row says, or what it was; and nothing that is written anywhere is lost.
    private func checkRows(
        _ rows: [[String]], _ before: [String: Label], _ after: [String: Label], seed: Int, round: Int
    ) {
        var written: [String: [Label]] = [:]
        for row in rows where !row[3].isEmpty {
            let (code, parent) = (row[1].isEmpty ? nil : row[1], row[2].isEmpty ? nil : row[2])
            written[row[0], default: []].append(Label(code: code, parent: parent, kind: row[3]))
        }
        for (id, label) in after {
            let isWritten = written[id]?.count == 1 && written[id]?[0] == label
            #expect(isWritten || before[id] == label, "label \(id) comes from nowhere: seed \(seed), round \(round)")
        }
        for id in before.keys where after[id] == nil {
            #expect(written[id] == nil, "label \(id) is lost: seed \(seed), round \(round)")
        }
    }
}
