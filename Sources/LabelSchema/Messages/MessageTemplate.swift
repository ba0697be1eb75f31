/// Words with places for values: `{cell}`, `{field}` and so on; a brace that stands for itself is doubled.
enum MessageTemplate {
    /// The template with its places filled.
    ///
    /// What a value holds is never taken for a place.
    ///
    /// - Parameters:
    ///   - template: The words.
    ///   - value: The value of a place by its name.
    /// - Returns: The words with the values in them.
    static func filled(_ template: String, _ value: (String) -> String) -> String {
        var text = ""
        var rest = template[...]
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            text += rest[..<brace]
            let next = rest.index(after: brace)
            if next < rest.endIndex, rest[next] == rest[brace] {
                text.append(rest[brace])
                rest = rest[rest.index(after: next)...]
            } else if rest[brace] == "{", let close = rest[next...].firstIndex(of: "}") {
                text += value(String(rest[next..<close]))
                rest = rest[rest.index(after: close)...]
            } else {
                text.append(rest[brace])
                rest = rest[next...]
            }
        }
        return text + rest
    }

    /// The names of the places that a template has, in their order.
    static func places(of template: String) -> [String] {
        var places: [String] = []
        _ = filled(template) { name in
            places.append(name)
            return ""
        }
        return places
    }
}
