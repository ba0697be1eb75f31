/// Takes values out of the server's messages: some quote the cell that they complain of.
enum ServerMessage {
    /// The message with every quoted value that may come from a row replaced by `'…'`.
    ///
    /// What follows the value, the name of a key or column, stays if it has the form that the server gives it. A value
    /// may hold a quote, or the very words that follow it, so the last match counts.
    static func withoutValues(_ message: String, number: UInt32) -> String {
        guard quotingNumbers.contains(number), let first = message.firstIndex(of: "'") else { return message }
        let head = message[..<first]
        guard let (marker, isComplete) = tails[number], let start = lastIndex(of: marker, in: message),
            isComplete(message[start...].dropFirst(marker.count))
        else {
            return head + "'…'"
        }
        return head + "'…" + message[start...]
    }

    /// Duplicate entries, wrong and cut values, and JSON text: the messages that quote what was to be stored.
    private static let quotingNumbers: Set<UInt32> = [
        1062, 1292, 1300, 1366, 1367, 1411, 1525, 1586, 1690, 1859, 3140, 3141, 3854,
    ]

    private typealias Tail = (marker: String, isComplete: @Sendable (Substring) -> Bool)

    /// What follows the value in messages that name something after it, and whether the rest looks like that name.
    private static let tails: [UInt32: Tail] = {
        let key: Tail = (
            "' for key ",
            { $0.count > 2 && $0.first == "'" && $0.last == "'" && !$0.dropFirst().dropLast().contains("'") }
        )
        let column: Tail = (
            "' for column ",
            { rest in
                let words = rest.split(separator: " ")
                return words.count >= 4 && words.suffix(3).dropLast() == ["at", "row"]
                    && Int(words[words.count - 1]) != nil
            }
        )
        let function: Tail = ("' for function ", { $0.allSatisfy { $0.isLetter || $0 == "_" } })
        return [1062: key, 1586: key, 1859: key, 1292: column, 1366: column, 1367: column, 1411: function]
    }()

    private static func lastIndex(of needle: String, in text: String) -> String.Index? {
        let wanted = Array(needle.utf8)
        let bytes = text.utf8
        guard bytes.count >= wanted.count else { return nil }
        var index = bytes.index(bytes.endIndex, offsetBy: -wanted.count)
        while true {
            if bytes[index...].starts(with: wanted) { return index }
            guard index > bytes.startIndex else { return nil }
            index = bytes.index(before: index)
        }
    }
}
