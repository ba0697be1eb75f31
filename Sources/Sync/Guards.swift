/// How much one run may do without a person's approval: a share of what is there, and an absolute floor below which a
/// share says nothing ("5%, at least 10 rows").
package struct Guards: Sendable, Equatable {
    /// Shares from 0 to 1; `nil` sets no limit.
    ///
    /// Inserts and changes and deletes count against the labels stored, rejections against the rows seen.
    package var maxInserted: Double?
    package var maxChanged: Double?
    package var maxDeleted: Double?
    package var maxRejected: Double?
    /// So many rows are always allowed.
    package var floor: Int

    package init(
        maxInserted: Double? = nil, maxChanged: Double? = 0.5, maxDeleted: Double? = 0.05, maxRejected: Double? = 0.2,
        floor: Int = 10
    ) {
        self.maxInserted = maxInserted
        self.maxChanged = maxChanged
        self.maxDeleted = maxDeleted
        self.maxRejected = maxRejected
        self.floor = floor
    }
}

/// What a run would do that no approval covers.
package struct GuardedCounts: Sendable, Equatable {
    package var inserted = 0
    package var changed = 0
    package var deleted = 0
    /// Rejections that no open exception has seen before.
    package var rejected = 0
    /// Labels that a new schema no longer allows: never without approval.
    package var costs = 0

    package init() {}
}

/// One guard that a run exceeds.
package struct GuardBreach: Sendable, Equatable, CustomStringConvertible {
    /// The guard's name in the configuration, or `schema_cost`.
    package let name: String
    package let count: Int
    package let allowed: Int
    package let base: Int

    package var description: String {
        name == "schema_cost"
            ? "\(count) \(count == 1 ? "label" : "labels") would be lost to the new schema, whole or in part"
            : "\(name): \(count) rows of \(base), and \(allowed) are allowed"
    }
}

extension Guards {
    /// The guards that these counts exceed.
    ///
    /// - Parameters:
    ///   - counts: what the run would do.
    ///   - stored: labels before the run. The first load changes and deletes nothing, so it is free to insert.
    ///   - seen: filled rows seen.
    /// - Returns: one entry for each guard; empty if the run may go on.
    package func breaches(_ counts: GuardedCounts, stored: Int, seen: Int) -> [GuardBreach] {
        var breaches: [GuardBreach] = []
        func check(_ name: String, _ count: Int, _ share: Double?, of base: Int) {
            guard let share else { return }
            let allowed = max(floor, Int((share * Double(base)).rounded(.down)))
            if count > allowed {
                breaches.append(GuardBreach(name: name, count: count, allowed: allowed, base: base))
            }
        }
        if stored > 0 { check("max_inserted", counts.inserted, maxInserted, of: stored) }
        check("max_changed", counts.changed, maxChanged, of: stored)
        check("max_deleted", counts.deleted, maxDeleted, of: stored)
        check("max_rejected", counts.rejected, maxRejected, of: seen)
        if counts.costs > 0 {
            breaches.append(GuardBreach(name: "schema_cost", count: counts.costs, allowed: 0, base: stored))
        }
        return breaches
    }
}
