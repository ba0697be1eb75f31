internal import HTTPTypes

/// A strong validator of an answer, as RFC 9110 has it.
struct EntityTag: Sendable, CustomStringConvertible {
    /// Without its quotes: hexadecimal digits, letters and hyphens.
    let text: String

    var description: String { "\"\(text)\"" }

    /// What never changes need not be asked for again for a day, and is nobody else's.
    ///
    /// Not for ever: labels can be redacted, and then no copy should be left.
    static let forGood = "private, max-age=86400, immutable"

    /// Whether the client says that it has just this.
    func isNamed(by headers: HTTPFields) -> Bool {
        headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").contains { part in
            var name = part.drop { $0 == " " || $0 == "\t" }
            while name.last == " " || name.last == "\t" { name = name.dropLast() }
            // Compared weakly, as it is to be for this field.
            if name.hasPrefix("W/") { name = name.dropFirst(2) }
            return name == "*" || name == description
        }
    }
}
