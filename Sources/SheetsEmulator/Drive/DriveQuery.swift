/// The search expression `q` of `files.list`.
struct DriveQuery {
    private indirect enum Node {
        case all
        case and(Node, Node)
        case or(Node, Node)
        case not(Node)
        case comparison(field: String, comparator: String, value: String)
        case membership(value: String, field: String)
    }

    private enum Token: Equatable {
        case word(String)
        case text(String)
        case sign(String)
    }

    private var tokens: ArraySlice<Token> = []
    private var root = Node.all

    init(_ text: String?) throws(APIError) {
        guard let text, !text.allSatisfy(\.isWhitespace) else { return }
        guard let read = Self.tokens(text) else { throw Self.invalid }
        tokens = read[...]
        root = try disjunction()
        guard tokens.isEmpty else { throw Self.invalid }
    }

    private static var invalid: APIError { .driveParameter("invalid", "q", "Invalid Value") }

    // MARK: Reading

    private static func tokens(_ text: String) -> [Token]? {
        var found: [Token] = []
        var rest = Array(text)[...]
        while let character = rest.popFirst() {
            switch character {
            case " ", "\t", "\n": continue
            case "(", ")": found.append(.sign(String(character)))
            case "'", "\"":
                var value = ""
                while let next = rest.first, next != character {
                    rest = rest.dropFirst()
                    if next == "\\", let escaped = rest.popFirst() { value.append(escaped) } else { value.append(next) }
                }
                guard rest.popFirst() == character else { return nil }
                found.append(.text(value))
            case "=", "!", "<", ">":
                let isTwo = rest.first == "="
                if isTwo { rest = rest.dropFirst() }
                guard character != "!" || isTwo else { return nil }
                found.append(.sign(String(character) + (isTwo ? "=" : "")))
            default:
                guard character.isLetter || character.isNumber else { return nil }
                let tail = rest.prefix {
                    $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == ":" || $0 == "."
                }
                rest = rest.dropFirst(tail.count)
                found.append(.word(String(character) + String(tail)))
            }
        }
        return found
    }

    private mutating func takes(_ word: String) -> Bool {
        guard case .word(let found)? = tokens.first, found.lowercased() == word else { return false }
        tokens = tokens.dropFirst()
        return true
    }

    private mutating func disjunction() throws(APIError) -> Node {
        var node = try conjunction()
        while takes("or") { node = .or(node, try conjunction()) }
        return node
    }

    private mutating func conjunction() throws(APIError) -> Node {
        var node = try term()
        while takes("and") { node = .and(node, try term()) }
        return node
    }

    private mutating func term() throws(APIError) -> Node {
        if takes("not") { return .not(try term()) }
        if tokens.first == .sign("(") {
            tokens = tokens.dropFirst()
            let node = try disjunction()
            guard tokens.popFirst() == .sign(")") else { throw Self.invalid }
            return node
        }
        switch tokens.popFirst() {
        case .text(let value):
            guard takes("in"), case .word(let field)? = tokens.popFirst(), Self.collections.contains(field)
            else { throw Self.invalid }
            return .membership(value: value, field: field)
        case .word(let field): return try comparison(field)
        default: throw Self.invalid
        }
    }

    private mutating func comparison(_ field: String) throws(APIError) -> Node {
        // gspread writes it this way round, and Google takes it.
        if Self.collections.contains(field) {
            guard takes("in"), case .text(let value)? = tokens.popFirst() else { throw Self.invalid }
            return .membership(value: value, field: field)
        }
        guard let allowed = Self.comparators[field] else { throw Self.invalid }
        if field == "sharedWithMe", tokens.first.map({ $0 != .sign("=") && $0 != .sign("!=") }) ?? true {
            return .comparison(field: field, comparator: "=", value: "true")
        }
        let comparator: String
        switch tokens.popFirst() {
        case .sign(let sign): comparator = sign
        case .word(let word): comparator = word.lowercased()
        default: throw Self.invalid
        }
        guard allowed.contains(comparator) else { throw Self.invalid }
        switch tokens.popFirst() {
        case .text(let value), .word(let value):
            return .comparison(field: field, comparator: comparator, value: value)
        default: throw Self.invalid
        }
    }

