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
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/table-schema.md")
        let document = try String(contentsOf: file, encoding: .utf8)
        let parts = document.split(separator: "\n## Where Sheaf and frictionless differ\n")
        let section = try #require(parts.count == 2 ? parts[1].split(separator: "\n## ")[0] : nil)
        let head = "| what | field | cell | Sheaf | frictionless | why |"
        let table = section.split(separator: "\n").drop { $0 != head }.prefix { $0.hasPrefix("|") }
        #expect(table.dropFirst(2).map(String.init) == KnownDifference.all.map(\.documented))
    }
}
