import Synchronization

/// Finding what somebody may have meant among known texts.
///
/// Texts are compared as they sound rather than as they are written: `FoldedText` says what counts as the same. A list
/// of ten thousand texts is no reason to be slow: most candidates are ruled out by their length and letters alone, and
/// what was typed often is typed often, so the answers are kept.
package struct NearestText: Sendable {
    private let texts: NearestTexts

    /// - Parameter candidates: Texts, each with what is suggested when it comes nearest.
    init(_ candidates: [(text: String, meaning: String)]) {
        texts = NearestTexts(candidates)
    }

    /// The candidate nearest to what was typed, or nil if none is near.
    package static func find(_ typed: String, among candidates: some Sequence<String>) -> String? {
        NearestText(candidates.map { ($0, $0) }).find(typed)
    }

    /// What the nearest text means, or nil if none is near.
    ///
    /// Of several that are equally near, one of the same length goes first, then the one that was given first. Where
    /// Latin letters were typed and nothing is near, they are read as Japanese: `shoyu` is near しょうゆ.
    func find(_ typed: String) -> String? {
        texts.find(CellText.kept(typed))
    }
}

/// The candidates, made ready when something is first asked for, and what was found for texts asked for before.
private final class NearestTexts: Sendable {
    private struct State {
        var index: NearestIndex?
        var answers: [String: Answer] = [:]
    }

    private struct Answer {
        let meaning: String?
    }

    /// So many answers are kept; then it begins anew.
    private static let mostAnswers = 4096

    private let given: [(text: String, meaning: String)]
    private let state = Mutex(State())

    init(_ candidates: [(text: String, meaning: String)]) {
        given = candidates
    }

    func find(_ typed: String) -> String? {
        if given.isEmpty { return nil }
        let (index, answer) = state.withLock { state in
            let index = state.index ?? NearestIndex(given)
            state.index = index
            return (index, state.answers[typed])
        }
        if let answer { return answer.meaning }
        let meaning = index.find(typed)
        state.withLock { state in
            if state.answers.count >= Self.mostAnswers { state.answers.removeAll(keepingCapacity: true) }
            state.answers[typed] = Answer(meaning: meaning)
        }
        return meaning
    }
}

/// Candidates in the order of their lengths.
private struct NearestIndex: Sendable {
    private struct Candidate: Sendable {
        let text: FoldedText
        let meaning: String
    }

    /// Of one length, as they were given.
    private let candidates: [Candidate]
    /// Where the candidates of each length begin.
    private let starts: [Int]

    init(_ given: [(text: String, meaning: String)]) {
        var byLength: [[Candidate]] = Array(repeating: [], count: FoldedText.longest + 1)
        for (text, meaning) in given {
            guard let folded = FoldedText(text) else { continue }
            byLength[folded.count].append(Candidate(text: folded, meaning: meaning))
        }
        var starts: [Int] = []
        var all: [Candidate] = []
        for candidates in byLength {
            starts.append(all.count)
            all += candidates
        }
        candidates = all
        self.starts = starts + [all.count]
    }

    func find(_ typed: String) -> String? {
        if let folded = FoldedText(typed), let meaning = nearest(to: folded, typed) { return meaning }
        return Romaji.kana(typed).flatMap(FoldedText.init).flatMap { nearest(to: $0, typed) }
    }

    private func nearest(to wanted: FoldedText, _ typed: String) -> String? {
        var best: (meaning: String, distance: Int)?
        var measure = EditDistance(longest: FoldedText.longest)
        // Lengths from the one typed outwards: texts whose lengths differ by so much are at least so far apart.
        for difference in 0..<FoldedText.longest {
            if let best, difference >= best.distance { break }
            for length in Set([wanted.count - difference, wanted.count + difference]).sorted() {
                guard (1...FoldedText.longest).contains(length) else { continue }
                let longer = max(wanted.count, length)
                var limit = min(max(1, longer / 3), longer - 1)
                for candidate in candidates[starts[length]..<starts[length + 1]] {
                    if let best { limit = min(limit, best.distance - 1) }
                    if limit < difference { break }
                    guard candidate.text.mayBe(within: limit, of: wanted), candidate.meaning != typed,
                        let distance = measure.distance(wanted.letters, candidate.text.letters, limit: limit)
                    else { continue }
                    best = (candidate.meaning, distance)
                }
            }
        }
        return best?.meaning
    }
}
