/// What people do to a sheet.
///
/// Sheets and rows are counted around, so that a step means something in whatever state it finds the sheets.
enum Edit: Hashable, Sendable {
    case append(sheet: Int, key: Int, name: Int, kind: Int)
    case type(sheet: Int, row: Int, kind: Int)
    case rename(sheet: Int, row: Int, name: Int)
    case remove(sheet: Int, row: Int)
    case move(sheet: Int, row: Int, to: Int)
    case copy(sheet: Int, row: Int, to: Int)
    /// The top row goes to the bottom.
    case sort(sheet: Int)
    /// A row whose key cannot be read.
    case unreadable(sheet: Int, kind: Int)
    /// Rows whose key cannot be read are gone.
    case mend(sheet: Int)
}

/// Something that happens to a dataset.
enum Step: Hashable, Sendable {
    case edit(Edit)
    case run(RunPlan)
    /// What a sync would do, with nothing written.
    case plan
    case schema(SchemaForm)
    /// A sheet enters or leaves the configuration.
    case configure(sheet: Int, isIn: Bool)
    /// A sheet that left it is given up.
    case retire(sheet: Int, deletes: Bool)
    /// From now on a sheet can be read, or not.
    case share(sheet: Int, isReadable: Bool)
    /// From now on the header of a sheet has all its columns, or not.
    case header(sheet: Int, isWhole: Bool)
    /// The newest hold is approved.
    case approve(pastBlock: Bool)
    /// The deletes that wait are approved.
    case approveWaiting
    /// Approvals that were given run out.
    case expire
    /// The labels go back by so many versions.
    case revert(back: Int, floor: Int? = nil, crashAt: Int? = nil)
    /// What was reverted may be applied again.
    case approveReverted
    /// A version so far back gets a name, which is taken from another one if it moves.
    case tag(name: Int, back: Int, moves: Bool)
}

/// How one run goes.
struct RunPlan: Hashable, Sendable {
    enum Changes: Hashable, Sendable {
        /// Notices tell what changed.
        case told
        /// Nobody has asked what changed.
        case unknown
        /// The source cannot say what changed, so it is not read.
        case outage
    }

    /// A read that fails: the n-th of a sheet in this run, or every one.
    struct Failure: Hashable, Sendable {
        var sheet: Int
        var read: Int?
    }

    /// What happens before the n-th read of a sheet.
    struct Interruption: Hashable, Sendable {
        var sheet: Int
        var read: Int
        var edit: Edit
        /// Whether the notice of it comes at once.
        var isNoticed = false
    }

    /// Another worker takes over before the n-th read of a sheet, and does all the work.
    struct Overtaking: Hashable, Sendable {
        var sheet: Int
        var read: Int
    }

    var changes = Changes.told
    /// Notices of what changed before are still on their way.
    var isLate = false
    var readsAll = false
    /// So many changes, deletes and rejections are allowed; any number if nil.
    var floor: Int?
    var failures: [Failure] = []
    var interruptions: [Interruption] = []
    /// The n-th transaction and all behind it fail, as if the worker had died.
    var crashAt: Int?
    /// The run is called off when it reports progress for the n-th time.
    var cancelAt: Int?
    var overtaken: Overtaking?
    /// So many changes go into one transaction.
    var chunk: Int?
}

/// A whole life of a dataset.
struct LifeStory: Hashable, Sendable {
    struct Place: Hashable, Sendable {
        /// The file that notices speak of; nil where the source sends none.
        var file: Int?
        /// Whether it comes in one answer.
        var isOneAnswer = true
    }

    /// The sheets that there are; all of them are configured at first.
    var sheets: [Place]
    var steps: [Step]
}
