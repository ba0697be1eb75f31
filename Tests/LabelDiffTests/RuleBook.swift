import LabelDiff

/// What is known of one key when it is decided, in the words of the decision table.
struct Facts {
    /// A row of the key that is not pending, in a sheet that was read.
    struct Filled: Hashable {
        var sheet: UInt32
        var rowNumber: UInt32
        var value: RowHash
        var isValid: Bool
    }

    var filled: [Filled] = []
    /// L: the stored label, and whether it fits the schema.
    var label: RowHash?
    var labelFits = true
    /// R: the state in `reverted`.
    var reverted: RevertedState?
    var aKnownSheetWasNotRead = false
    var homeIsRetiredWithKeep = false
    var deleteIsApprovedPastTheBlock = false
    var deletesAreBlocked = false
    var isMissingFromBothPasses = false

    var labelIsNoneOrFits: Bool { label == nil || labelFits }
    var labelFails: Bool { label != nil && !labelFits }
    /// The one filled row's value, if it is valid.
    var value: RowHash? { filled.count == 1 && filled[0].isValid ? filled[0].value : nil }
    var isRejected: Bool { filled.count > 1 || (filled.count == 1 && !filled[0].isValid) }
    var valueIsReverted: Bool { value.map { reverted == .value($0) && $0 != label } ?? false }
}

/// The decision table once more, as data: each row with the condition that a person reads there.
///
/// Written from the table and not from the code, so that the two can be held against each other.
struct Rule: Sendable {
    enum Label: Sendable { case keep, unchanged, insert, update, delete, deleteAsCost, nothing }
    enum Problems: Sendable { case stay, end, duplicate, invalid, deleteWaits }
    enum Reverted: Sendable { case stays, ends, movesToTheRow }
    enum Home: Sendable { case stays, isTheRowsSheet, isOneOfTheRowsSheets }

    let number: Int
    let words: String
    let label: Label
    let problems: Problems
    let reverted: Reverted
    let home: Home
    let isUndecided: Bool
    let matches: @Sendable (Facts) -> Bool

    init(
        _ number: Int, _ words: String, _ label: Label, _ problems: Problems, _ reverted: Reverted,
        _ home: Home = .stays, isUndecided: Bool = false, _ matches: @escaping @Sendable (Facts) -> Bool
    ) {
        self.number = number
        self.words = words
        self.label = label
        self.problems = problems
        self.reverted = reverted
        self.home = home
        self.isUndecided = isUndecided
        self.matches = matches
    }

    /// The first matching row wins.
    static func first(for facts: Facts) -> Rule? { book.first { $0.matches(facts) } }

    static let book = [
        Rule(1, "a sheet known to hold the key was not read", .keep, .stay, .stays, isUndecided: true) {
            $0.aKnownSheetWasNotRead
        },
        Rule(2, "two or more filled; L none, or fits", .keep, .duplicate, .stays, .isOneOfTheRowsSheets) {
            $0.filled.count >= 2 && $0.labelIsNoneOrFits
        },
        Rule(3, "one, invalid; L none, or fits", .keep, .invalid, .stays, .isTheRowsSheet) {
            $0.filled.count == 1 && !$0.filled[0].isValid && $0.labelIsNoneOrFits
        },
        Rule(4, "as 2; L fails the new schema", .deleteAsCost, .duplicate, .stays) {
            $0.filled.count >= 2 && $0.labelFails
        },
        Rule(4, "as 3; L fails the new schema", .deleteAsCost, .invalid, .stays) { $0.isRejected && $0.labelFails },
        Rule(5, "one, valid; value = L", .unchanged, .end, .ends, .isTheRowsSheet) {
            $0.value != nil && $0.value == $0.label
        },
        Rule(6, "one, valid; value = R, not L; L none or fits", .keep, .end, .movesToTheRow, .isTheRowsSheet) {
            $0.valueIsReverted && $0.labelIsNoneOrFits
        },
        Rule(7, "one, valid; value = R, not L; L fails", .update, .end, .ends, .isTheRowsSheet) {
            $0.valueIsReverted && $0.labelFails
        },
        Rule(8, "one, valid; L none", .insert, .end, .ends, .isTheRowsSheet) { $0.value != nil && $0.label == nil },
        Rule(9, "one, valid; value is not L", .update, .end, .ends, .isTheRowsSheet) {
            $0.value != nil && $0.value != $0.label
        },
        // The table is silent on problems of rows that stand no longer, in 10 and 12: they end.
        Rule(10, "none filled; R = no value, L fits", .keep, .end, .stays) {
            $0.filled.isEmpty && $0.reverted == .noValue && $0.label != nil && $0.labelFits
        },
        Rule(11, "none filled; L none, no R", .nothing, .end, .ends) {
            $0.filled.isEmpty && $0.label == nil && $0.reverted == nil
        },
        Rule(12, "none filled; home is retired with keep, L fits", .keep, .end, .stays) {
            $0.filled.isEmpty && $0.homeIsRetiredWithKeep && $0.label != nil && $0.labelFits
        },
        Rule(13, "none filled; L fails the new schema", .deleteAsCost, .end, .ends) {
            $0.filled.isEmpty && $0.labelFails
        },
        Rule(14, "none filled; a delete approved past the block, and missing from both passes", .delete, .end, .ends) {
            $0.filled.isEmpty && $0.deleteIsApprovedPastTheBlock && $0.isMissingFromBothPasses
        },
        Rule(15, "none filled; something cannot be read", .keep, .deleteWaits, .stays) {
            $0.filled.isEmpty && $0.deletesAreBlocked && !$0.deleteIsApprovedPastTheBlock
        },
        Rule(16, "none filled; missing from both passes", .delete, .end, .ends) {
            $0.filled.isEmpty && $0.isMissingFromBothPasses
        },
        Rule(17, "none filled; missing from one pass only", .keep, .stay, .stays, isUndecided: true) {
            $0.filled.isEmpty
        },
    ]
}
