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

/// The decision table once more, as data: each row as docs/decision.md has it, with its condition as a function.
///
/// Written from the table and not from the code, so that the two can be held against each other.
struct Rule: Sendable {
    enum Label: String, Sendable {
        case keep = "stays"
        case unchanged
        case insert = "is inserted"
        case update = "becomes the value"
        case delete = "is deleted"
        case deleteAsCost = "is deleted, as a *cost*"
        case nothing = "none"
    }

    enum Problems: String, Sendable {
        case stay
        case end
        case duplicate = "`duplicate` for each row"
        case invalid = "`invalid`"
        case deleteWaits = "`delete_waiting`"
    }

    enum Reverted: String, Sendable {
        case stays
        case ends
        case movesToTheRow = "stays, and follows the row"
    }

    enum Home: String, Sendable {
        case stays
        case isTheRowsSheet = "the row's sheet"
        case isOneOfTheRowsSheets = "stays if the key does, else a row's sheet"
    }

    let number: Int
    /// The rows of the key that are not pending, and what else has to be so: the words of the document.
    let filled: String
    let condition: String
    let label: Label
    let problems: Problems
    let reverted: Reverted
    let home: Home
    let isUndecided: Bool
    let matches: @Sendable (Facts) -> Bool

    init(
        _ number: Int, _ filled: String, _ condition: String, _ label: Label, _ problems: Problems,
        _ reverted: Reverted, _ home: Home = .stays, isUndecided: Bool = false,
        _ matches: @escaping @Sendable (Facts) -> Bool
    ) {
        self.number = number
        self.filled = filled
        self.condition = condition
        self.label = label
        self.problems = problems
        self.reverted = reverted
        self.home = home
        self.isUndecided = isUndecided
        self.matches = matches
    }

    /// The row as the document writes it.
    var cells: [String] {
        [
            isUndecided ? "\(number) †" : "\(number)", filled, condition, label.rawValue, problems.rawValue,
            reverted.rawValue, home.rawValue,
        ]
    }

    /// The first matching row wins.
    static func first(for facts: Facts) -> Rule? { book.first { $0.matches(facts) } }

    static let book = [
        Rule(1, "any", "a sheet known to hold the key was not read", .keep, .stay, .stays, isUndecided: true) {
            $0.aKnownSheetWasNotRead
        },
        Rule(2, "several", "no L, or L fits", .keep, .duplicate, .stays, .isOneOfTheRowsSheets) {
            $0.filled.count >= 2 && $0.labelIsNoneOrFits
        },
        Rule(3, "one, not valid", "no L, or L fits", .keep, .invalid, .stays, .isTheRowsSheet) {
            $0.filled.count == 1 && !$0.filled[0].isValid && $0.labelIsNoneOrFits
        },
        Rule(4, "several", "L does not fit", .deleteAsCost, .duplicate, .stays) {
            $0.filled.count >= 2 && $0.labelFails
        },
        Rule(4, "one, not valid", "L does not fit", .deleteAsCost, .invalid, .stays) {
            $0.isRejected && $0.labelFails
        },
        Rule(5, "one, valid", "its value is L", .unchanged, .end, .ends, .isTheRowsSheet) {
            $0.value != nil && $0.value == $0.label
        },
        Rule(6, "one, valid", "its value is R; no L, or L fits", .keep, .end, .movesToTheRow, .isTheRowsSheet) {
            $0.valueIsReverted && $0.labelIsNoneOrFits
        },
        Rule(7, "one, valid", "its value is R; L does not fit", .update, .end, .ends, .isTheRowsSheet) {
            $0.valueIsReverted && $0.labelFails
        },
        Rule(8, "one, valid", "no L", .insert, .end, .ends, .isTheRowsSheet) { $0.value != nil && $0.label == nil },
        Rule(9, "one, valid", "its value is not L", .update, .end, .ends, .isTheRowsSheet) {
            $0.value != nil && $0.value != $0.label
        },
        // The table of the design is silent on problems of rows that stand no longer, in 10 and 12: they end.
        Rule(10, "none", "R is \"no value\"; L fits", .keep, .end, .stays) {
            $0.filled.isEmpty && $0.reverted == .noValue && $0.label != nil && $0.labelFits
        },
        Rule(11, "none", "no L and no R", .nothing, .end, .ends) {
            $0.filled.isEmpty && $0.label == nil && $0.reverted == nil
        },
        Rule(12, "none", "home is given up with its labels kept; L fits", .keep, .end, .stays) {
            $0.filled.isEmpty && $0.homeIsRetiredWithKeep && $0.label != nil && $0.labelFits
        },
        Rule(13, "none", "L does not fit", .deleteAsCost, .end, .ends) { $0.filled.isEmpty && $0.labelFails },
        Rule(14, "none", "its delete is approved past the block; proven missing", .delete, .end, .ends) {
            $0.filled.isEmpty && $0.deleteIsApprovedPastTheBlock && $0.isMissingFromBothPasses
        },
        Rule(15, "none", "deletes are blocked; its own is not approved past that", .keep, .deleteWaits, .stays) {
            $0.filled.isEmpty && $0.deletesAreBlocked && !$0.deleteIsApprovedPastTheBlock
        },
        Rule(16, "none", "proven missing", .delete, .end, .ends) { $0.filled.isEmpty && $0.isMissingFromBothPasses },
        Rule(17, "none", "missing, and not proven", .keep, .stay, .stays, isUndecided: true) { $0.filled.isEmpty },
    ]
}
