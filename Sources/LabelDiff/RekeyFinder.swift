package import LabelSchema

/// Where a row stands, as the store names sheets.
package struct RowPlace: Sendable, Hashable {
    package let sheetID: UInt32
    package let row: UInt32

    package init(sheetID: UInt32, row: UInt32) {
        self.sheetID = sheetID
        self.row = row
    }
}

/// A label that goes and one that comes, which look like one row whose key was corrected.
package struct LikelyRekey: Sendable, Equatable {
    /// The keys as canonical JSON.
    package let from: [UInt8]
    package let to: [UInt8]
    /// Where the new row stands.
    package let place: RowPlace?
}

/// Finds labels that go and labels that come which look like one row whose key was corrected.
///
/// Likely, no more: nothing is done about them until a person says so. A pair is told only where neither side has another
/// partner that is as likely, so that the work and the guessing stay bounded: who replaced a whole sheet gets no pairs.
package struct RekeyFinder: Sendable {
    /// So many labels that go are looked at; more are no correction.
    package static let mostDeletes = 10_000
    /// So many labels that come are compared with them.
    package static let mostInserts = 100_000
    /// Groups of more pairs than this that look alike say nothing.
    private static let mostAlike = 64

    /// In what two labels are alike, the surest first.
    private enum Likeness: Int, CaseIterable {
        /// All but the key.
        case content
        /// What the annotator was given.
        case context
        /// What the annotator decided, and the row of the sheet.
        case place
    }

    private struct Member: Hashable {
        let name: String
        let value: LabelValue
    }

    private struct Trait: Hashable {
        let likeness: Likeness
        let members: [Member]
        let place: RowPlace?
    }

    private struct Candidate {
        let key: [UInt8]
        let place: RowPlace?
    }

    private struct Group {
        var deleted: [Int] = []
        var inserted: [Int] = []
        /// Other content than a label or two that many rows share.
        let hasContext: Bool
    }

    private let schema: LabelSchema
    private let roles: [String: FieldRole]
    private var deleted: [Candidate] = []
    private var inserted: [Candidate] = []
    private var groups: [Trait: Group] = [:]

    /// - Parameter schema: The schema that both kinds of label are under; those that go, translated.
    package init(_ schema: LabelSchema) {
        self.schema = schema
        roles = Dictionary(
            schema.canonicalFields.map { ($0.name, $0.role) }, uniquingKeysWith: { first, _ in first })
    }

    /// Takes in a label that goes; all of them come before any that comes.
    ///
    /// - Parameters:
    ///   - label: Canonical JSON.
    ///   - place: Where it stood when it was last written.
    package mutating func add(deleted label: [UInt8], place: RowPlace?) {
        guard deleted.count < Self.mostDeletes, let key = schema.key(ofCanonicalLabel: label) else { return }
        let index = deleted.count
        deleted.append(Candidate(key: key, place: place))
        for (trait, hasContext) in traits(of: label, place) {
            groups[trait, default: Group(hasContext: hasContext)].deleted.append(index)
        }
    }

    /// Takes in a label that comes.
    ///
    /// - Parameters:
    ///   - label: Canonical JSON.
    ///   - place: Where it stands.
    package mutating func add(inserted label: [UInt8], place: RowPlace) {
        let found = traits(of: label, place).map(\.trait).filter { groups[$0] != nil }
        guard !found.isEmpty, let key = schema.key(ofCanonicalLabel: label) else { return }
        let index = inserted.count
        inserted.append(Candidate(key: key, place: place))
        for trait in found {
            // One more than a group may have is enough to know that it is too large.
            if groups[trait]?.inserted.count ?? 0 <= Self.mostAlike { groups[trait]?.inserted.append(index) }
        }
    }

    private func traits(of label: [UInt8], _ place: RowPlace?) -> [(trait: Trait, hasContext: Bool)] {
        let members = CanonicalLabel.parse(label) ?? []
        func those(where isWanted: (FieldRole?) -> Bool) -> [Member] {
            members.filter { isWanted(roles[$0.name]) }.map { Member(name: $0.name, value: $0.value) }
        }
        let content = those { $0 != .key }
        let context = those { $0 == .context }
        let decided = those { $0 == .label }
        var traits: [(Trait, Bool)] = []
        if !content.isEmpty {
            traits.append((Trait(likeness: .content, members: content, place: nil), !context.isEmpty))
        }
        if !context.isEmpty { traits.append((Trait(likeness: .context, members: context, place: nil), true)) }
        if let place, !decided.isEmpty {
            traits.append((Trait(likeness: .place, members: decided, place: place), true))
        }
        return traits
    }

    // MARK: - Pairs

    private struct Pair {
        let deleted: Int
        let inserted: Int
        let distance: Int
    }

    /// The pairs found, those whose keys are nearest first.
    package func pairs() -> [LikelyRekey] {
        var isPaired = (deleted: Set<Int>(), inserted: Set<Int>())
        var found: [Pair] = []
        for likeness in Likeness.allCases {
            var news: [Pair] = []
            for (trait, group) in groups where trait.likeness == likeness {
                let old = group.deleted.filter { !isPaired.deleted.contains($0) }
                let new = group.inserted.filter { !isPaired.inserted.contains($0) }
                guard !old.isEmpty, !new.isEmpty, old.count * new.count <= Self.mostAlike else { continue }
                news += pairs(old, new, hasContext: group.hasContext)
            }
            isPaired.deleted.formUnion(news.map(\.deleted))
            isPaired.inserted.formUnion(news.map(\.inserted))
            found += news
        }
        return found.sorted { first, second in
            first.distance != second.distance
                ? first.distance < second.distance
                : deleted[first.deleted].key.lexicographicallyPrecedes(deleted[second.deleted].key)
        }.map { pair in
            LikelyRekey(
                from: deleted[pair.deleted].key, to: inserted[pair.inserted].key, place: inserted[pair.inserted].place)
        }
    }

    /// Those of a group that are each other's only nearest.
    private func pairs(_ old: [Int], _ new: [Int], hasContext: Bool) -> [Pair] {
        let all = old.flatMap { first in
            new.map { Pair(deleted: first, inserted: $0, distance: distance(deleted[first], inserted[$0])) }
        }
        return all.filter { pair in
            let isOnly = !all.contains { other in
                let isRival = (other.deleted == pair.deleted) != (other.inserted == pair.inserted)
                return isRival && other.distance <= pair.distance
            }
            // A label alone is what many rows share: without anything else the keys have to be alike too.
            return isOnly && (hasContext || isNear(pair))
        }
    }

    private func isNear(_ pair: Pair) -> Bool {
        let (first, second) = (deleted[pair.deleted], inserted[pair.inserted])
        if let place = first.place, place == second.place { return true }
        // Without the brackets of the JSON array.
        return pair.distance <= max(1, (max(first.key.count, second.key.count) - 2) / 3)
    }

    /// Keys of more letters than this are compared as far as here.
    private static let comparedLetters = 64

    private func distance(_ first: Candidate, _ second: Candidate) -> Int {
        let letters = [first, second].map { candidate in
            String(decoding: candidate.key, as: UTF8.self).unicodeScalars.prefix(Self.comparedLetters).map(\.value)
        }
        var measure = EditDistance(longest: letters[1].count)
        return measure.distance(letters[0], letters[1], limit: .max) ?? .max
    }
}
