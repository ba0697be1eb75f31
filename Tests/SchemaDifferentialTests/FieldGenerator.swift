import TestRandom

/// Draws fields: every type, with its formats, properties and constraints.
struct FieldGenerator {
    let version: Question.Version
    private(set) var field: FieldSpec
    /// Cells that this field calls special.
    private(set) var aimed: [String] = []

    init(version: Question.Version, name: String, random: inout SeededRandom) {
        self.version = version
        let type = random.pick(version == .v1 ? Self.firstTypes : Self.firstTypes + Self.laterTypes)
        field = FieldSpec(type)
        field.name = name
        addFormat(&random)
        addProperties(&random)
        addMissingValues(&random)
        for _ in 0..<random.pick([0, 0, 1, 1, 1, 2, 3]) { addConstraint(&random) }
        if random.once(in: 4) { field.members.append(JSONMember("title", .string("見出し \(name)"))) }
    }

    /// The types of both versions of the standard.
    private static let firstTypes = [
        "string", "string", "integer", "number", "number", "boolean", "date", "time", "datetime", "year", "yearmonth",
        "any",
    ]
    private static let laterTypes = ["list", "list"]

    /// What the cells of this field are drawn for.
    var cellType: String {
        field.type == "string" && field.format != "default" ? field.format : field.type ?? "string"
    }

    // MARK: Formats and properties

    private static let formats: [String: [JSONValue]] = [
        "string": ["default", "email", "uri", "uuid"]
    ]

    private mutating func addFormat(_ random: inout SeededRandom) {
        guard let formats = Self.formats[field.type ?? "string"], random.once(in: 2) else { return }
        field.members.append(JSONMember("format", random.pick(formats)))
    }

    private mutating func addProperties(_ random: inout SeededRandom) {
        switch field.type {
        case "boolean" where random.once(in: 3):
            let words = random.pick([
                (["はい", "yes"], ["いいえ", "no"]), (["1"], ["0"]), (["Y"], ["N"]), (["TRUE"], ["FALSE", "x"]),
            ])
            field.members.append(JSONMember("trueValues", .texts(words.0)))
            field.members.append(JSONMember("falseValues", .texts(words.1)))
            aimed += words.0 + words.1
        case "list":
            let delimiter = random.pick([",", ",", ";", "|", "、", "::"])
            let item = random.pick(["string", "string", "integer", "number", "boolean", "date", "time", "datetime"])
            if delimiter != "," { field.members.append(JSONMember("delimiter", .string(delimiter))) }
            if item != "string" || random.once(in: 4) {
                field.members.append(JSONMember("itemType", .string(item)))
            }
            aimed += (0..<6).map { _ in
                (0..<random.number(in: 1..<5)).map { _ in
                    random.once(in: 4) ? random.pick(CellForms.of(item)) : CellForms.fresh(item, &random)
                }.joined(separator: delimiter)
            }
        default: break
        }
    }

    private mutating func addMissingValues(_ random: inout SeededRandom) {
        guard random.once(in: 6) else { return }
        let texts = random.pick([["", "-"], ["", "NA", "n/a"], [""], ["", "0"], ["", "なし"], ["-"], []])
        let isLabelled = version == .v2 && random.once(in: 2)
        let entries: JSONValue =
            isLabelled
            ? .list(texts.map { ["value": .string($0), "label": .string("because of “\($0)”")] }) : .texts(texts)
        field.members.append(JSONMember("missingValues", entries))
        aimed += texts
    }

    // MARK: Constraints

    private mutating func addConstraint(_ random: inout SeededRandom) {
        let type = field.type ?? "string"
        var names = ["required", "required", "enum"]
        if ["string", "list", "array", "object"].contains(type) { names += ["minLength", "maxLength"] }
        if type == "string" { names += ["pattern", "pattern"] }
        if CellForms.ordered.contains(type) {
            names += ["minimum", "maximum"]
            if version == .v2 { names += ["exclusiveMinimum", "exclusiveMaximum"] }
        }
        if type == "list" { names.removeAll { $0 == "enum" } }
        let name = random.pick(names)
        guard field.constraints[name] == nil, let value = constraint(name, type, &random) else { return }
        field.constraints.append(JSONMember(name, value))
    }

