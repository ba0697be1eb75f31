/// What kind of row was seen under a readable key.
package enum SeenKind: UInt8, Sendable {
    /// The key is there, every label field is blank: work to do.
    case pending
    /// A row that may become a label.
    case valid
    /// A rejection.
    case invalid
}

/// One row of a sheet as this run saw it: hashes and offsets only, 48 bytes, so that a million rows fit in memory while
/// their text stands in the spool.
package struct SeenRow: Sendable {
    package var key: KeyHash
    /// For a valid row, its row hash.
    package var seen: RowHash
    /// Where the row's text starts in the spool.
    package var spoolOffset: UInt64
    /// The sheet's row number, from 1.
    package var rowNumber: UInt32
    /// The index of the sheet among the sheets of this run.
    package var sheet: UInt16
    package var kind: SeenKind

    package init(
        key: KeyHash, seen: RowHash, spoolOffset: UInt64, rowNumber: UInt32, sheet: UInt16, kind: SeenKind
    ) {
        self.key = key
        self.seen = seen
        self.spoolOffset = spoolOffset
        self.rowNumber = rowNumber
        self.sheet = sheet
        self.kind = kind
    }

    /// The order of the merge walk and of the seen digest: by key, sheet and content, and only then by place, so that
    /// sorting or moving rows in a sheet changes neither.
    package static func precedes(_ left: SeenRow, _ right: SeenRow) -> Bool {
        if left.key != right.key { return left.key < right.key }
        if left.sheet != right.sheet { return left.sheet < right.sheet }
        if left.seen != right.seen { return left.seen < right.seen }
        return left.rowNumber < right.rowNumber
    }
}

/// A row whose key cannot be read: nobody can say which label it speaks of, so while it stands, deletes wait.
package struct UnreadableRow: Sendable, Equatable {
    /// A hash of the raw cells; it stands in for the key.
    package var seen: RowHash
    package var spoolOffset: UInt64
    package var rowNumber: UInt32
    package var sheet: UInt16

    package init(seen: RowHash, spoolOffset: UInt64, rowNumber: UInt32, sheet: UInt16) {
        self.seen = seen
        self.spoolOffset = spoolOffset
        self.rowNumber = rowNumber
        self.sheet = sheet
    }
}
