/// A dataset as it must be, kept with dictionaries: slow and plain.
///
/// Read off the decision table, the promises and the guards, and not off the code.
struct Naive: Sendable {
    typealias Sheet = UInt32

    /// A label: what was typed, and the name that its field for names had then.
    struct Label: Hashable, Sendable {
        var key: Int
        var name: Int
        var kind: Int
        var nameField: String?

        /// Canonical JSON, written here once more by hand: members by name, texts as they are.
        var text: [UInt8] {
            var members = [
                ("code", SheetRow.keys[key].code), ("kind", SheetRow.kinds[kind]), ("part", SheetRow.keys[key].part),
            ]
            if let nameField, !SheetRow.names[name].isEmpty { members.append((nameField, SheetRow.names[name])) }
            let told = members.sorted { $0.0 < $1.0 }.map { "\(Naive.quoted($0.0)):\(Naive.quoted($0.1))" }
            return Array("{\(told.joined(separator: ","))}".utf8)
        }

        static func == (left: Label, right: Label) -> Bool { left.text == right.text }
        func hash(into hasher: inout Hasher) { hasher.combine(text) }
    }

    enum Kind: String, Sendable { case invalid, duplicate, waiting }

    struct Problem: Hashable, Sendable {
        var kind: Kind
        var sheet: Sheet
        /// What was seen: the row, all rows of a duplicate, or the label that nobody offers.
        var seen: [[UInt8]]
    }

    struct Reverted: Hashable, Sendable {
        /// What is not applied; nil for no value.
        var label: Label?
        /// A schema stood in between that does not take it: it is no longer known what it is under another one.
        var isLost = false
        var sheet: Sheet?

        var state: [UInt8]? { label?.text }
    }

    /// One thing that a run would do, exactly.
    enum Entry: Hashable, Sendable, CustomStringConvertible {
        case insert(Int, after: [UInt8])
        case update(Int, before: [UInt8], after: [UInt8])
        case delete(Int, before: [UInt8])
        case reject(Int, [[UInt8]])
        case rejectUnreadable([UInt8])

        var description: String {
            func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
            return switch self {
            case .insert(let key, let after): "insert \(key) \(text(after))"
            case .update(let key, let before, let after): "update \(key) \(text(before)) to \(text(after))"
            case .delete(let key, let before): "delete \(key) \(text(before))"
            case .reject(let key, let seen): "reject \(key) \(seen.map(text))"
            case .rejectUnreadable(let seen): "reject \(text(seen))"
            }
        }
    }

    struct Hold: Hashable, Sendable {
        enum State: String, Sendable { case open, approved, closed, expired }
        var id: UInt64
        var entries: Set<Entry>
        var state = State.open
        var pastBlock = false
        var used: Set<Entry> = []
        /// An approved one that has run out, which a later run notes.
        var hasRunOut = false

        var standing: Set<Entry> { state == .approved && !hasRunOut ? entries.subtracting(used) : [] }
    }

    enum SheetState: String, Sendable {
        case active, orphaned
        case retiredKeep = "retired_keep"
        case retiredDelete = "retired_delete"
    }

    var labels: [Int: Label] = [:]
    var homes: [Int: Sheet] = [:]
    /// The rows of each open problem.
    var problemRows: [Int: [Problem]] = [:]
    var problems: [Int: Set<Problem>] { problemRows.mapValues(Set.init) }
    /// Rows whose key cannot be read, as they were seen.
    var unreadable: [Sheet: [[UInt8]]] = [:]
    var reverted: [Int: Reverted] = [:]
    var holds: [Hold] = []
    var tags: [String: Int] = [:]
    /// Every published version, the first at 0.
    var versions: [Version] = []
    var sheets: [Sheet: SheetState] = [:]
    /// What each sheet held when all its keys were last decided.
    var settled: [Sheet: [SheetRow]] = [:]
    /// Sheets that the next run must read: a notice came, a read failed, a key was left undecided.
    var owed: Set<Sheet> = []

    struct Version: Sendable {
        var labels: [Int: Label]
        var form: SchemaForm
        var inserted = 0
        var updated = 0
        var deleted = 0
    }

    var form: SchemaForm? { versions.last?.form }

    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// The primary key as a canonical array.
    static func keyText(_ key: Int) -> [UInt8] {
        Array("[\(quoted(SheetRow.keys[key].part)),\(quoted(SheetRow.keys[key].code))]".utf8)
    }
}

extension SheetRow {
    var isPending: Bool { key != Self.unreadable && kind == Self.pending }

    func isValid(_ form: SchemaForm) -> Bool { key != Self.unreadable && form.kinds.contains(kind) }

    func label(_ form: SchemaForm) -> Naive.Label {
        Naive.Label(key: key, name: form.nameField == nil ? 0 : name, kind: kind, nameField: form.nameField)
    }

    /// What a run goes by to tell whether it has seen the row before.
    func seen(_ form: SchemaForm) -> [UInt8] {
        if isValid(form) { return label(form).text }
        var cells = cells
        if form.nameField == nil { cells.remove(at: 2) }
        return Array("\(isPending ? "pending" : "invalid") \(cells)".utf8)
    }
}
