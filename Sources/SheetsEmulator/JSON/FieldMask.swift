/// A `fields` mask, such as `sheets.properties(sheetId,title),properties.title`.
struct FieldMask: Sendable {
    /// The fields named at this level, and below each what was named there; nil says "all of it".
    private var children: [String: FieldMask]?

    private init(children: [String: FieldMask]?) {
        self.children = children
    }

    static let all = FieldMask(children: nil)

    /// Reads a mask; nil when it does not parse.
    ///
    /// An absent or empty mask means everything.
    static func parse(_ text: String?) -> FieldMask? {
        guard let text, !text.isEmpty else { return .all }
        var characters = Array(text.filter { $0 != " " })[...]
        let mask = list(&characters)
        return characters.isEmpty ? mask : nil
    }

    private static func list(_ rest: inout ArraySlice<Character>) -> FieldMask? {
        var mask = FieldMask(children: [:])
        repeat {
            if rest.first == "," { rest = rest.dropFirst() }
            var path: [String] = []
            repeat {
                if rest.first == "/" || rest.first == "." { rest = rest.dropFirst() }
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "*" }
                guard !name.isEmpty else { return nil }
                path.append(String(name))
                rest = rest.dropFirst(name.count)
            } while rest.first == "/" || rest.first == "."
            var below = FieldMask.all
            if rest.first == "(" {
                rest = rest.dropFirst()
                guard let inner = list(&rest), rest.first == ")" else { return nil }
                rest = rest.dropFirst()
                below = inner
            }
            mask.add(path[...], below)
        } while rest.first == ","
        return mask
    }

    private mutating func add(_ path: ArraySlice<String>, _ below: FieldMask) {
        guard let name = path.first else {
            merge(below)
            return
        }
        if name == "*" && path.count == 1 {
            children = nil
            return
        }
        guard children != nil else { return }
        var child = children?[name] ?? FieldMask(children: [:])
        child.add(path.dropFirst(), below)
        children?[name] = child
    }

    private mutating func merge(_ other: FieldMask) {
        guard let others = other.children else {
            children = nil
            return
        }
        for (name, mask) in others { add([name], mask) }
    }

    /// What is named at this level, in the order of the names; nothing if the mask means everything.
    var named: [(name: String, below: FieldMask)] {
        (children ?? [:]).map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    /// Whether the mask means everything below.
    var isAll: Bool { children == nil }

    /// Every name in the mask, for finding one that the resource does not have.
    var names: Set<String> {
        (children ?? [:]).reduce(into: []) { names, child in
            names.insert(child.key)
            names.formUnion(child.value.names)
        }
    }

    /// The names at this level.
    var memberNames: Set<String> { Set((children ?? [:]).keys) }

    func includes(_ name: String) -> Bool {
        guard let children else { return true }
        return children[name] != nil || children["*"] != nil
    }

    /// What the mask says below a member.
    func below(_ name: String) -> FieldMask {
        guard let children else { return .all }
        return children[name] ?? children["*"] ?? FieldMask(children: [:])
    }

    /// The value with only what the mask names; members that end up empty go, as they do in Google's answers.
    func apply(to value: JSONValue) -> JSONValue {
        guard children != nil else { return value }
        switch value {
        case .object(let members):
            return .object(
                members.filter { includes($0.name) }
                    .map { JSONMember(name: $0.name, value: below($0.name).apply(to: $0.value)) })
        case .array(let elements): return .array(elements.map { apply(to: $0) })
        default: return value
        }
    }
}
