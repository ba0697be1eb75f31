import Digest
import TestRandom
import Testing

@testable import LabelDiff

@Suite struct SplitPlanTests {
    private static func place(_ plan: SplitPlan, _ group: String) -> Int {
        var hasher = SHA256Hasher()
        return Array(group.utf8).withUnsafeBytes { plan.place(of: $0, &hasher) }
    }

    /// Computed by the rule in docs/format.md with Python's hashlib.
    @Test(arguments: [("a", "train"), ("b", "train"), ("カレー", "train"), ("", "test"), ("42", "train")])
    func aGroupIsWhereTheRuleSays(group: String, split: String) throws {
        let plan = try SplitPlan("train:80,validation:10,test:10", salt: "recipe_category")
        #expect(plan.shares[Self.place(plan, group)].name == split)
    }

    @Test func sharesAreAboutWhatWasAskedFor() throws {
        let plan = try SplitPlan("train:80,validation:19.5,test:0.5", salt: "s")
        var counts = [0, 0, 0]
        for index in 0..<20_000 { counts[Self.place(plan, "recipe \(index)")] += 1 }
        #expect((15_700...16_300).contains(counts[0]) && (3_700...4_100).contains(counts[1]), "\(counts)")
        #expect((60...140).contains(counts[2]), "\(counts)")
    }

    @Test func anotherSaltDividesAnew() throws {
        let plans = try ["a", "b"].map { try SplitPlan("train:50,test:50", salt: $0) }
        let moved = (0..<1_000).count { Self.place(plans[0], "\($0)") != Self.place(plans[1], "\($0)") }
        #expect((400...600).contains(moved))
    }

    @Test func whatIsMovedOutOfTheLastSplitGoesToTheNewOneOnly() throws {
        let before = try SplitPlan("train:80,test:20", salt: "s")
        let after = try SplitPlan("train:80,test:10,extra:10", salt: "s")
        for index in 0..<2_000 {
            let (old, new) = (Self.place(before, "\(index)"), Self.place(after, "\(index)"))
            #expect(old == 0 ? new == 0 : new >= 1)
        }
    }

    @Test(arguments: [
        "", "train", "train:", ":80", "train:80", "train:100,test:0", "train:50,train:50", "train:80,test:21",
        "train:-10,test:110", "train:80;test:20", "tr ain:80,test:20", "train:80,test:20,", "train:1e2",
        "train:99.9999,test:0.0001", "トレイン:80,test:20", "train:0x50,test:20", "train:٨٠,test:20",
    ])
    func aPlanThatDoesNotAddUpIsRefused(text: String) {
        #expect(throws: SplitPlan.Problem.self) { try SplitPlan(text, salt: "s") }
    }

    @Test(arguments: ["train:100", "a:33.3,b:33.3,c:33.4", "train:80,validation:10,test:10"])
    func aPlanSaysWhatItIs(text: String) throws {
        #expect(try SplitPlan(text, salt: "s").text == text)
        #expect(try SplitPlan("a:50.000,b:050.0", salt: "s").text == "a:50,b:50")
    }
}
