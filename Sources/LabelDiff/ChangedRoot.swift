package import Digest

/// The root hash that a version has once some changes are made to it, without deciding anything.
///
/// The stored hashes are pushed in as they stream out of the database.
package struct ChangedRoot: ~Copyable {
    /// What becomes of some keys; `nil`: the label goes.
    private let changes: [(key: KeyHash, after: RowHash?)]
    private var root = RootHasher()
    private var next = 0
    private var labelCount = 0

    /// - Parameter changes: each key once, in ascending order, with its row hash after the change; `nil` for none.
    package init(_ changes: [(key: KeyHash, after: RowHash?)]) {
        self.changes = changes
    }

    /// Takes the next stored label.
    ///
    /// Labels come in ascending key order.
    package mutating func stored(_ key: KeyHash, _ rowHash: RowHash) {
        addChanges(before: key)
        if next < changes.count, changes[next].key == key {
            if let after = changes[next].after { add(key, after) }
            next += 1
        } else {
            add(key, rowHash)
        }
    }

    /// Ends the walk.
    ///
    /// - Returns: the root hash, and how many labels it is of.
    package consuming func finish() -> (root: SHA256Digest, labelCount: Int) {
        addChanges(before: nil)
        return (root.finish(), labelCount)
    }

    private mutating func addChanges(before limit: KeyHash?) {
        while next < changes.count, limit.map({ changes[next].key < $0 }) ?? true {
            if let after = changes[next].after { add(changes[next].key, after) }
            next += 1
        }
    }

    private mutating func add(_ key: KeyHash, _ row: RowHash) {
        root.add(key, row)
        labelCount += 1
    }
}
