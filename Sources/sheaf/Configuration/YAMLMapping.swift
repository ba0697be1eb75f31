import LabelSchema
import Yams

/// Collects mistakes while a YAML document is read, so that all of them are told at once.
final class MistakeCollector {
    let file: String
    private(set) var mistakes: [ConfigurationMistake] = []

    init(file: String) {
        self.file = file
    }

    func note(_ problem: String, at node: Node?) {
        mistakes.append(ConfigurationMistake(file: file, line: node?.mark?.line ?? 0, problem: problem))
    }

    func note(_ problem: String, line: Int) {
        mistakes.append(ConfigurationMistake(file: file, line: line, problem: problem))
    }
}

/// A mapping of the document, with the keys it may have; every other key is a mistake.
struct YAMLMapping {
    private let members: [(key: String, node: Node)]
    let node: Node
    /// What it is, for messages: `datasets.recipe_category`.
    let path: String
    private let collector: MistakeCollector

    /// Fails if the node is no mapping; a key that is not among `keys` is noted, where `nil` allows any.
    init?(_ node: Node, path: String, keys: [String]?, _ collector: MistakeCollector) {
        guard case .mapping(let mapping) = node else {
            collector.note("\(path.isEmpty ? "the file" : path) must be a mapping of keys to values", at: node)
            return nil
        }
        self.node = node
        self.path = path
        self.collector = collector
        var members: [(key: String, node: Node)] = []
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string else {
                collector.note("a key under \(path) is not a text", at: keyNode)
                continue
            }
            if members.contains(where: { $0.key == key }) {
                collector.note("`\(key)` stands here twice", at: keyNode)
            }
            if let keys, !keys.contains(key) {
                let hint =
                    NearestText.find(key, among: keys).map { "did you mean `\($0)`?" }
                    ?? "known keys are \(keys.joined(separator: ", "))"
                let place = path.isEmpty ? "" : " under `\(path)`"
                collector.note("unknown key `\(CellText.shown(key))`\(place); \(hint)", at: keyNode)
            }
            members.append((key, value))
        }
        self.members = members
    }

    var entries: [(key: String, node: Node)] { members }

    subscript(key: String) -> Node? {
        guard let node = members.first(where: { $0.key == key })?.node, !Self.isNull(node) else { return nil }
        return node
    }

    private static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar else { return false }
        return scalar.style == .plain && (scalar.string.isEmpty || scalar.string == "null" || scalar.string == "~")
    }

    private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func mapping(_ key: String, keys: [String]?) -> YAMLMapping? {
        self[key].flatMap { YAMLMapping($0, path: name(key), keys: keys, collector) }
    }

    func list(_ key: String) -> [Node]? {
        guard let node = self[key] else { return nil }
        guard case .sequence(let items) = node else {
            collector.note("`\(name(key))` must be a list", at: node)
            return nil
        }
        return Array(items)
    }

    func text(_ key: String) -> String? {
        guard let node = self[key] else { return nil }
        guard let scalar = node.scalar, !scalar.string.isEmpty else {
            collector.note("`\(name(key))` must be a text", at: node)
            return nil
        }
        return scalar.string
    }

    func requiredText(_ key: String, hint: String) -> String? {
        if self[key] == nil {
            collector.note("`\(name(key))` is missing; \(hint)", at: node)
            return nil
        }
        return text(key)
    }

    func texts(_ key: String) -> [String]? {
        guard let items = list(key) else { return nil }
        return items.compactMap { item in
            if let text = item.scalar?.string { return text }
            collector.note("`\(name(key))` must be a list of texts", at: item)
            return nil
        }
    }

    func number(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = self[key] else { return nil }
        guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
            let bounds =
                range.upperBound == .max
                ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            collector.note("`\(name(key))` must be a whole number \(bounds)", at: node)
            return nil
        }
        return value
    }

    func flag(_ key: String, default fallback: Bool) -> Bool {
        guard let node = self[key] else { return fallback }
        switch node.scalar?.string {
        case "true": return true
        case "false": return false
        default:
            collector.note("`\(name(key))` must be true or false", at: node)
            return fallback
        }
    }

    /// A share from 0 to 1, written `5%` or `0.05`; `none` is no limit.
    func share(_ key: String, default fallback: Double?) -> Double? {
        guard let node = self[key] else { return fallback }
        let text = node.scalar?.string ?? ""
        if text == "none" { return nil }
        let value = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
        guard let value, value >= 0, value <= 1 else {
            collector.note("`\(name(key))` must be a share such as 5%, or none", at: node)
            return fallback
        }
        return value
    }

    /// A duration such as `30s`, `15m`, `6h` or `2d`.
    func duration(_ key: String, default fallback: Duration) -> Duration {
        guard let node = self[key] else { return fallback }
        let text = node.scalar?.string ?? ""
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count >= 0,
            count < 1_000_000
        else {
            collector.note("`\(name(key))` must be a duration such as 30s, 15m, 6h or 2d", at: node)
            return fallback
        }
        return .seconds(count * unit)
    }
}
