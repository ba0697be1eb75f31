package import LabelDiff

/// A key that a revert sets back: what the sheets were last known to hold, which is not to be applied again.
package struct NewlyReverted: Sendable {
    package let key: KeyHash
    package let state: RevertedState
    /// The sheet where that state stands; `nil`: in none.
    package let sheetID: UInt32?
    /// The primary key as canonical JSON.
    package let labelKey: String?

    package init(key: KeyHash, state: RevertedState, sheetID: UInt32?, labelKey: String?) {
        self.key = key
        self.state = state
        self.sheetID = sheetID
        self.labelKey = labelKey
    }
}

/// What a run changes in the exceptions and approvals of a dataset, cut into pieces that are each small enough for one
/// transaction.
///
/// All pieces but the last are staged: they count only from the transaction on that makes their decision the current one.
struct DecisionSteps: Sendable {
    enum Step: Sendable {
        /// Problems of these keys end.
        case settle([KeyHash])
        /// Rows with an unreadable key are gone.
        case endUnreadable([Problem])
        case moveReverted([RevertedChange])
        case setReverted([NewlyReverted])
        case open([ExceptionToStore])
        case useApprovals([HoldEntryKey])
    }

    /// What one transaction takes, and what may wait to be deleted after it.
    private(set) var transactions: [[Step]] = []

    /// Nothing has to be staged.
    var isSingle: Bool { transactions.count <= 1 }
    var isEmpty: Bool { transactions.isEmpty }

    /// So many rows or bytes of text make up one transaction.
    static let maximumRows = 5_000
    private static let maximumBytes = 4 << 20

    init(_ publication: Publication, rowsPerTransaction: Int = Self.maximumRows) {
        let maximumRows = min(Self.maximumRows, rowsPerTransaction)
        var steps: [(step: Step, rows: Int, bytes: Int)] = []
        func add<Item>(_ items: [Item], bytes: (Item) -> Int = { _ in 0 }, _ step: ([Item]) -> Step) {
            var start = 0
            while start < items.count {
                var end = start
                var sum = 0
                while end < items.count, end - start < maximumRows, sum < Self.maximumBytes {
                    sum += bytes(items[end])
                    end += 1
                }
                steps.append((step(Array(items[start..<end])), end - start, sum))
                start = end
            }
        }
        add(publication.settledKeys) { .settle($0) }
        add(publication.endedUnreadable) { .endUnreadable($0) }
        add(publication.reverted) { .moveReverted($0) }
        add(publication.newlyReverted, bytes: { $0.labelKey?.utf8.count ?? 0 }) { .setReverted($0) }
        add(publication.exceptions, bytes: { ($0.errors?.utf8.count ?? 0) + ($0.labelKey?.utf8.count ?? 0) }) {
            .open($0)
        }
        add(publication.usedApprovals) { .useApprovals($0) }

        var rows = 0
        var bytes = 0
        for next in steps {
            if transactions.isEmpty || rows + next.rows > maximumRows || bytes + next.bytes > Self.maximumBytes {
                transactions.append([])
                (rows, bytes) = (0, 0)
            }
            transactions[transactions.count - 1].append(next.step)
            rows += next.rows
            bytes += next.bytes
        }
    }
}
