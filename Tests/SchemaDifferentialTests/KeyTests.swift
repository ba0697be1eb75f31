import LabelDiff
import LabelSchema
import TestRandom
import Testing

/// Sheaf and frictionless on the same keys: primary, unique, foreign.
@Suite struct KeyTests {
    @Test func keysHoldAlikeButForTheKnownDifferences() async throws {
        let cases = (0..<1500).map { Self.keyCase(seed: UInt64($0)) }
        let answers = try await Frictionless.verdicts(on: cases.map(\.question))
        var met: Set<String> = []
        var agreements = 0
        for (seed, (asked, theirs)) in zip(cases, answers).enumerated() {
            let theirFindings = try #require(theirs.findings, "seed \(seed): \(theirs.words)")
            let found = try Self.ours(asked)
            for row in asked.rows.indices.map({ $0 + Question.firstRow }) {
                let verdicts = RowVerdicts(
                    ours: found.codes[row] ?? [], theirs: Set(theirFindings.filter { $0.row == row }.map(\.code)),
                    row: row, asked: asked, firstRows: found.firstRows, invalidRows: found.invalidRows,
                    refusedRows: Set(found.codes.keys))
                let apart = verdicts.ours.symmetricDifference(verdicts.theirs)
                if apart.isEmpty { agreements += 1 }
                for code in apart.sorted() {
                    let isOurs = verdicts.ours.contains(code)
                    let known = KeyDifference.all.first { $0.explains(verdicts, code, isOurs) }
                    if let known { met.insert(known.name) }
                    #expect(
                        known != nil,
                        "seed \(seed), row \(row): only \(isOurs ? "Sheaf" : "frictionless") says \(code) of \(asked)")
                }
            }
        }
        #expect(met == Set(KeyDifference.all.map(\.name)))
        #expect(agreements > 1000)
    }

    private struct Found {
        var codes: [Int: Set<String>] = [:]
        var firstRows: [String: Set<Int>] = [:]
        var invalidRows: Set<Int> = []
    }

    /// What Sheaf says of each row: its cells, its key among the others', and its place in the table.
    private static func ours(_ asked: KeyCase) throws -> Found {
        guard case .success(let schema, var validator) = asked.question.bound else {
            Issue.record("\(asked.question.ours.words)")
            return Found()
        }
        let batch = validator.validate(asked.question.rows)
        var found = Found()
        for error in batch.errors { found.codes[error.rowNumber, default: []].insert(error.code) }
        found.invalidRows = Set(batch.rows.filter { $0.kind == .invalid }.map(\.rowNumber))

        let readable = batch.rows.filter { !$0.key.isEmpty }
        let byKey = Dictionary(grouping: readable) { Array(batch.bytes[$0.key]) }.mapValues { $0.map(\.rowNumber) }
        for rows in byKey.values where rows.count > 1 {
            for row in rows { found.codes[row, default: []].insert("primary-key") }
            found.firstRows["primary-key", default: []].insert(rows[0])
        }

        let valid = batch.rows.filter { $0.kind == .valid }
        let tuples = valid.map { row in batch.tuples[row.tuples].map { Array(batch.bytes[$0]) } }
        // Any names will do, as long as equal tuples have one name.
        var names: [[UInt8]: UInt64] = [:]
        for tuple in Set(tuples.joined()) { names[tuple] = UInt64(names.count + 1) }
        let findings = TableConstraints(schema).look(
            rows: valid.indices.map { TableRow(index: $0) },
            tuple: { row, place in
                let tuple = tuples[row][place]
                return tuple.isEmpty ? .missing : TupleHash(high: 0, low: names[tuple] ?? 0)
            }, kept: [], offered: [:])
        for (index, breaches) in findings.refused {
            for breach in breaches {
                let code = if case .unique = breach { "unique-error" } else { "foreign-key" }
                found.codes[valid[index].rowNumber, default: []].insert(code)
            }
        }
        let holders = Dictionary(grouping: valid.indices.filter { !tuples[$0][0].isEmpty }) { tuples[$0][0] }
        for rows in holders.values where rows.count > 1 {
            found.firstRows["unique-error", default: []].insert(valid[rows[0]].rowNumber)
        }
        return found
    }

    /// Few values, so that many are equal, some of them in other words.
    private static func keyCase(seed: UInt64) -> KeyCase {
        var random = SeededRandom(seed: seed)
        let isClean = !random.once(in: 3)
        let ids = isClean ? ["1", "2", "3", "4", "5", "6", "+1", "02"] : ["1", "2", "03", "", "x", "4", "5"]
        let parts = isClean ? ["a", "b", "が"] : ["a", "b", "", "か\u{3099}", "が"]
        let codes = isClean ? ["1", "2", "", "1.0", "3", "4", "5e0", "5"] : ["1", "2.50", "2.5", "", "x"]
        let rows = (0..<random.number(in: 2..<9)).map { _ in
            [
                random.pick(ids), random.pick(parts), "done", random.pick(codes),
                random.pick(["", "", "1", "2", "9", "01"]), random.pick(isClean ? ["a", "b"] : ["", "a"]),
            ]
        }
        let key = random.once(in: 2) ? ["id"] : ["id", "part"]
        return KeyCase(version: random.once(in: 3) ? .v1 : .v2, primaryKey: key, rows: rows)
    }
}
