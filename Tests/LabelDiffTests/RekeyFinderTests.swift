import LabelDiff
import LabelSchema
import TestRandom
import Testing

@Suite struct RekeyFinderTests {
    private static func schema(context: Bool = true) throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [id]
            fields:
              - { name: id }
              - { name: name, sheaf: { role: \(context ? "context" : "label") } }
              - { name: kind, sheaf: { role: label } }
            """, file: "dish.yaml")
    }

    /// A row: key, name, kind, row number of sheet 1; blank is no value.
    private typealias Row = (String, String, String, Int)

    private static func label(_ row: Row) -> [UInt8] {
        let members = [("id", row.0), ("kind", row.2), ("name", row.1)].filter { !$0.1.isEmpty }
        return Array("{\(members.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ","))}".utf8)
    }

    private static func pairs(_ deleted: [Row], _ inserted: [Row], context: Bool = true) throws -> [String] {
        var finder = RekeyFinder(try schema(context: context))
        for row in deleted { finder.add(deleted: label(row), place: RowPlace(sheetID: 1, row: UInt32(row.3))) }
        for row in inserted { finder.add(inserted: label(row), place: RowPlace(sheetID: 1, row: UInt32(row.3))) }
        return finder.pairs().map { pair in
            let keys = [pair.from, pair.to].map { LabelSchema.keyText($0) }
            return "\(keys[0])>\(keys[1])@\(pair.place?.row ?? 0)"
        }
    }

    @Test(
        arguments: [
            // All but the key is equal.
            ([("1", "a", "x", 2)], [("9", "a", "x", 7)], ["1>9@7"]),
            // What was given is equal, what was decided is not.
            ([("1", "a", "x", 2)], [("9", "a", "y", 7)], ["1>9@7"]),
            // What was decided is equal, in the same row of the sheet.
            ([("1", "a", "x", 2)], [("9", "b", "x", 2)], ["1>9@2"]),
            ([("1", "a", "x", 2)], [("9", "b", "x", 3)], []),
            ([("1", "a", "x", 2)], [("9", "b", "y", 2)], []),
            // Two that are alike: the one whose key is nearer.
            ([("P100", "a", "x", 2)], [("P900", "a", "x", 8), ("Q555", "a", "x", 9)], ["P100>P900@8"]),
            // None is nearer.
            ([("P100", "a", "x", 2)], [("P900", "a", "x", 8), ("P800", "a", "x", 9)], []),
            ([("P100", "a", "x", 2), ("P200", "a", "x", 3)], [("P300", "a", "x", 8)], []),
            // The surest likeness comes first, and leaves the other its partner.
            (
                [("1", "a", "x", 2), ("2", "a", "y", 3)], [("8", "a", "y", 7), ("9", "a", "x", 8)],
                ["1>9@8", "2>8@7"]
            ),
            // A whole column of corrected keys whose rows are all alike goes by the row.
            (
                [("P1", "", "x", 2), ("P2", "", "x", 3), ("P3", "", "x", 4)],
                [("Q2", "", "x", 3), ("Q3", "", "x", 4), ("Q1", "", "x", 2)], ["P1>Q1@2", "P2>Q2@3", "P3>Q3@4"]
            ),
            ([], [("9", "a", "x", 7)], []),
            ([("1", "a", "x", 2)], [], []),
        ] as [([(String, String, String, Int)], [(String, String, String, Int)], [String])])
    func pairsWhatLooksLikeOneRow(
        deleted: [(String, String, String, Int)], inserted: [(String, String, String, Int)], expected: [String]
    ) throws {
        #expect(try Self.pairs(deleted, inserted) == expected)
    }

    /// A label of three kinds says little: its key has to be alike too.
    @Test func labelsAloneAreNoReasonToPairKeysThatAreUnlike() throws {
        #expect(try Self.pairs([("1234", "", "x", 2)], [("8765", "", "x", 9)], context: false).isEmpty)
        #expect(try Self.pairs([("1234", "", "x", 2)], [("1243", "", "x", 9)], context: false) == ["1234>1243@9"])
        #expect(try Self.pairs([("1234", "", "x", 2)], [("8765", "", "x", 2)], context: false) == ["1234>8765@2"])
    }

    @Test func whoReplacesAWholeSheetGetsNoPairsAndWaitsForNothing() throws {
        let deleted = (0..<3_000).map { ("a\($0)", "same", "x", $0) }
        let inserted = (0..<3_000).map { ("b\($0)", "same", "x", 10_000 + $0) }
        #expect(try Self.pairs(deleted, inserted).isEmpty)
    }

    /// Over random change sets: each key stands in one pair at most, and both sides were there.
    @Test func noKeyIsPairedTwice() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<300 {
            func rows(_ prefix: String) -> [Row] {
                (0..<random.number(in: 0..<12)).map { number in
                    (
                        "\(prefix)\(number)\(random.number(in: 0..<3))", random.pick(["", "a", "b", "c"]),
                        random.pick(["x", "y"]), random.number(in: 2..<14)
                    )
                }
            }
            let (deleted, inserted) = (rows("p"), rows("q"))
            let found = try Self.pairs(deleted, inserted)
            let from = found.map { String($0.prefix { $0 != ">" }) }
            let to = found.map { String($0.drop { $0 != ">" }.dropFirst().prefix { $0 != "@" }) }
            #expect(Set(from).count == from.count && Set(to).count == to.count)
            #expect(Set(from).isSubset(of: deleted.map(\.0)) && Set(to).isSubset(of: inserted.map(\.0)))
            #expect(try Self.pairs(deleted, inserted.reversed()).sorted() == found.sorted())
        }
    }
}
