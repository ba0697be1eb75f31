import Foundation
import TestRandom
import Testing

/// Sheaf and frictionless on the same schemas and tables.
@Suite struct DifferentialTests {
    /// So many tables are drawn; more with `SHEAF_TEST_TABLES`.
    private static let tables = ProcessInfo.processInfo.environment["SHEAF_TEST_TABLES"].flatMap(Int.init) ?? 3000
    /// So many disagreements are shown.
    private static let shown = 12

    @Test func validatorsAgreeButForTheKnownDifferences() async throws {
        for start in stride(from: 0, to: Self.tables, by: 1000) {
            let seeds = (start..<min(start + 1000, Self.tables)).map(UInt64.init)
            let surprises = try await Self.surprises(seeds: seeds)
            if let words = ProcessInfo.processInfo.environment["SHEAF_TEST_SURVEY"] {
                try Self.survey(surprises, to: words)
                continue
            }
            for (seed, surprise) in surprises.prefix(Self.shown) {
                Issue.record("seed \(seed), \(try await Self.shrunk(surprise).report)")
            }
            try #require(surprises.isEmpty, "\(surprises.count) disagreements that nobody knows of")
        }
    }

    private static func survey(_ surprises: [(seed: UInt64, Disagreement)], to path: String) throws {
        let text = surprises.map { "\($0.seed)\t\($0.1.report.replacing("\n", with: "\t"))\n" }.joined()
        let file = URL(filePath: path)
        let before = (try? Data(contentsOf: file)) ?? Data()
        try (before + Data(text.utf8)).write(to: file)
    }

    /// Disagreements that no known difference explains.
    private static func surprises(seeds: [UInt64]) async throws -> [(seed: UInt64, Disagreement)] {
        let cases = seeds.map(CaseGenerator.table)
        let answers = try await Frictionless.verdicts(on: cases.map(\.question))
        return zip(seeds, zip(cases, answers)).flatMap { seed, pair in
            unexplained(pair.0, theirs: pair.1).map { (seed, $0) }
        }
    }

    private static func unexplained(_ tableCase: TableCase, theirs: Verdict) -> [Disagreement] {
        Disagreement.all(in: tableCase, ours: tableCase.question.ours, theirs: theirs).filter { disagreement in
            !KnownDifference.all.contains { $0.explains(disagreement) }
        }
    }

    /// The smallest case that still surprises: one cell, and then without this or that of its field.
    private static func shrunk(_ surprise: Disagreement) async throws -> Disagreement {
        var smallest = surprise
        while true {
            let smaller = smallest.simpler
            let answers = try await Frictionless.verdicts(on: smaller.map(\.question))
            let next = zip(smaller, answers).lazy.compactMap { unexplained($0, theirs: $1).first }.first
            guard let next else { return smallest }
            smallest = next
        }
    }
}

extension Disagreement {
    /// Cases with a little less that may show the same.
    fileprivate var simpler: [TableCase] {
        var cases: [TableCase] = []
        if tableCase.fields.count > 1 || tableCase.rows.count > 1 {
            if let smaller { cases.append(smaller) }
            for index in tableCase.fields.indices where tableCase.fields.count > 1 {
                var fewer = tableCase
                fewer.fields.remove(at: index)
                fewer.rows = fewer.rows.map { row in row.enumerated().filter { $0.offset != index }.map(\.element) }
                cases.append(fewer)
            }
            return cases
        }
        guard let field = tableCase.fields.first else { return [] }
        for index in tableCase.members.indices {
            var plainer = tableCase
            plainer.members.remove(at: index)
            cases.append(plainer)
        }
        for index in field.members.indices {
            var plainer = tableCase
            plainer.fields[0].members.remove(at: index)
            cases.append(plainer)
        }
        for index in field.constraints.indices {
            var plainer = tableCase
            plainer.fields[0].constraints.remove(at: index)
            cases.append(plainer)
        }
        return cases
    }
}