    private mutating func constraint(_ name: String, _ type: String, _ random: inout SeededRandom) -> JSONValue? {
        switch name {
        case "required": return .flag(!random.once(in: 4))
        case "minLength": return .number("\(random.number(in: 0..<4))")
        case "maxLength": return .number("\(random.number(in: 3..<8))")
        case "pattern":
            let (pattern, cells) = random.pick(Self.patterns)
            aimed += cells
            return .string(pattern)
        case "enum": return allowed(type, &random)
        default:
            let isUpper = name.hasSuffix("aximum")
            guard let limits = Self.limits[type] else { return nil }
            let limit = isUpper ? random.pick(limits.upper) : random.pick(limits.lower)
            aimed.append(limit)
            // A number may be written as one or as text.
            return field.isNumeric && random.once(in: 2) ? .number(limit) : .string(limit)
        }
    }

    /// Allowed values: few of those that the type knows, and cells that are or nearly are among them.
    private mutating func allowed(_ type: String, _ random: inout SeededRandom) -> JSONValue? {
        let values: [String]
        switch type {
        case "string", "any": values = ["apple", "醤油", "a b", "A-1", "12"]
        case "integer": values = ["1", "2", "42", "-7"]
        case "number": values = ["1.5", "2", "0.25", "1000"]
        case "boolean": return random.once(in: 2) ? [true] : [false]
        case "date": values = ["2024-02-29", "2024-01-31", "1999-12-31"]
        case "time": values = ["15:00:00", "00:00:00"]
        case "datetime": values = ["2024-01-26T15:00:00", "2024-01-26T15:00:00Z"]
        case "year": values = ["2024", "1999"]
        case "yearmonth": values = ["2024-01", "1999-12"]
        default: return nil
        }
        if type == "string", field.format != "default" { return nil }
        aimed += values + values
        let isBare = field.isNumeric && random.once(in: 2)
        return .list(values.prefix(random.number(in: 1..<values.count + 1)).map { isBare ? .number($0) : .string($0) })
    }

    /// Patterns that mean the same in the standard's language and in Python's, and cells at their borders.
    private static let patterns: [(String, [String])] = [
        ("[a-z]+", ["abc", "abC", "ab1", "", "é"]),
        ("[A-Z]{2}-\\d{3}", ["AB-123", "ab-123", "AB-12", "AB-1234", "AB-１２３", "xAB-123"]),
        ("a.*", ["apple", "banana", "a", "a\nb"]),
        ("(foo|bar)", ["foo", "bar", "foobar", "fo"]),
        ("[ぁ-ん]+", ["しょうゆ", "ショウユ", "しょう油", "か\u{3099}", "が"]),
        ("[^0-9]*", ["abc", "a1", "", "１"]),
        ("x?y{1,2}z*", ["y", "xyz", "yyy", "xyyzz", "xx"]),
        (".{3}", ["abc", "ab", "あいう", "😀あい", "か\u{3099}x", "a\nb"]),
        ("\\S+", ["a", "a b", "a\u{A0}b", "醤油"]),
    ]

    private static let limits: [String: (lower: [String], upper: [String])] = [
        "integer": (["0", "-5", "1", "10"], ["42", "100", "11"]),
        "number": (["0", "-1.5", "0.1", "1e1"], ["42", "99.5", "1e3"]),
        "year": (["2000", "1999"], ["2024", "2030"]),
        "yearmonth": (["2000-01", "1999-12"], ["2024-02", "2030-12"]),
        "date": (["2000-01-01", "1999-12-31"], ["2024-02-29", "2030-01-01"]),
        "time": (["00:00:00", "09:30:00"], ["15:00:00", "23:59:59"]),
        "datetime": (["2000-01-01T00:00:00", "1999-12-31T23:59:59"], ["2024-01-26T15:00:00", "2030-01-01T00:00:00"]),
    ]
}

extension CellForms {
    /// Types with an order.
    static let ordered = ["integer", "number", "date", "time", "datetime", "year", "yearmonth"]
}
