/// A value of a schema document, with the line it stands on; YAML and JSON alike.
struct SchemaNode {
    enum Value {
        case null
        case boolean(Bool)
        /// A number as it was written, in JSON's grammar.
        case number(String)
        case string(String)
        case list([SchemaNode])
        case mapping([SchemaMember])
    }

    var value: Value
    var line: Int

    /// The text of a scalar as its author wrote it: `1`, `TRUE` and `はい` are all texts.
    var text: String? {
        switch value {
        case .boolean(let flag): flag ? "true" : "false"
        case .number(let literal): literal
        case .string(let text): text
        case .null, .list, .mapping: nil
        }
    }

    /// What stands here, for a message.
    var found: String {
        switch value {
        case .null: "nothing"
        case .boolean(let flag): "\(flag)"
        case .number(let literal): literal
        case .string(let text): "“\(CellText.shown(text, limit: 60))”"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    /// Appends this value as canonical JSON: members sorted by the bytes of their names, no spaces.
    func appendJSON(to json: inout [UInt8]) {
        switch value {
        case .null: json.append(contentsOf: "null".utf8)
        case .boolean(let flag): json.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let literal): json.append(contentsOf: literal.utf8)
        case .string(let text): JSONText.append(text, to: &json)
        case .list(let items):
            json.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                item.appendJSON(to: &json)
            }
            json.append(UInt8(ascii: "]"))
        case .mapping(let members):
            json.append(UInt8(ascii: "{"))
            let sorted = members.sorted { JSONText.precedes($0.name, $1.name) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                JSONText.append(member.name, to: &json)
                json.append(UInt8(ascii: ":"))
                member.value.appendJSON(to: &json)
            }
            json.append(UInt8(ascii: "}"))
        }
    }
}

/// One member of a mapping.
struct SchemaMember {
    var name: String
    /// The line of the name.
    var line: Int
    var value: SchemaNode
}
