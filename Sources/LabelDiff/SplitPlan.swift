package import Digest

/// How labels are divided into splits, such as `train:80,validation:10,test:10`.
///
/// Which split a label is in is decided by its key, or by a field that it shares with others, and by nothing else: no
/// label ever moves because others come or go, in any version. The rule (docs/format.md, “Splits”): the first eight bytes
/// of SHA-256("sheaf-split-1\n" ‖ salt ‖ "\n" ‖ group) as a big-endian number h; the place `⌊h · 100,000 / 2^64⌋` falls into
/// the first split whose shares, added up, are greater.
package struct SplitPlan: Sendable, Equatable {
    /// What is wrong with a plan.
    package struct Problem: Error {
        package let message: String
        package let hint: String
    }

    /// One split, and how much of all it gets.
    package struct Share: Sendable, Equatable {
        package let name: String
        /// In thousandths of a percent.
        package let weight: Int
    }

    package let shares: [Share]
    package let salt: String
    /// The weights added up, for each split.
    private let ends: [UInt64]

    /// All of it, in thousandths of a percent.
    private static let whole = 100_000
    private static let mostShares = 100

    /// Reads a plan.
    ///
    /// - Parameters:
    ///   - text: Names and percents, `train:80,validation:10,test:10`; percents have up to three decimals.
    ///   - salt: What makes this plan differ from others: with another salt, other labels are in each split.
    /// - Throws: What is wrong: percents that do not add up to 100, a name twice or with other characters than
    ///   letters, digits, `-` and `_`.
    package init(_ text: String, salt: String) throws(Problem) {
        let example = "Write it so: train:80,validation:10,test:10."
        var shares: [Share] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: ":", omittingEmptySubsequences: false)
            guard halves.count == 2, let weight = Self.weight(halves[1]) else {
                throw Problem(message: "a split is a name and a percent of more than 0", hint: example)
            }
            let name = String(halves[0])
            guard Self.isName(name) else {
                throw Problem(
                    message: "the name of a split has other characters than a-z, A-Z, 0-9, - and _, or more than 64",
                    hint: example)
            }
            guard !shares.contains(where: { $0.name == name }) else {
                throw Problem(message: "the split \(name) is there twice", hint: example)
            }
            shares.append(Share(name: name, weight: weight))
        }
        guard shares.count <= Self.mostShares else {
            throw Problem(message: "there are more than \(Self.mostShares) splits", hint: example)
        }
        let sum = shares.reduce(0) { $0 + $1.weight }
        guard sum == Self.whole else {
            throw Problem(
                message: "the percents add up to \(Self.percent(sum)), not to 100",
                hint: "For a part of the labels, name a split for the rest, too, and leave it.")
        }
        self.shares = shares
        self.salt = salt
        var end = 0
        ends = shares.map { share in
            end += share.weight
            return UInt64(end)
        }
    }

    /// The plan as it is written: the same for plans that are the same.
    package var text: String {
        shares.map { "\($0.name):\(Self.percent($0.weight))" }.joined(separator: ",")
    }

    /// The place among `shares` of the split that a group is in.
    ///
    /// - Parameters:
    ///   - group: the bytes that decide: a key hash, or the canonical JSON of a field's value.
    ///   - hasher: does the hashing; it has to have nothing in it.
    /// - Returns: the place.
    package func place(of group: UnsafeRawBufferPointer, _ hasher: inout SHA256Hasher) -> Int {
        hasher.update("sheaf-split-1\n")
        hasher.update(salt)
        hasher.update("\n")
        hasher.update(group)
        let point = hasher.finishWords()[0].multipliedFullWidth(by: UInt64(Self.whole)).high
        return ends.firstIndex { point < $0 } ?? shares.count - 1
    }

    /// A percent such as `80` or `0.5`, in thousandths; `nil` if it is none, or 0.
    private static func weight(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            parts[0].count <= 3, let whole = Int(parts[0])
        else { return nil }
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        guard decimals.count <= 3 else { return nil }
        let thousandths = Int(decimals + String(repeating: "0", count: 3 - decimals.count)) ?? 0
        let weight = whole * 1_000 + thousandths
        return weight > 0 ? weight : nil
    }

    private static func percent(_ weight: Int) -> String {
        let (whole, rest) = weight.quotientAndRemainder(dividingBy: 1_000)
        if rest == 0 { return "\(whole)" }
        var decimals = String(rest)
        decimals = String(repeating: "0", count: 3 - decimals.count) + decimals
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(whole).\(decimals)"
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    || byte == 95
            }
    }
}
