import Foundation
import LabelDiff
import Testing

/// A value that only has to differ from others.
private func value(_ number: UInt64) -> RowHash { RowHash(high: number, low: 0) }

private let old = value(1)
private let new = value(2)
private let back = value(3)

/// A row of the decision table, as an example of it.
struct Example: Sendable, CustomTestStringConvertible {
    let rule: Int
    let words: String
    let input: DecisionInput
    let label: LabelAction
    let problem: ProblemAction
    let reverted: RevertedAction
    let home: HomeAction
    let staysDirty: Bool

    init(
        _ rule: Int, _ words: String, _ input: DecisionInput, _ label: LabelAction, _ problem: ProblemAction,
        _ reverted: RevertedAction, _ home: HomeAction = .unchanged, staysDirty: Bool = false
    ) {
        self.rule = rule
        self.words = words
        self.input = input
        self.label = label
        self.problem = problem
        self.reverted = reverted
        self.home = home
        self.staysDirty = staysDirty
    }

    var testDescription: String { "\(rule): \(words)" }

    private static let fits = StoredLabel(rowHash: old)
    private static let fails = StoredLabel(rowHash: old, fits: false)

    static let table: [Example] = [
        Example(
            1, "a sheet known to hold the key was not read",
            .init(filled: .none, stored: fits, knownSheetNotRead: true, provenMissing: true),
            .keep, .unchanged, .unchanged, staysDirty: true),
        Example(
            1, "also with a valid row elsewhere",
            .init(filled: .oneValid(new), stored: fits, knownSheetNotRead: true),
            .keep, .unchanged, .unchanged, staysDirty: true),
        Example(
            1, "also with a label that fails, and with an approval",
            .init(filled: .several, stored: fails, knownSheetNotRead: true, deleteApprovedPastBlock: true),
            .keep, .unchanged, .unchanged, staysDirty: true),

        Example(
            2, "two filled, no label", .init(filled: .several, stored: nil), .keep, .duplicate, .unchanged, .toAnyRow),
        Example(
            2, "two filled, the last good label stays, R stays",
            .init(filled: .several, stored: fits, reverted: .value(new)), .keep, .duplicate, .unchanged, .toAnyRow),

        Example(
            3, "one invalid, no label", .init(filled: .oneInvalid, stored: nil), .keep, .invalid, .unchanged, .toRow),
        Example(
            3, "one invalid, the last good label stays, R stays",
            .init(filled: .oneInvalid, stored: fits, reverted: .noValue), .keep, .invalid, .unchanged, .toRow),

        Example(
            4, "two filled, the label fails the new schema", .init(filled: .several, stored: fails, reverted: .noValue),
            .delete(cost: true), .duplicate, .unchanged, .toAnyRow),
        Example(
            4, "one invalid, the label fails the new schema", .init(filled: .oneInvalid, stored: fails),
            .delete(cost: true), .invalid, .unchanged, .toRow),

        Example(
            5, "one valid, as the label is", .init(filled: .oneValid(old), stored: fits), .keep, .end, .end, .toRow),
        Example(
            5, "typed back although reverted",
            .init(filled: .oneValid(old), stored: fits, reverted: .value(new)), .keep, .end, .end, .toRow),

        Example(
            6, "one valid, what was reverted", .init(filled: .oneValid(back), stored: fits, reverted: .value(back)),
            .keep, .end, .moveToSheet, .toRow),
        Example(
            6, "one valid, what was reverted, no label",
            .init(filled: .oneValid(back), stored: nil, reverted: .value(back)), .keep, .end, .moveToSheet, .toRow),

        Example(
            7, "one valid, what was reverted, the label fails",
            .init(filled: .oneValid(back), stored: fails, reverted: .value(back)), .update(back), .end, .end, .toRow),

        Example(
            8, "one valid, no label", .init(filled: .oneValid(new), stored: nil), .insert(new), .end, .end, .toRow),
        Example(
            8, "one valid, no label, another value reverted",
            .init(filled: .oneValid(new), stored: nil, reverted: .value(back)), .insert(new), .end, .end, .toRow),
        Example(
            8, "one valid, no label, no value reverted",
            .init(filled: .oneValid(new), stored: nil, reverted: .noValue), .insert(new), .end, .end, .toRow),

        Example(
            9, "one valid, retyped", .init(filled: .oneValid(new), stored: fits), .update(new), .end, .end, .toRow),
        Example(
            9, "retyped, the label fails", .init(filled: .oneValid(new), stored: fails), .update(new), .end, .end,
            .toRow),
        Example(
            9, "retyped as neither label nor reverted value",
            .init(filled: .oneValid(new), stored: fits, reverted: .value(back)), .update(new), .end, .end, .toRow),

        Example(
            10, "none, and no value is what was reverted",
            .init(filled: .none, stored: fits, reverted: .noValue, provenMissing: true), .keep, .end, .unchanged),
        Example(
            10, "before an approval of deletes",
            .init(filled: .none, stored: fits, reverted: .noValue, deleteApprovedPastBlock: true),
            .keep, .end, .unchanged),

        Example(11, "none, no label, no R", .init(filled: .none, stored: nil), .keep, .end, .end),

        Example(
            12, "none, home retired with keep",
            .init(filled: .none, stored: fits, homeRetiredWithKeep: true, provenMissing: true), .keep, .end, .unchanged),

        Example(
            13, "none, the label fails the new schema",
            .init(filled: .none, stored: fails, reverted: .noValue, homeRetiredWithKeep: true),
            .delete(cost: true), .end, .end),

        Example(
            14, "none, a delete approved past the block, missing from both passes",
            .init(
                filled: .none, stored: fits, deleteApprovedPastBlock: true, deletesBlocked: true, provenMissing: true),
            .delete(cost: false), .end, .end),

        Example(
            15, "none, deletes are blocked",
            .init(filled: .none, stored: fits, reverted: .value(new), deletesBlocked: true, provenMissing: true),
            .keep, .deleteWaiting, .unchanged),

        Example(
            16, "none, missing from both passes", .init(filled: .none, stored: fits, provenMissing: true),
            .delete(cost: false), .end, .end),
        Example(
            16, "none, missing from both passes, no label: R ends",
            .init(filled: .none, stored: nil, reverted: .value(back), provenMissing: true), .keep, .end, .end),

        Example(
            17, "none, missing from one pass only", .init(filled: .none, stored: fits),
            .keep, .unchanged, .unchanged, staysDirty: true),
        Example(
            17, "none, no label, missing from one pass only: R stays",
            .init(filled: .none, stored: nil, reverted: .value(back)), .keep, .unchanged, .unchanged, staysDirty: true),
    ]
}

