/// The header fields of a request or an answer, in order; names compare without regard to case.
package struct HTTPHeaders: Sendable {
    /// One header field.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    /// Every field, in the order it was added or came in.
    package private(set) var fields: [Field]

    /// Headers with these names and values.
    package init(_ pairs: [(String, String)] = []) {
        fields = pairs.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value under this name; nil if there is none.
    package subscript(_ name: String) -> String? {
        fields.first { equalIgnoringCase($0.name, name) }?.value
    }

    /// Every value under this name.
    package func values(_ name: String) -> [String] {
        fields.filter { equalIgnoringCase($0.name, name) }.map(\.value)
    }

    /// Adds a field, beside any others of its name.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Puts a field in place of all others of its name.
    package mutating func set(_ name: String, _ value: String) {
        fields.removeAll { equalIgnoringCase($0.name, name) }
        add(name, value)
    }

    func keeping(_ names: [String]) -> HTTPHeaders {
        var kept = HTTPHeaders()
        kept.fields = fields.filter { field in names.contains { equalIgnoringCase($0, field.name) } }
        return kept
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }
}

private func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8) { lowercased($0) == lowercased($1) }
}

private func lowercased(_ letter: UInt8) -> UInt8 {
    letter >= UInt8(ascii: "A") && letter <= UInt8(ascii: "Z") ? letter | 0x20 : letter
}
