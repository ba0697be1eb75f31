/// Takes values out of the server's messages: some quote the cell that they complain of.
enum ServerMessage {
    /// The message with every quoted value that may come from a row replaced by `'…'`.
    ///
    /// Names of columns, keys and tables stay: they come after ` for `, ` of ` or ` in ` in these messages.
    static func withoutValues(_ message: String, number: UInt32) -> String {
        guard quotingNumbers.contains(number) else { return message }
        guard let first = message.firstIndex(of: "'") else { return message }
        let head = message[..<first]
        // What follows the value names the key or column. A value may hold a quote or the very words that follow it,
        // so the last match counts.
        for marker in ["' for key ", "' for column ", "' for function "] {
            if let tail = lastRange(of: marker, in: message) {
                return head + "'…" + message[tail...]
            }
        }
        return head + "'…'"
    }

    /// Duplicate entries, wrong and truncated values, and JSON text: the messages that quote what was stored.
    private static let quotingNumbers: Set<UInt32> = [
        1062, 1169, 1265, 1292, 1366, 1367, 1411, 1525, 1586, 1690, 1859, 3140, 3141, 3854,
    ]

    private static func lastRange(of needle: String, in text: String) -> String.Index? {
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
