/// What one row of a sheet holds, as places in the lists below: so that a step says all of it in three numbers.
struct SheetRow: Hashable, Sendable {
    /// Its key; `unreadable` for one that nobody can read.
    var key: Int
    var name: Int
    var kind: Int

    static let unreadable = -1

    /// Keys of two fields.
    ///
    /// Several of them would be one if parts were put together without a border.
    static let keys: [(part: String, code: String)] = [
        ("a", "bc"), ("ab", "c"), ("1", "12"), ("11", "2"), ("x\"", "y"), ("x", "\",\"y"), ("z", "1"), ("z", "2"),
    ]
    /// The last two are one to a person and two to the store: nothing is normalised here.
    static let names = ["", "n", "が", "か\u{3099}"]
    /// Blank is work to do.
    ///
    /// The last one is in no schema.
    static let kinds = ["", "a", "b", "c", "?"]

    static let pending = 0
    static let wrong = 4

    /// Part, code, name, kind, as they stand in the sheet.
    var cells: [String] {
        let key = key == Self.unreadable ? ("", "lost") : (Self.keys[key].part, Self.keys[key].code)
        return [key.0, key.1, Self.names[name], Self.kinds[kind]]
    }
}

/// The label schemas that a dataset goes through.
enum SchemaForm: Int, CaseIterable, Sendable {
    case base
    /// It no longer has the last kind.
    case narrow
    /// A field has another name.
    case renamed
    /// It says the same in other words.
    case reworded
    /// A field is gone.
    case short

    static let header = ["part", "code", "料理", "kind"]

    /// What the field for names is called.
    var nameField: String? {
        switch self {
        case .renamed: "dish"
        case .short: nil
        default: "name"
        }
    }

    /// The kinds that a label may have.
    var kinds: ClosedRange<Int> { self == .narrow ? 1...2 : 1...3 }

    var text: String {
        let name = nameField.map {
            "  - { name: \($0), title: 料理, type: string, sheaf: { role: context, was: [\($0 == "name" ? "dish" : "name")] } }\n"
        }
        return """
            primaryKey: [part, code]
            fields:
              - { name: part, type: string, sheaf: { role: key } }
              - { name: code, type: string, sheaf: { role: key } }
            \(name ?? "")  - name: kind
                type: string
            \(self == .reworded ? "    description: in other words\n" : "")    constraints: { required: true, enum: [\(SheetRow.kinds[kinds].joined(separator: ", "))] }
                sheaf: { role: label }
            """
    }
}