    private static let collections: Set<String> = ["parents", "owners", "writers", "readers"]
    private static let comparators: [String: Set<String>] = [
        "name": ["=", "!=", "contains"], "fullText": ["contains"], "mimeType": ["=", "!=", "contains"],
        "trashed": ["=", "!="], "starred": ["=", "!="], "sharedWithMe": ["=", "!="],
        "modifiedTime": ["=", "!=", "<", "<=", ">", ">="], "createdTime": ["=", "!=", "<", "<=", ">", ">="],
    ]

    // MARK: Matching

    func matches(_ file: Spreadsheet, for account: String) -> Bool {
        Self.matches(root, file, account)
    }

    private static func matches(_ node: Node, _ file: Spreadsheet, _ account: String) -> Bool {
        switch node {
        case .all: true
        case .and(let left, let right): matches(left, file, account) && matches(right, file, account)
        case .or(let left, let right): matches(left, file, account) || matches(right, file, account)
        case .not(let inner): !matches(inner, file, account)
        case .membership(let value, let field):
            switch field {
            case "parents": file.owner == account && (value == "root" || value == DriveFile.root(of: account))
            case "owners": file.owner == value
            case "writers": file.sharedWith.contains(value) && !file.readers.contains(value)
            default: file.sharedWith.contains(value)
            }
        case .comparison(let field, let comparator, let value):
            compares(property(field, of: file, account), comparator, value, isTime: field.hasSuffix("Time"))
        }
    }

    private static func property(_ field: String, of file: Spreadsheet, _ account: String) -> String {
        switch field {
        case "mimeType": DriveFile.mimeType
        case "trashed": String(file.trashed)
        case "sharedWithMe": String(file.owner != account)
        case "starred": "false"
        case "modifiedTime": DriveFile.timestamp(file.modified)
        case "createdTime": DriveFile.timestamp(file.created)
        default: file.title
        }
    }

    private static func compares(_ found: String, _ comparator: String, _ value: String, isTime: Bool) -> Bool {
        // Times in UTC compare as text, by as much of them as was given.
        let left = isTime ? String(found.prefix(min(19, value.count))) : found.lowercased()
        let right = isTime ? String(value.prefix(19)) : value.lowercased()
        return switch comparator {
        case "=": left == right
        case "!=": left != right
        case "<": left < right
        case "<=": left <= right
        case ">": left > right
        case ">=": left >= right
        default: left.contains(right)
        }
    }
}

/// The order `orderBy` of `files.list`.
struct DriveOrder {
    private enum Key {
        case name, created, modified, none
    }

    private var keys: [(key: Key, descending: Bool)] = []

    init(_ text: String?) throws(APIError) {
        for part in (text ?? "").split(separator: ",") {
            let words = part.split(separator: " ")
            guard let name = words.first, words.count == 1 || (words.count == 2 && words[1] == "desc") else {
                throw .driveParameter("invalid", "orderBy", "Invalid Value")
            }
            let key: Key
            switch name {
            case "name", "name_natural": key = .name
            case "createdTime": key = .created
            case "modifiedTime", "recency", "modifiedByMeTime", "viewedByMeTime", "sharedWithMeTime": key = .modified
            case "folder", "starred", "quotaBytesUsed": key = .none
            default: throw .driveParameter("invalid", "orderBy", "Invalid Value")
            }
            keys.append((key, words.count == 2))
        }
    }

    /// The newest first unless told otherwise, and by id where nothing else tells files apart.
    func puts(_ left: Spreadsheet, before right: Spreadsheet) -> Bool {
        for (key, descending) in keys.isEmpty ? [(.modified, true)] : keys {
            let (first, second) = descending ? (right, left) : (left, right)
            switch key {
            case .name where left.title != right.title: return first.title < second.title
            case .created where left.created != right.created: return first.created < second.created
            case .modified where left.modified != right.modified: return first.modified < second.modified
            default: continue
            }
        }
        return left.id < right.id
    }
}
