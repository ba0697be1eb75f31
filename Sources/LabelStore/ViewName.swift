internal import Digest

/// Which view of a dataset it is.
package enum ViewKind: Sendable, Hashable {
    case current
    /// Every version's labels, told apart by the column `version`.
    case versions
    case changes
    case tag(String)

    /// As the store and `--json` name it.
    package var name: String {
        switch self {
        case .current: "current"
        case .versions: "versions"
        case .changes: "changes"
        case .tag: "tag"
        }
    }

    /// The tag; the empty text for the other kinds.
    package var tag: String {
        if case .tag(let tag) = self { tag } else { "" }
    }
}

/// What a view is called: `dish`, `dish__versions`, `dish__changes`, `dish__tag__release-1`.
///
/// Up to its first `__`, a name is the dataset's, so no two of them meet. A dataset or tag for which that would not hold
/// gets a name with a hash at its end: one with `__` or an underscore at an end in it, one whose letters another server
/// would change, one too long for the 64 characters of a name, and one that looks like a table of Sheaf.
package enum ViewName {
    /// The most characters that a name may have.
    static let longest = 64
    private static let hashDigits = 10

    /// The name of a view.
    package static func name(of kind: ViewKind, dataset: String) -> String {
        let plain = plainName(kind, dataset)
        if !dataset.isEmpty, isPlain(dataset), isPlain(kind.tag), plain.utf8.count <= longest { return plain }
        var hasher = SHA256Hasher()
        hasher.update("\(dataset)\n\(kind.name)\n\(kind.tag)")
        // A 0 before the hash: no kind and no tag begins with a digit.
        let end = "__0" + hasher.finish().hex.prefix(hashDigits)
        let readable = plain.lowercased().unicodeScalars.map { isSafe($0) ? Character($0) : "_" }
        return String(readable.prefix(longest - end.utf8.count)) + end
    }

    private static func plainName(_ kind: ViewKind, _ dataset: String) -> String {
        switch kind {
        case .current: dataset
        case .versions, .changes: "\(dataset)__\(kind.name)"
        case .tag(let tag): "\(dataset)__tag__\(tag)"
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(isSafe) && !text.contains("__") && !text.hasPrefix("_") && !text.hasSuffix("_")
            && !text.hasPrefix("sheaf_")
    }

    /// What every server takes as it is.
    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        "a"..."z" ~= scalar || "0"..."9" ~= scalar || "_-./".unicodeScalars.contains(scalar)
    }
}
