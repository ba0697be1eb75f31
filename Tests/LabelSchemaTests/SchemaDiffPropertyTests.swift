import LabelSchema
import Tabular
import TestRandom
import Testing

/// What is said to be harmless is: over random schemas, random edits of them, and random rows.
@Suite struct SchemaDiffPropertyTests {
    /// A field as far as edits change it; what does not go with its type is left out of the document.
    private struct Field {
        var name: String
        var type: String
        var role = "label"
        var canonical = false
        var required = false
        var minimum: Int?
        var maximum: Int?
        var allowed: [String]?
        var pattern: String?
        var normalize: [String]?
        var missing: [String]?
        var aliases: [(spelling: String, value: String)] = []
        var trueValues: [String]?
        var delimiter: String?
        var was: String?
        var title: String?
        var unique = false
        /// The constraint that only warns; `all` for each of them.
        var warns: String?
        /// The allowed values of a text are `categories`.
        var areCategories = false

        private static func quoted(_ text: String) -> String { "\"\(text)\"" }
        private static func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ",") + "]" }

        var json: String {
            var constraints = ["\"required\":\(required)"]
            let isText = type == "string" || type == "list"
            let isBounded = type == "integer" || type == "number"
            if let minimum, isText { constraints.append("\"minLength\":\(minimum)") }
            if let maximum, isText { constraints.append("\"maxLength\":\(maximum)") }
            if let minimum, isBounded { constraints.append("\"minimum\":\(minimum)") }
            if let maximum, isBounded { constraints.append("\"maximum\":\(maximum)") }
            if let pattern, type == "string" { constraints.append("\"pattern\":\(Self.quoted(pattern))") }
            if let allowed, type == "string", !areCategories { constraints.append("\"enum\":\(Self.list(allowed))") }
            if unique, role == "key" { constraints.append("\"unique\":true") }
            var sheaf = ["\"role\":\"\(role)\""]
            if canonical, role == "note" { sheaf.append("\"canonical\":true") }
            if let normalize { sheaf.append("\"normalize\":\(Self.list(normalize))") }
            if let warns, role != "key" {
                sheaf.append("\"severity\":" + (warns == "all" ? "\"warning\"" : "{\"\(warns)\":\"warning\"}"))
            }
            if let was { sheaf.append("\"was\":\"\(was)\"") }
            if let allowed, type == "list" { sheaf.append("\"items\":{\"enum\":\(Self.list(allowed))}") }
            if !aliases.isEmpty, type == "string" {
                let members = aliases.map { "\(Self.quoted($0.value)):[\(Self.quoted($0.spelling))]" }
                sheaf.append("\"aliases\":{\(members.joined(separator: ","))}")
            }
            var members = ["\"name\":\"\(name)\"", "\"type\":\"\(type)\""]
            if let title { members.append("\"title\":\(Self.quoted(title))") }
            if let missing { members.append("\"missingValues\":\(Self.list(missing))") }
            if let trueValues, type == "boolean" { members.append("\"trueValues\":\(Self.list(trueValues))") }
            if let allowed, type == "string", areCategories { members.append("\"categories\":\(Self.list(allowed))") }
            if let delimiter, type == "list" { members.append("\"delimiter\":\(Self.quoted(delimiter))") }
            members.append("\"constraints\":{\(constraints.joined(separator: ","))}")
            members.append("\"sheaf\":{\(sheaf.joined(separator: ","))}")
            return "{\(members.joined(separator: ","))}"
        }
    }

    private static func schema(_ fields: [Field]) -> LabelSchema? {
        let key = fields.filter { $0.role == "key" }.map { "\"\($0.name)\"" }.joined(separator: ",")
        let text = "{\"primaryKey\":[\(key)],\"fields\":[\(fields.map(\.json).joined(separator: ","))]}"
        return try? LabelSchema.parse(text, file: "random.json")
    }

    private static let types = ["string", "string", "integer", "number", "boolean", "list", "date"]
    private static let words = ["a", "b", "c", "aa", "bb", "x1", "A", "-", "はい"]

    private static func field(_ name: String, _ random: inout SeededRandom) -> Field {
        var field = Field(name: name, type: random.pick(types))
        field.role = random.pick(["label", "label", "context", "note"])
        for _ in 0..<random.number(in: 0..<4) { edit(&field, &random) }
        return field
    }

    private static func edit(_ field: inout Field, _ random: inout SeededRandom) {
        switch random.number(in: 0..<19) {
        case 0: field.required.toggle()
        case 1: field.minimum = random.once(in: 3) ? nil : random.number(in: 0..<4)
        case 2: field.maximum = random.once(in: 3) ? nil : random.number(in: 2..<12)
        case 3, 4:
            let count = random.number(in: 1..<6)
            field.allowed = random.once(in: 4) ? nil : Array(Set((0..<count).map { _ in random.pick(words) })).sorted()
        case 5: field.allowed?.append(random.pick(words))
        case 6: if (field.allowed?.count ?? 0) > 1 { field.allowed?.removeLast() }
        case 7: field.pattern = random.pick([nil, "[a-z]*", "[a-c]+", "[a-zA-Z0-9]*"])
        case 8: field.normalize = random.pick([nil, [], ["trim"], ["nfkc", "trim"], ["lowercase"]])
        case 9: field.missing = random.pick([nil, [], ["-"], ["-", "x1"]])
        case 10: field.aliases = random.once(in: 3) ? [] : [(random.pick(words), random.pick(words))]
        case 11: field.trueValues = random.pick([nil, ["TRUE"], ["true", "True", "TRUE", "1", "はい"], ["はい"]])
        case 12: field.delimiter = random.pick([nil, ",", ";"])
        case 13: field.title = random.pick([nil, "見出し \(field.name)"])
        case 14: if field.role != "key" { field.role = random.pick(["label", "context", "note", "annotator"]) }
        case 15: field.canonical.toggle()
        case 16: field.warns = random.pick([nil, "all", "required", "enum", "maxLength", "minLength", "pattern"])
        case 17: field.areCategories.toggle()
        default: field.type = random.pick(types)
        }
    }

    /// The fields after some edits, and for each of them the place of its column among the old ones.
    private static func edited(
        _ fields: [Field], _ random: inout SeededRandom
    ) -> (fields: [Field], columns: [Int?]) {
        var edited = fields
        var columns: [Int?] = fields.indices.map { $0 }
        for _ in 0..<random.number(in: 1..<3) {
            let place = random.number(in: 0..<edited.count)
            switch random.number(in: 0..<12) {
            case 0:
                edited.append(field("new\(edited.count)", &random))
                columns.append(nil)
            case 1:
                guard edited.count > 2, edited[place].role != "key" else { continue }
                edited.remove(at: place)
                columns.remove(at: place)
            case 2:
                guard edited[place].was == nil else { continue }
                edited[place].was = edited[place].name
                edited[place].name += "_new"
            case 3:
                edited.swapAt(0, place)
                columns.swapAt(0, place)
            case 4: edited[place].unique.toggle()
            default:
                if edited[place].role != "key" || random.once(in: 3) { edit(&edited[place], &random) }
            }
        }
        return (edited, columns)
    }

    private static func cell(_ field: Field, _ random: inout SeededRandom) -> Typed {
        if random.once(in: 6) { return "" }
        switch field.type {
        case "integer": return .number("\(random.number(in: -1..<13))")
        case "number": return .number(random.pick(["0", "1", "2.5", "3", "7", "11.5"]))
        case "boolean":
            return random.once(in: 3) ? .text(random.pick(["はい", "1", "TRUE"])) : .boolean(random.once(in: 2))
        case "date": return .text(random.pick(["2024-05-01", "2020-01-31", "2024/5/1"]))
        case "list":
            let items = (0..<random.number(in: 1..<4)).map { _ in random.pick(field.allowed ?? words) }
            return .text(items.joined(separator: random.pick([",", ",", ";"])))
        default:
            let word = random.pick(random.once(in: 4) ? words : field.allowed ?? words)
            return .text(random.once(in: 8) ? " \(word)" : word)
        }
    }

    private struct Tally {
        var pairs: [SchemaEffect: Int] = [:]
        var kinds: [SchemaEffect: Set<SchemaChange.Kind>] = [:]
        var labels = 0
    }

    @Test func whatIsSaidToBeHarmlessIs() throws {
        var random = SeededRandom(seed: 20_261_121)
        var tally = Tally()
        for _ in 0..<5_000 {
            var key = Field(name: "id", type: "integer")
            key.role = "key"
            let fields = [key] + (0..<random.number(in: 1..<5)).map { Self.field("f\($0)", &random) }
            let (newFields, columns) = Self.edited(fields, &random)
            guard let old = Self.schema(fields), let new = Self.schema(newFields) else { continue }
            let diff = SchemaDiff(from: old, to: new)
            tally.pairs[diff.effect, default: 0] += 1
            tally.kinds[diff.effect, default: []].formUnion(diff.changes.map(\.kind))
            if diff.effect == .mayCost { continue }

            let rows = (1...12).map { number in
                [Typed.number("\(number)")] + fields.dropFirst().map { Self.cell($0, &random) }
            }
            let before = try old.check(rows)
            let after = try new.check(rows.map { row in columns.map { $0.map { row[$0] } ?? "" } })
            for (was, isNow) in zip(before, after) where was.kind == .valid {
                let label = try #require(new.translated(canonicalLabel: Array(was.canonical.utf8)))
                let what =
                    "\(diff.changes.map(\.description))\n\(fields.map(\.json))\n\(newFields.map(\.json))\n\(was.canonical)"
                #expect(new.check(canonicalLabel: label).isEmpty, "\(what)")
                tally.labels += 1
                guard diff.effect == .harmless else { continue }
                #expect(isNow.kind == .valid && isNow.canonical == was.canonical, "\(what)")
            }
        }
        // Enough of each was seen for that to say something.
        #expect(tally.labels > 2_000)
        #expect((tally.pairs[.harmless] ?? 0) > 200)
        #expect((tally.pairs[.rereads] ?? 0) > 200)
        let harmless: Set<SchemaChange.Kind> = [
            .fieldAdded, .fieldRemoved, .constraintLoosened, .constraintTightened, .valueAdded, .roleChanged,
            .severityChanged, .textChanged, .headerChanged,
        ]
        #expect(tally.kinds[.harmless, default: []].isSuperset(of: harmless))
        let rereads: Set<SchemaChange.Kind> = [
            .fieldRenamed, .aliasAdded, .aliasRemoved, .normalizeChanged, .missingValuesChanged, .readingChanged,
        ]
        #expect(tally.kinds[.rereads, default: []].isSuperset(of: rereads))
    }
}
