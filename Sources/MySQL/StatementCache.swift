/// A small cache that drops what was used longest ago.
struct StatementCache<Statement> {
    private struct Entry {
        let statement: Statement
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var clock: UInt64 = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many statements it holds.
    var count: Int { entries.count }

    /// The statement of that text, which then counts as just used.
    mutating func find(_ sql: String) -> Statement? {
        clock += 1
        guard let index = entries.index(forKey: sql) else { return nil }
        entries.values[index].lastUse = clock
        return entries.values[index].statement
    }

    /// Adds a statement, and drops the oldest when there is no room.
    mutating func insert(_ statement: Statement, for sql: String) {
        clock += 1
        // A scan, since the cache is small and a miss costs a round trip anyway.
        if entries[sql] == nil, entries.count >= capacity,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        {
            entries[oldest] = nil
        }
        entries[sql] = Entry(statement: statement, lastUse: clock)
    }

    /// Drops a statement, after an error.
    mutating func remove(_ sql: String) { entries[sql] = nil }

    /// Drops all, before the connection closes.
    mutating func removeAll() { entries = [:] }
}
