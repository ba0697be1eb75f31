import Yams

extension SchemaNode {
    /// Reads a YAML document.
    ///
    /// A plain scalar is a boolean, a number or null only where JSON says so (`true`, `12`, `null`, and YAML's `~`).
    /// All else is text: `はい`, `TRUE`, `no` and `2024-05-01` stay what their author wrote.
    static func parseYAML(_ text: String, file: String) throws(LabelSchemaMistakes) -> SchemaNode {
        do {
            guard let root = try Yams.compose(yaml: text) else {
                throw mistake(file, 0, "the document is empty", "write at least `fields` and `primaryKey`")
            }
            try checkSize(root, of: text, file: file)
            var foreign: [LabelSchemaMistake] = []
            let node = convert(root, file: file, mistakes: &foreign)
            guard foreign.isEmpty else { throw LabelSchemaMistakes(mistakes: foreign) }
            return node
        } catch let mistakes as LabelSchemaMistakes {
            throw mistakes
        } catch let error as YamlError {
            throw mistakes(of: error, file: file)
        } catch {
            throw mistake(file, 0, "the document cannot be read as YAML", "check quotes and indentation")
        }
    }

    /// So much may a document become by its aliases, whatever its own size.
    private static let smallSize = 16_000_000

    /// Refuses what no canonical document could hold: values nested too deep, and aliases of aliases that make a short
    /// text a huge one.
    private static func checkSize(_ root: Node, of text: String, file: String) throws(LabelSchemaMistakes) {
        var left = smallSize + 10 * text.utf8.count
        var open: [(node: Node, depth: Int)] = [(root, 0)]
        while let (node, depth) = open.popLast() {
            left -= 1 + (node.scalar?.string.utf8.count ?? 0)
            guard left > 0 else {
                throw mistake(
                    file, node.mark?.line ?? 0, "the aliases make the document too large", "write less of them")
            }
            guard node.scalar == nil else { continue }
            guard depth < JSONReader.deepest else {
                throw mistake(file, node.mark?.line ?? 0, "values are nested too deep", "nest them less")
            }
            if let items = node.sequence { open += items.map { ($0, depth + 1) } }
            for (key, value) in node.mapping ?? [:] { open += [(key, depth + 1), (value, depth + 1)] }
        }
    }

    private static func convert(
        _ node: Node, file: String, mistakes: inout [LabelSchemaMistake]
    ) -> SchemaNode {
        let line = node.mark?.line ?? 0
        switch node {
        case .scalar(let scalar):
            return SchemaNode(value: value(of: scalar), line: line)
        case .sequence(let sequence):
            let items = sequence.map { convert($0, file: file, mistakes: &mistakes) }
            return SchemaNode(value: .list(items), line: line)
        case .mapping(let mapping):
            var members: [SchemaMember] = []
            for (key, value) in mapping {
                let keyLine = key.mark?.line ?? line
                guard let name = key.scalar?.string else {
                    let problem = "a member's name is not text"
                    mistakes.append(LabelSchemaMistake(file: file, line: keyLine, problem: problem, hint: nil))
                    continue
                }
                let converted = convert(value, file: file, mistakes: &mistakes)
                members.append(SchemaMember(name: name, line: keyLine, value: converted))
            }
            return SchemaNode(value: .mapping(members), line: line)
        case .alias:
            let problem = "a YAML alias points nowhere"
            mistakes.append(LabelSchemaMistake(file: file, line: line, problem: problem, hint: nil))
            return SchemaNode(value: .null, line: line)
        }
    }

    private static func value(of scalar: Node.Scalar) -> Value {
        guard scalar.style == .plain else { return .string(scalar.string) }
        switch scalar.string {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "null", "~", "": return .null
        default:
            return NumberText.isJSONNumber(Array(scalar.string.utf8)) ? .number(scalar.string) : .string(scalar.string)
        }
    }

    private static func mistakes(of error: YamlError, file: String) -> LabelSchemaMistakes {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return mistake(file, mark.line, "this is not YAML: \(problem)", "check quotes, colons and indentation")
        case .duplicatedKeysInMapping(let names, let context):
            let list = names.map { "`\($0)`" }.joined(separator: ", ")
            return mistake(file, context.mark.line, "\(list) is given twice", "keep one of them")
        case .reader(let problem, _, _, _):
            return mistake(file, 0, "this is not YAML: \(problem)", "write control characters as escapes, in quotes")
        default:
            return mistake(file, 0, "the document cannot be read as YAML", "check quotes and indentation")
        }
    }

    /// One mistake, ready to throw.
    static func mistake(_ file: String, _ line: Int, _ problem: String, _ hint: String?) -> LabelSchemaMistakes {
        LabelSchemaMistakes(mistakes: [LabelSchemaMistake(file: file, line: line, problem: problem, hint: hint)])
    }
}
