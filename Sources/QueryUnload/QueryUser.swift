/// Whether the database user of queries can do no harm.
package enum QueryUser {
    /// What a user may have: what lets him read, and see what there is to read.
    private static let harmless: Set<String> = ["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"]

    /// Checks a user's grants.
    ///
    /// - Parameter grants: as SHOW GRANTS lists them.
    /// - Throws: `UnloadProblem` that names the right that is too much.
    package static func check(grants: [String]) throws(UnloadProblem) {
        for grant in grants {
            if let excess = excess(of: grant) {
                throw UnloadProblem(
                    .unsafeUser, "The database user of queries may do more than read (\(excess)).",
                    hint: "Give queries.database a user with SELECT alone, or set queries.may_write: true in "
                        + "sheaf.yaml to run them all the same.")
            }
        }
        guard grants.contains(where: { $0.uppercased().contains("SELECT") }) else {
            throw UnloadProblem(
                .unsafeUser, "The database user of queries may read nothing.",
                hint: "GRANT SELECT on what queries are for.")
        }
    }

    /// What of a grant is too much; nil if nothing is.
    private static func excess(of grant: String) -> String? {
        guard let on = unquotedRange(of: " ON ", in: grant), grant.hasPrefix("GRANT ") else {
            // A role, whose rights this list need not show.
            return "a role"
        }
        for right in rights(grant[grant.index(grant.startIndex, offsetBy: 6)..<on.lowerBound]) {
            if !harmless.contains(right) { return right }
        }
        if unquotedRange(of: " WITH GRANT OPTION", in: grant) != nil { return "GRANT OPTION" }
        return nil
    }

    /// The names of rights, without the columns to which they are limited.
    private static func rights(_ list: Substring) -> [String] {
        var rights = [""]
        var depth = 0
        for character in list {
            switch character {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0: rights.append("")
            default: if depth == 0 { rights[rights.count - 1].append(character) }
            }
        }
        return rights.map { right in
            right.uppercased().split(separator: " ").joined(separator: " ")
        }
    }

    /// Where a text stands outside of quotes.
    private static func unquotedRange(of needle: String, in text: String) -> Range<String.Index>? {
        var quote: Character?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if text[index...].hasPrefix(needle) {
                return index..<text.index(index, offsetBy: needle.count)
            } else if character == "`" || character == "'" || character == "\"" {
                quote = character
            }
            index = text.index(after: index)
        }
        return nil
    }
}
