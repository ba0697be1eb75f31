import LabelSchema
import Testing

@Suite struct AliasTallyTests {
    private func count(_ field: String, _ spelling: String, _ count: Int) -> AliasCount {
        AliasCount(field: field, spelling: spelling, value: "v", count: count)
    }

    @Test func countsOfOneSpellingAreAddedUpAndTheMostFrequentComesFirst() {
        var tally = AliasTally()
        tally.add([count("a", "x", 2), count("b", "x", 1)])
        tally.add([count("b", "x", 4), count("a", "y", 2)])
        #expect(tally.sorted == [count("b", "x", 5), count("a", "x", 2), count("a", "y", 2)])
    }

    /// To Swift the two are equal texts; a team may want to see that people type both.
    @Test func spellingsAreToldApartByTheirBytes() {
        var tally = AliasTally()
        tally.add([count("a", "が", 2), count("a", "か\u{3099}", 3)])
        #expect(tally.sorted.map(\.count) == [3, 2])
    }
}
