/// Finding what somebody may have meant among known texts.
package struct NearestText: Sendable {
    /// Longer texts are not compared: the cost grows with the square, and nobody mistypes a paragraph.
    private static let longest = 64

    private struct Candidate: Sendable {
        let folded: [UInt32]
        let meaning: String
    }

    private let candidates: [Candidate]

    /// - Parameter candidates: Texts, each with what is suggested when it comes nearest.
    init(_ candidates: [(text: String, meaning: String)]) {
        self.candidates = candidates.compactMap { text, meaning in
            let folded = Self.folded(text)
            guard !folded.isEmpty, folded.count <= Self.longest else { return nil }
            return Candidate(folded: folded, meaning: meaning)
        }
    }

    /// The candidate nearest to what was typed, or nil if none is near.
    ///
    /// Of several, the first.
    package static func find(_ typed: String, among candidates: some Sequence<String>) -> String? {
        NearestText(candidates.map { ($0, $0) }).find(typed)
    }

    /// What the nearest text means, or nil if none is near.
    ///
    /// Of several, the first.
    ///
    /// Hiragana and katakana, small and large kana, full-width and half-width forms and letter case count as the same.
    func find(_ typed: String) -> String? {
        if candidates.isEmpty { return nil }
        let wanted = Self.folded(typed)
        guard !wanted.isEmpty, wanted.count <= Self.longest else { return nil }
        var best: (meaning: String, distance: Int)?
        for candidate in candidates where candidate.meaning != typed {
            let longer = max(wanted.count, candidate.folded.count)
            let limit = min(max(1, longer / 3), longer - 1)
            guard abs(wanted.count - candidate.folded.count) <= limit else { continue }
            let found = Self.distance(wanted, candidate.folded)
            if found <= limit, found < best?.distance ?? Int.max { best = (candidate.meaning, found) }
        }
        return best?.meaning
    }

    /// How many letters must be put in, taken out, changed or swapped with their neighbour.
    package static func distance(_ first: [UInt32], _ second: [UInt32]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        for row in 1...first.count {
            var current = [row]
            for column in 1...second.count {
                let isSame = first[row - 1] == second[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, first[row - 1] == second[column - 2], first[row - 2] == second[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }

    /// The text in compatibility form, in lower case, with katakana as hiragana and small kana as large.
    private static func folded(_ text: String) -> [UInt32] {
        let composed = Composition.nfkc(CellText.kept(text)).lowercased()
        return composed.unicodeScalars.map { scalar in
            let hiragana = (0x30A1...0x30F6).contains(scalar.value) ? scalar.value - 0x60 : scalar.value
            return smallKana.contains(hiragana) ? hiragana + 1 : hiragana
        }
    }

    /// ぁぃぅぇぉっゃゅょゎ: each stands just before its large form.
    private static let smallKana: Set<UInt32> = [
        0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x308E,
    ]
}
