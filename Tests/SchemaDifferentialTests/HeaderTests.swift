import TestRandom
import Testing

/// Sheaf and frictionless on the same headers, in every way of `fieldsMatch`.
@Suite struct HeaderTests {
    @Test func headersAreReadAlikeButForTheKnownDifferences() async throws {
        let cases = (0..<1000).map { Self.headerCase(seed: UInt64($0)) }
        let answers = try await Frictionless.verdicts(on: cases.map(\.question))
        for (seed, (asked, theirs)) in zip(cases, answers).enumerated() {
            let ours = asked.question.ours
            guard ours.outcome != theirs.outcome else { continue }
            let isKnown = HeaderDifference.all.contains { $0.explains(asked, ours, theirs) }
            #expect(
                isKnown,
                "seed \(seed): \(asked.fieldsMatch ?? "none") \(asked.header), Sheaf \(ours.words), frictionless \(theirs.words)"
            )
        }
    }

    @Test func everyKnownDifferenceIsOne() async throws {
        let all = HeaderDifference.all
        let answers = try await Frictionless.verdicts(on: all.map(\.example.question))
        for (known, theirs) in zip(all, answers) {
            let ours = known.example.question.ours
            #expect(ours.outcome == known.ours, "\(known.name)")
            #expect(theirs.outcome == known.theirs, "\(known.name)")
            let first = HeaderDifference.all.first { $0.explains(known.example, ours, theirs) }
            #expect(first?.name == known.name)
        }
    }

    /// The fields' names with this or that left out, doubled, moved or misspelt.
    private static func headerCase(seed: UInt64) -> HeaderCase {
        var random = SeededRandom(seed: seed)
        var header = HeaderCase.fields
        for _ in 0..<random.number(in: 0..<4) {
            let place = random.number(in: 0..<header.count)
            switch random.number(in: 0..<6) {
            case 0 where header.count > 1: header.remove(at: place)
            case 1: header.insert(random.pick(["memo", "memo", "Kind", "", "備考"]), at: place)
            case 2: header.append(random.pick(header))
            case 3: header[place] = random.pick(["memo", "ID", "Note"])
            case 4 where random.once(in: 3): header[place] += random.pick([" ", "\u{3000}"])
            default: header.shuffle(using: &random)
            }
        }
        if header.allSatisfy(\.isEmpty) { header = HeaderCase.fields }
        let fieldsMatch = random.pick([nil, "exact", "exact", "equal", "subset", "superset", "partial"])
        return HeaderCase(fieldsMatch: fieldsMatch, header: header)
    }
}