@Suite struct DecisionTableTests {
    @Test(arguments: Example.table)
    func decidesAsTheTableSays(example: Example) {
        let decision = decide(example.input)
        #expect(decision.rule == example.rule)
        #expect(decision.label == example.label)
        #expect(decision.problem == example.problem)
        // Where there is no R, it does not matter what would become of it.
        if example.input.reverted != nil { #expect(decision.reverted == example.reverted) }
        #expect(decision.home == example.home)
        #expect(decision.staysDirty == example.staysDirty)
    }

    @Test func theExamplesCoverEveryRow() {
        #expect(Set(Example.table.map(\.rule)) == Set(1...17))
    }

    /// The document that people read has the rows that the code is held against, word for word.
    @Test func theDocumentHasTheSameTable() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/decision.md"), encoding: .utf8)
        let rows = document.split(separator: "\n").filter { $0.wholeMatch(of: /\| \d+( †)? \|.*\|/) != nil }.map {
            row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        #expect(rows == Rule.book.map(\.cells))
    }

    /// Every input there can be, against the same table written once more as conditions.
    @Test func theFirstMatchingRowWins() throws {
        let filled: [(FilledRows, [Facts.Filled])] =
            [
                (.none, []), (.oneInvalid, [.init(sheet: 1, rowNumber: 2, value: new, isValid: false)]),
                (.several, [old, new].map { .init(sheet: 1, rowNumber: 2, value: $0, isValid: true) }),
            ] + [old, new, back].map { (.oneValid($0), [.init(sheet: 1, rowNumber: 2, value: $0, isValid: true)]) }
        let labels: [StoredLabel?] = [nil, StoredLabel(rowHash: old), StoredLabel(rowHash: old, fits: false)]
        let states: [RevertedState?] = [nil, .noValue, .value(old), .value(back)]
        var seen: Set<Int> = []
        for (rows, facts) in filled {
            for stored in labels {
                for reverted in states {
                    for bits in 0..<32 {
                        let flags = (0..<5).map { bits >> $0 & 1 == 1 }
                        let input = DecisionInput(
                            filled: rows, stored: stored, reverted: reverted, knownSheetNotRead: flags[0],
                            homeRetiredWithKeep: flags[1] && stored != nil, deleteApprovedPastBlock: flags[2],
                            deletesBlocked: flags[3], provenMissing: flags[4])
                        let rule = Rule.first(
                            for: Facts(
                                filled: facts, label: stored?.rowHash, labelFits: stored?.fits ?? true,
                                reverted: reverted, aKnownSheetWasNotRead: flags[0],
                                homeIsRetiredWithKeep: flags[1] && stored != nil,
                                deleteIsApprovedPastTheBlock: flags[2], deletesAreBlocked: flags[3],
                                isMissingFromBothPasses: flags[4]))
                        let decision = decide(input)
                        #expect(decision.rule == rule?.number, "\(input)")
                        seen.insert(decision.rule)
                    }
                }
            }
        }
        #expect(seen == Set(1...17))
    }
}
