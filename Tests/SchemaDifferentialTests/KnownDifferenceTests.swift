import Foundation
import Testing

/// The list of known differences is true, and the documents have it.
@Suite struct KnownDifferenceTests {
    @Test func everyKnownDifferenceIsOne() async throws {
        let all = KnownDifference.all
        let answers = try await Frictionless.verdicts(on: all.map(\.exampleCase.question))
        for (known, theirs) in zip(all, answers) {
            let found = Disagreement.all(in: known.exampleCase, ours: known.exampleCase.question.ours, theirs: theirs)
            #expect(found.count == 1, "\(known.name): \(known.exampleCase.question.ours), \(theirs)")
            for disagreement in found {
                #expect(disagreement.ours == known.ours, "\(known.name)")
                #expect(disagreement.theirs == known.theirs, "\(known.name)")
                #expect(known.explains(disagreement), "\(known.name)")
            }
        }
    }

    @Test func namesStandOnce() {
        #expect(Set(KnownDifference.all.map(\.name)).count == KnownDifference.all.count)
    }

    @Test func theDocumentsListExactlyThese() throws {
        #expect(try Self.rows(under: "Values") == KnownDifference.all.map(\.documented))
        #expect(try Self.rows(under: "Schemas") == SchemaDifference.all.map(\.documented))
        #expect(try Self.rows(under: "Headers") == HeaderDifference.all.map(\.documented))
        #expect(try Self.rows(under: "Keys") == KeyDifference.all.map(\.documented))
    }

    /// The rows of the table under a heading, without its head.
    private static func rows(under heading: String) throws -> [String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/table-schema.md")
        let document = try String(contentsOf: file, encoding: .utf8)
        let parts = document.components(separatedBy: "\n### \(heading)\n")
        let section = try #require(parts.count == 2 ? parts[1].components(separatedBy: "\n#")[0] : nil)
        let table = section.split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        return table.dropFirst(2).map(String.init)
    }

    /// Prints the tables, to be put into the document when one of them changes.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SHEAF_TEST_PRINT"] != nil)) func tables() {
        for rows in [
            KnownDifference.all.map(\.documented), SchemaDifference.all.map(\.documented),
            HeaderDifference.all.map(\.documented), KeyDifference.all.map(\.documented),
        ] {
            print("TABLE")
            for row in rows { print(row) }
        }
    }
}
