/// The parameters of a query string, in order: `ranges` may come several times.
struct QueryParameters: Sendable {
    private let pairs: [(name: String, value: String)]

    init(_ query: String?) {
        pairs = (query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(parts[0]), parts.count > 1 ? Self.decode(parts[1]) : "")
        }
    }

    subscript(_ name: String) -> String? {
        pairs.last { $0.name == name }?.value
    }

    func all(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    /// Whether a mask asks for every field by name, which is more than to give no mask.
    var asksForAll: Bool { (self["fields"] ?? self["$fields"])?.contains("*") == true }

    /// The names given, for refusing those that a method does not know.
    var names: [String] { pairs.map(\.name) }

    private static func decode(_ text: Substring) -> String {
        String(text.map { $0 == "+" ? " " : $0 }).percentDecoded() ?? String(text)
    }
}

extension String {
    /// The text with `%XX` decoded; nil when that is not valid UTF-8 or an escape is broken.
    func percentDecoded() -> String? {
        var out: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            out.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: out, as: UTF8.self)
    }
}
