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

    /// The types of both versions of the standard; nil is a field that names none.
    private static let firstTypes: [String?] = [
        "string", "string", "string", "integer", "number", "number", "boolean", "date", "time", "datetime", "year",
        "yearmonth", "any", "object", "array", "duration", "geopoint", "geojson", nil,
    ]
    private static let laterTypes: [String?] = ["list", "list"]

    /// What the cells of this field are drawn for.
    var cellType: String {
        switch (field.type, field.format) {
        case ("string", let format) where format != "default": format
        case ("geopoint", "array"), ("geopoint", "object"), ("geojson", _): field.type ?? ""
        default: field.type ?? "string"
        }
    }

    // MARK: Formats and properties

    private static let formats: [String: [String]] = [
        "string": ["default", "email", "uri", "uuid", "binary"],
        "date": ["default", "%d/%m/%Y", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%y", "%Y-%j"],
        "time": ["default", "%H:%M", "%H:%M:%S.%f", "%I:%M %p", "%H時%M分"],
        "datetime": ["default", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y%m%dT%H%M%S.%f"],
        "geopoint": ["default", "array", "object"],
        "geojson": ["default", "topojson"],
    ]

    private mutating func addFormat(_ random: inout SeededRandom) {
        guard let type = field.type, let formats = Self.formats[type], random.once(in: 2) else { return }
        let format = random.pick(formats)
        let isOld = version == .v1 && format.contains("%") && random.once(in: 4)
        field.members.append(JSONMember("format", .string((isOld ? "fmt:" : "") + format)))
        if format.contains("%") {
            aimed += (0..<12).map { _ in CellForms.formatted(format, &random) }
            aimed += CellForms.of(type).prefix(6)
        }
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
        case "integer", "number": addNumberProperties(&random)
        case "list": addListProperties(&random)
        default: break
        }
    }

    private mutating func addNumberProperties(_ random: inout SeededRandom) {
        if random.once(in: 4) {
            field.members.append(JSONMember("bareNumber", .flag(random.once(in: 4))))
            aimed += ["95%", "€95", "EUR 95", "95 yen", "-95%", "€-95", "¥ 1", "no. 7", "%", "7 of 8", "1.5%", "(3)"]
        }
        guard field.type == "number", random.once(in: 3) else { return }
        let (point, group) = random.pick([(",", "."), (",", ""), (".", ","), (".", " "), ("·", "'"), ("、", "")])
        if point != "." || random.once(in: 4) { field.members.append(JSONMember("decimalChar", .string(point))) }
        if !group.isEmpty { field.members.append(JSONMember("groupChar", .string(group))) }
        aimed += (0..<8).map { _ in
            let whole = "\(random.number(in: 1..<1000))\(group)\(random.number(in: 100..<1000))"
            return random.pick(["", "-"]) + whole + (random.once(in: 2) ? "\(point)\(random.number(in: 0..<100))" : "")
        }
        aimed += [
            "1\(point)5", "1.5", "\(point)5", "5\(point)", "1\(group)\(group)000", "1\(point)5e3",
            "1\(point)5\(point)5",
        ]
    }

    private mutating func addListProperties(_ random: inout SeededRandom) {
        let delimiter = random.pick([",", ",", ";", "|", "、", "::"])
        let item = random.pick(["string", "string", "integer", "number", "boolean", "date", "time", "datetime"])
        if delimiter != "," { field.members.append(JSONMember("delimiter", .string(delimiter))) }
        if item != "string" || random.once(in: 4) { field.members.append(JSONMember("itemType", .string(item))) }
        aimed += (0..<6).map { _ in
            (0..<random.number(in: 1..<5)).map { _ in
                random.once(in: 4) ? random.pick(CellForms.of(item)) : CellForms.fresh(item, &random)
            }.joined(separator: delimiter)
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
        if FieldValues.limits[type] != nil, field.format == "default" {
            names += ["minimum", "maximum"]
            if version == .v2 { names += ["exclusiveMinimum", "exclusiveMaximum", "categories"] }
        }
        if type == "list" { names.removeAll { $0 == "enum" } }
        let name = random.pick(names)
        guard field.constraints[name] == nil, let value = constraint(name, type, &random) else { return }
        if name == "categories" {
            field.members.append(JSONMember(name, value))
        } else {
            field.constraints.append(JSONMember(name, value))
        }
    }

    private mutating func constraint(_ name: String, _ type: String, _ random: inout SeededRandom) -> JSONValue? {
        switch name {
        case "required": return .flag(!random.once(in: 4))
        case "minLength": return .number("\(random.number(in: 0..<4))")
        case "maxLength": return .number("\(random.number(in: 3..<8))")
        case "pattern":
            let (pattern, cells) = random.pick(FieldValues.patterns)
            aimed += cells
            return .string(pattern)
        case "categories":
            guard type == "integer", field.members[name] == nil else { return nil }
            aimed += ["1", "2", "3", "+1", "01"]
            return random.once(in: 2) ? [1, 2, 42] : [["value": 1, "label": "one"], ["value": 2]]
        case "enum": return allowed(type, &random)
        default:
            guard let limits = FieldValues.limits[type], !changesNumbers else { return nil }
            let limit = name.hasSuffix("aximum") ? random.pick(limits.upper) : random.pick(limits.lower)
            aimed.append(limit)
            // A number may be written as one or as text.
            return field.isNumeric && random.once(in: 2) ? .number(limit) : .string(limit)
        }
    }

    /// Whether numbers are written in a way of the field's own, and so would bounds have to be.
    private var changesNumbers: Bool { field.members["decimalChar"] != nil || field.members["groupChar"] != nil }

    /// Allowed values: some of those that the type knows, and cells that are or nearly are among them.
    private mutating func allowed(_ type: String, _ random: inout SeededRandom) -> JSONValue? {
        guard field.format == "default", !changesNumbers else { return nil }
        if type == "boolean" { return random.once(in: 2) ? [true] : [false] }
        guard let values = FieldValues.allowed[type] else { return nil }
        aimed += values + values + (FieldValues.equals[type] ?? [])
        let isBare = field.isNumeric && random.once(in: 2)
        return .list(values.prefix(random.number(in: 1..<values.count + 1)).map { isBare ? .number($0) : .string($0) })
    }
}

/// What constraints are made of.
enum FieldValues {
    static let allowed: [String: [String]] = [
        "string": ["apple", "醤油", "a b", "A-1", "12"], "any": ["apple", "醤油", "a b", "A-1", "12"],
        "integer": ["1", "2", "42", "-7"], "number": ["1.5", "2", "0.25", "1000"],
        "date": ["2024-02-29", "2024-01-31", "1999-12-31"], "time": ["15:00:00", "00:00:00"],
        "datetime": ["2024-01-26T15:00:00", "2024-01-26T15:00:00Z"], "year": ["2024", "1999"],
        "yearmonth": ["2024-01", "1999-12"], "duration": ["P1D", "PT1H", "P1Y2M3DT4H5M6S"],
        "geopoint": ["90.50, 45.50", "0,0"], "array": ["[1,2,3]", "[]"], "object": ["{\"a\":1}", "{}"],
    ]

    /// Other ways to write allowed values, and what comes near.
    static let equals: [String: [String]] = [
        "integer": ["01", "+1", "-07"], "number": ["1.50", "15e-1", "+2", "1e3"],
        "duration": ["PT24H", "P0Y1D", "PT60M", "P14M3DT4H5M6S", "PT3600S"],
        "datetime": ["2024-01-27T00:00:00+09:00", "2024-01-26T15:00:00.000", "2024-01-26T15:00:00+00:00"],
        "time": ["15:00:00.0"], "geopoint": ["90.5,45.5", "90.500,45.50", "0.0,-0"],
        "array": ["[1, 2, 3]", "[1.0,2,3]", "[true,2,3]", "[ ]", "[3,2,1]"],
        "object": ["{ \"a\" : 1 }", "{\"a\":1.0}", "{\"a\":true}", "{\"a\":\"1\"}"],
    ]

    /// Patterns that mean the same in the standard's language and in Python's, and cells at their borders.
    static let patterns: [(String, [String])] = [
        ("[a-z]+", ["abc", "abC", "ab1", "", "é"]),
        ("[A-Z]{2}-\\d{3}", ["AB-123", "ab-123", "AB-12", "AB-1234", "AB-１２３", "xAB-123"]),
        ("a.*", ["apple", "banana", "a", "a\nb"]),
        ("(foo|bar)", ["foo", "bar", "foobar", "fo"]),
        ("[ぁ-ん]+", ["しょうゆ", "ショウユ", "しょう油", "か\u{3099}", "が"]),
        ("[^0-9]*", ["abc", "a1", "", "１"]),
        ("x?y{1,2}z*", ["y", "xyz", "yyy", "xyyzz", "xx"]),
        (".{3}", ["abc", "ab", "あいう", "😀あい", "か\u{3099}x", "a\nb"]),
        ("\\S+", ["a", "a b", "a\u{A0}b", "醤油"]),
        ("foo|bar", ["foo", "bar", "fooo", "xbar"]),
        ("\\w+", ["abc", "a_b", "a-b", "醤油", "a b"]),
    ]

    static let limits: [String: (lower: [String], upper: [String])] = [
        "integer": (["0", "-5", "1", "10"], ["42", "100", "11"]),
        "number": (["0", "-1.5", "0.1", "1e1"], ["42", "99.5", "1e3"]),
        "year": (["2000", "1999"], ["2024", "2030"]),
        "yearmonth": (["2000-01", "1999-12"], ["2024-02", "2030-12"]),
        "date": (["2000-01-01", "1999-12-31"], ["2024-02-29", "2030-01-01"]),
        "time": (["00:00:00", "09:30:00"], ["15:00:00", "23:59:59"]),
        "datetime": (["2000-01-01T00:00:00", "1999-12-31T23:59:59"], ["2024-01-26T15:00:00", "2030-01-01T00:00:00"]),
    ]
}
