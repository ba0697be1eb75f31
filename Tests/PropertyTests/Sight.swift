/// What a run got to see of the sheets.
struct Sight: Sendable {
    typealias Sheet = Naive.Sheet

    /// The configured sheets, in order.
    var sheets: [Sheet]
    var form: SchemaForm
    /// By sheet, in each pass; a sheet that could not be read is in none.
    ///
    /// One that was left unread counts as it was when all its keys were last decided.
    var first: [Sheet: [SheetRow]]
    /// Nil if the run looked once only.
    var second: [Sheet: [SheetRow]]?
    /// Whether no file changed between the two passes.
    var stoodStill: Bool
    /// Whether the dataset is one sheet that comes in one answer.
    var onePassProves: Bool
    /// Sheets that could not be read.
    var failed: Set<Sheet>
    /// Those of them that were asked for at all.
    var asked: Set<Sheet>
    /// Sheets whose rows were read.
    var read: Set<Sheet>
    /// Sheets left unread since they are known to be as they were.
    var skipped: Set<Sheet>
    /// So many changes, deletes and rejections are allowed.
    var floor: Int?

    /// The rows that a run goes by in the end.
    var rows: [Sheet: [SheetRow]] { second ?? first }
}

/// What a run must make of what it saw.
struct Verdict: Sendable {
    enum Outcome: String, Sendable { case published, unchanged, held, failed }

    struct Change: Sendable {
        var entry: Naive.Entry
        /// The label, or a value of it, is lost to a new schema.
        var isCost = false
        /// Nothing but the name of a field differs.
        var isRenaming = false
    }

    var outcome = Outcome.unchanged
    var looksTwice = false
    var labels: [Int: Naive.Label] = [:]
    /// Where each label may be at home: one place, save where the table leaves a choice.
    var homes: [Int: Set<Naive.Sheet>] = [:]
    var problems: [Int: [Naive.Problem]] = [:]
    var unreadable: [Naive.Sheet: [[UInt8]]] = [:]
    var reverted: [Int: Naive.Reverted] = [:]
    var changes: [Change] = []
    var newRejections: [Naive.Entry] = []
    /// Sheets with a key left undecided.
    var undecided: Set<Naive.Sheet> = []
    /// How often each row of the table was the one.
    var rules: [Int: Int] = [:]

    var inserted: Int { changes.count { if case .insert = $0.entry { true } else { false } } }
    var updated: Int { changes.count { if case .update = $0.entry { true } else { false } } }
    var deleted: Int { changes.count { if case .delete = $0.entry { true } else { false } } }
    var waiting: Int { problems.values.joined().count { $0.kind == .waiting } }
    var rejected: Int { problems.values.joined().count - waiting + unreadable.values.joined().count }
    var entries: Set<Naive.Entry> { Set(changes.map(\.entry)).union(newRejections) }
}
