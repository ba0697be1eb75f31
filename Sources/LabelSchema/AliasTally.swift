/// Counts of aliases from many batches, added up.
///
/// Spellings are told apart by their bytes: が in one character and in two are two spellings, which a team may want to
/// see.
package struct AliasTally: Sendable {
    private struct Name: Hashable {
        let field: String
        let spelling: [UInt8]
    }

    private var counts: [Name: AliasCount] = [:]

    package init() {}

    /// Adds counts; those of one spelling of one field become one.
    package mutating func add(_ aliases: [AliasCount]) {
        for alias in aliases {
            let name = Name(field: alias.field, spelling: Array(alias.spelling.utf8))
            guard let known = counts[name]?.count else {
                counts[name] = alias
                continue
            }
            counts[name]?.count = known + alias.count
        }
    }

    /// All counts, the most frequent first; of equal ones, by field and the bytes of the spelling.
    package var sorted: [AliasCount] {
        counts.sorted { left, right in
            if left.value.count != right.value.count { return left.value.count > right.value.count }
            if left.key.field != right.key.field { return left.key.field < right.key.field }
            return left.key.spelling.lexicographicallyPrecedes(right.key.spelling)
        }.map(\.value)
    }
}
