/// What a run is doing now, for people who wait.
package enum SyncEvent: Sendable {
    /// Rows of a sheet have come in. Two passes are made where deletes have to be proven.
    case reading(sheet: String, rows: Int, pass: Int)
    /// So many of the sheets that are to be read have been.
    case pulled(sheets: Int, total: Int, pass: Int)
    /// What was read is compared with the labels stored.
    case comparing(rows: Int)
    /// Changes are being written; they become visible all at once, at the end.
    case writing(done: Int, total: Int)
}

/// Takes progress in; called often, from any thread.
package typealias SyncProgress = @Sendable (SyncEvent) -> Void
