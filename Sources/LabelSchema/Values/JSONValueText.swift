/// JSON in a cell, and its one form.
enum JSONValueText {
    /// What is wrong with a text that should be JSON.
    struct Problem: Error {
        let message: String
    }

    /// The value of a text, with numbers in their one form; nil if it is no JSON, or if something of it would be lost.
    static func node(_ bytes: UnsafeBufferPointer<UInt8>) -> SchemaNode? {
        try? read(bytes)
    }

    /// As `node(_:)`, saying what is wrong.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(Problem) -> SchemaNode {
        try canonical(try parse(Array(bytes)))
    }

    private static func parse(_ bytes: [UInt8]) throws(Problem) -> SchemaNode {
        do {
            // The value of a cell is a member of a label, which has to be read from the store again.
            return try JSONReader.read(bytes, depth: 1)
        } catch {
            throw Problem(message: error.message)
        }
    }

    /// The same value with numbers in their one form.
    ///
    /// Members that share a name cannot both be kept, and neither can more digits than a number holds.
    static func canonical(_ node: SchemaNode) throws(Problem) -> SchemaNode {
        var canonical = node
        switch node.value {
        case .null, .boolean, .string: break
        case .number(let literal): canonical.value = .number(try number(literal))
        case .list(let items):
            var list: [SchemaNode] = []
            for item in items { list.append(try self.canonical(item)) }
            canonical.value = .list(list)
        case .mapping(let members):
            var mapping: [SchemaMember] = []
            // As strings: names that look the same are the same.
            var names: Set<String> = []
            for var member in members {
                guard names.insert(member.name).inserted else {
                    throw Problem(message: "the name “\(CellText.shown(member.name))” stands there twice")
                }
                member.value = try self.canonical(member.value)
                mapping.append(member)
            }
            canonical.value = .mapping(mapping)
        }
        return canonical
    }

    /// Whole numbers within 64 bits keep all their digits; every other number is a binary64.
    private static func number(_ literal: String) throws(Problem) -> String {
        if let whole = Int64(literal) { return "\(whole)" }
        let bytes = Array(literal.utf8)
        guard let value = bytes.withUnsafeBufferPointer({ NumberText.double($0) }) else {
            throw Problem(message: "the number \(CellText.shown(literal)) is too large")
        }
        let canonical = String(decoding: NumberText.canonical(value), as: UTF8.self)
        let isWhole = bytes.allSatisfy { NumberText.isDigit($0) || $0 == UInt8(ascii: "-") }
        guard !isWhole || canonical == literal else {
            throw Problem(message: "the number \(CellText.shown(literal)) has more digits than can be kept")
        }
        return canonical
    }

    /// The canonical JSON of a value whose numbers are in their one form.
    static func bytes(_ node: SchemaNode) -> [UInt8] {
        var json: [UInt8] = []
        node.appendJSON(to: &json)
        return json
    }
}

extension JSONValueText {
    /// What is wrong with a text that should be JSON, in words; nil if it is JSON.
    static func problem(_ text: String) -> String? {
        do {
            _ = try canonical(try parse(Array(text.utf8)))
            return nil
        } catch {
            return error.message
        }
    }
}
