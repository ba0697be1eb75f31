extension LabelSchema {
    /// The schema's document as YAML for people, in the usual order of its members.
    ///
    /// Read again it is the same document. No character in it is hidden, whatever the document holds.
    package var documentYAML: String {
        guard let root = try? JSONReader.read(document) else { return "" }
        var writer = SchemaYAML()
        writer.block(root, indent: 0)
        return writer.text
    }
}

/// Writes a document's values as YAML: what is short on one line, all else indented.
private struct SchemaYAML {
    private(set) var text = ""

    private static let width = 110

    /// Members that come first, in this order; the others follow by name.
    private static let order = [
        "$schema", "name", "type", "format", "title", "description", "example", "itemType", "delimiter", "fieldsMatch",
        "primaryKey", "uniqueKeys", "foreignKeys", "role", "was", "normalize", "rules", "constraints", "categories",
        "missingValues", "sheaf", "fields",
    ]

    private static func sorted(_ members: [SchemaMember]) -> [SchemaMember] {
        let rank = { (name: String) in order.firstIndex(of: name) ?? order.count - 2 }
        return members.sorted { first, second in
            let ranks = (rank(first.name), rank(second.name))
            return ranks.0 != ranks.1 ? ranks.0 < ranks.1 : JSONText.precedes(first.name, second.name)
        }
    }

    /// Writes a value over lines of its own, the first of which has been begun and indented already.
    mutating func block(_ node: SchemaNode, indent: Int) {
        let space = String(repeating: " ", count: indent)
        switch node.value {
        case .mapping(let members) where !members.isEmpty:
            for (place, member) in Self.sorted(members).enumerated() {
                text += (place > 0 ? space : "") + Self.quoted(member.name) + ":"
                value(member.value, indent: indent + 2, isFields: member.name == "fields" && indent == 0)
            }
        case .list(let items) where !items.isEmpty:
            for (place, item) in items.enumerated() {
                text += (place > 0 ? space : "") + "- "
                block(item, indent: indent + 2)
            }
        default:
            text += Self.flow(node) + "\n"
        }
    }

    private mutating func value(_ node: SchemaNode, indent: Int, isFields: Bool) {
        let line = Self.flow(node)
        if !isFields, indent + line.unicodeScalars.count <= Self.width || Self.isScalar(node) {
            text += " \(line)\n"
        } else {
            text += "\n" + String(repeating: " ", count: indent)
            block(node, indent: indent)
        }
    }

    private static func isScalar(_ node: SchemaNode) -> Bool {
        switch node.value {
        case .mapping, .list: false
        case .null, .boolean, .number, .string: true
        }
    }

    private static func flow(_ node: SchemaNode) -> String {
        switch node.value {
        case .null: return "null"
        case .boolean(let flag): return flag ? "true" : "false"
        case .number(let literal): return literal
        case .string(let text): return quoted(text)
        case .list(let items): return "[" + items.map(flow).joined(separator: ", ") + "]"
        case .mapping(let members):
            if members.isEmpty { return "{}" }
            return "{ " + sorted(members).map { "\(quoted($0.name)): \(flow($0.value))" }.joined(separator: ", ") + " }"
        }
    }

    /// Words that some reader of YAML takes for something else than text.
    private static let reserved: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]

    /// The text as it is where every reader of YAML takes it for that, and in quotes otherwise.
    private static func quoted(_ text: String) -> String {
        if isPlain(text) { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where CellText.isHidden(scalar) || scalar.value == 0xFEFF: quoted += escape(scalar)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        guard first.properties.isAlphabetic || first == "_", last != " " else { return false }
        guard !reserved.contains(text.lowercased()) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber: true
            default: "_-./ ".unicodeScalars.contains(scalar)
            }
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let isShort = digits.count <= 4
        let zeros = String(repeating: "0", count: (isShort ? 4 : 8) - digits.count)
        return (isShort ? "\\u" : "\\U") + zeros + digits
    }
}
