/// A regular expression as it was written, without what only steers how one searches for it.
indirect enum PatternNode: Equatable {
    /// The empty text.
    case empty
    /// One character of a set.
    case scalar(ScalarSet)
    /// A `^` or `$` that has yet to be found to be an anchor or itself.
    case anchor(PatternAnchor)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// The node so many times; without `most`, any number from `least` on.
    case repetition(PatternNode, least: Int, most: Int?)
}

/// An unescaped `^` or `$` outside brackets.
///
/// For XML Schema they are characters like any other; for nearly everybody who writes one, and for Python, they anchor.
/// Both are right where it matters: an anchor can only hold at its own end of the expression, and there the character
/// is next to never meant. Anywhere else an anchor would let nothing match, so there it is the character.
enum PatternAnchor: Equatable {
    case start
    case end

    var character: ScalarSet {
        switch self {
        case .start: ScalarSet("^")
        case .end: ScalarSet("$")
        }
    }
}

extension PatternNode {
    /// The expression with every anchor replaced: by nothing where it holds anyway, by its character elsewhere.
    ///
    /// It holds where nothing that needs a character stands before it (`isFirst`), or behind it (`isLast`).
    func withoutAnchors(isFirst: Bool = true, isLast: Bool = true) -> PatternNode {
        switch self {
        case .empty, .scalar: return self
        case .anchor(let anchor):
            let holds = anchor == .start ? isFirst : isLast
            return holds ? .empty : .scalar(anchor.character)
        case .choice(let branches):
            return .choice(branches.map { $0.withoutAnchors(isFirst: isFirst, isLast: isLast) })
        case .repetition(let body, let least, let most):
            let isOnce = most == 1
            let inner = body.withoutAnchors(isFirst: isFirst && isOnce, isLast: isLast && isOnce)
            return .repetition(inner, least: least, most: most)
        case .sequence(let pieces):
            let first = pieces.firstIndex { !$0.isWithoutCharacters } ?? pieces.count
            let last = pieces.lastIndex { !$0.isWithoutCharacters } ?? -1
            return .sequence(
                pieces.enumerated().map { index, piece in
                    piece.withoutAnchors(isFirst: isFirst && index <= first, isLast: isLast && index >= last)
                })
        }
    }

    /// Whether it consists of anchors and empty groups alone.
    private var isWithoutCharacters: Bool {
        switch self {
        case .empty, .anchor: true
        case .scalar: false
        case .sequence(let nodes), .choice(let nodes): nodes.allSatisfy(\.isWithoutCharacters)
        case .repetition(let body, _, let most): most == 1 && body.isWithoutCharacters
        }
    }
}
