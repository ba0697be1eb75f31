/// A schema that one side refuses and the other takes.
struct SchemaDifference: Sendable {
    let name: String
    /// The field that shows it, if it is about one.
    var field: JSONValue?
    /// What the document says beside, if it is about that.
    var members: [JSONMember] = []
    var version = Question.Version.v2
    let isRefusedBySheaf: Bool
    let reason: String

    /// A schema with nothing else that could be refused, and a row that is valid in it.
    var question: Question {
        Self.question(version, field, members)
    }

    static func question(_ version: Question.Version, _ field: JSONValue?, _ members: [JSONMember]) -> Question {
        var fields: [JSONValue] = [
            ["name": "id", "type": "integer"], ["name": "mark", "type": "string", "sheaf": ["role": "label"]],
        ]
        var header = ["id", "mark"]
        if let field {
            fields.append(field)
            if case .object(let members) = field, case .string(let name)? = members["name"] { header.append(name) }
        }
        let document = [
            JSONMember("fields", .list(fields)), JSONMember("primaryKey", ["id"]),
            JSONMember("fieldsMatch", "subset"),
        ]
        let others = document.filter { members[$0.name] == nil }
        return Question(version: version, schema: Question.schema(version, members + others), table: [header])
    }

    /// A row of the table in the documents.
    var documented: String {
        let shown = (field ?? .object(members)).text.replacing("|", with: "\\|")
        let old = version == .v1 ? " (version 1)" : ""
        return "| \(name) | `\(shown)`\(old) | \(isRefusedBySheaf ? "Sheaf" : "frictionless") | \(reason) |"
    }

    private static func field(_ type: String, _ members: [JSONMember] = [], _ constraints: [JSONMember] = [])
        -> JSONValue
    {
        FieldSpec(type, members, constraints: constraints).json
    }

    /// Every difference that is known.
    ///
    /// `docs/table-schema.md` lists exactly these.
    static let all = [
        SchemaDifference(
            name: "Unknown members of a field", field: field("string", [JSONMember("titel", "x")]),
            isRefusedBySheaf: true,
            reason: "The standard allows any; but a misspelt name would switch off what was meant, and nobody would "
                + "notice. Notes of one's own go into `description`"),
        SchemaDifference(
            name: "Unknown members of the document", members: [JSONMember("primarykey", ["id"])],
            isRefusedBySheaf: true, reason: "As above"),
        SchemaDifference(
            name: "Names that are no names of columns", field: ["name": "state-code", "type": "string"],
            isRefusedBySheaf: true,
            reason: "The standard allows any. In Sheaf names become columns of SQL; what the sheet says in its header "
                + "is the `title`"),
        SchemaDifference(
            name: "No primary key", members: [JSONMember("primaryKey", [])], isRefusedBySheaf: true,
            reason: "Optional in the standard. Sheaf knows a row by its key"),
        SchemaDifference(
            name: "A key that names a field twice", members: [JSONMember("primaryKey", ["id", "id"])],
            isRefusedBySheaf: true, reason: "Says nothing that one does not say"),
        SchemaDifference(
            name: "Unique keys of fields that are not there", members: [JSONMember("uniqueKeys", [["nope"]])],
            isRefusedBySheaf: true,
            reason: "The standard: each must be a field. frictionless does not read `uniqueKeys`"),
        SchemaDifference(
            name: "Foreign keys to fields of its own that are not there",
            members: [
                JSONMember("foreignKeys", [["fields": ["mark"], "reference": ["fields": ["nope"]]]])
            ], isRefusedBySheaf: true,
            reason: "frictionless takes it, and then every row refers to nothing"),
        SchemaDifference(
            name: "Bounds that are no values of the type", field: field("integer", [], [JSONMember("minimum", "x")]),
            isRefusedBySheaf: true,
            reason: "The standard: castable with type and format. frictionless crashes at the first value"),
        SchemaDifference(
            name: "Bounds that nothing satisfies",
            field: field("integer", [], [JSONMember("minimum", 5), JSONMember("maximum", 1)]), isRefusedBySheaf: true,
            reason: "The standard is silent. One of the two is a mistake; so with lengths"),
        SchemaDifference(
            name: "Allowed values of another type", field: field("integer", [], [JSONMember("enum", ["x"])]),
            isRefusedBySheaf: true, reason: "As for bounds; nobody could enter it"),
        SchemaDifference(
            name: "No allowed value", field: field("string", [], [JSONMember("enum", [])]), isRefusedBySheaf: true,
            reason: "Every cell would be refused"),
        SchemaDifference(
            name: "An allowed value twice", field: field("string", [], [JSONMember("enum", ["a", "a"])]),
            isRefusedBySheaf: true, reason: "Harmless, but seldom meant: the other one had another name"),
        SchemaDifference(
            name: "Allowed values outside `categories`",
            field: field("string", [JSONMember("categories", ["a", "b"])], [JSONMember("enum", ["c"])]),
            isRefusedBySheaf: true, reason: "The standard: they are a part of them"),
        SchemaDifference(
            name: "One word for true and false",
            field: field("boolean", [JSONMember("trueValues", ["x"]), JSONMember("falseValues", ["x"])]),
            isRefusedBySheaf: true, reason: "The standard is silent. frictionless takes it as false"),
        SchemaDifference(
            name: "No word for true", field: field("boolean", [JSONMember("trueValues", [])]), isRefusedBySheaf: true,
            reason: "Nobody could enter it"),
        SchemaDifference(
            name: "Properties of another type", field: field("string", [JSONMember("itemType", "string")]),
            isRefusedBySheaf: true, reason: "They do nothing, and whoever wrote them expects something of them"),
        SchemaDifference(
            name: "Formats that the type does not have", field: field("integer", [JSONMember("format", "hex")]),
            isRefusedBySheaf: true, reason: "As above. frictionless looks at the formats of text and places only"),
        SchemaDifference(
            name: "Bounds of a duration", field: field("duration", [], [JSONMember("minimum", "P1D")]),
            isRefusedBySheaf: false, reason: "The standard lists them for `duration`"),
        SchemaDifference(
            name: "JSON Schema", field: field("array", [], [JSONMember("jsonSchema", ["type": "array"])]),
            isRefusedBySheaf: false, reason: "The standard lists it for `array` and `object`"),
        SchemaDifference(
            name: "Allowed lists", field: field("list", [], [JSONMember("enum", ["a,b"])]), isRefusedBySheaf: false,
            reason: "The standard: `enum` is for all types"),
        SchemaDifference(
            name: "`fieldsMatch` as a list", members: [JSONMember("fieldsMatch", ["subset"])], isRefusedBySheaf: false,
            reason:
                "The standard's text asks for a word, the profile that was published with version 2.0 for a list of one"
        ),
        SchemaDifference(
            name: "What version 2 brought, in a schema that names no version",
            field: field("integer", [], [JSONMember("exclusiveMinimum", 1)]), version: .v1, isRefusedBySheaf: false,
            reason: "Without `$schema` the standard means version 1. Sheaf reads all of version 2 in any schema"),
        SchemaDifference(
            name: "Foreign keys to another table",
            members: [
                JSONMember(
                    "foreignKeys", [["fields": ["mark"], "reference": ["resource": "other", "fields": ["mark"]]]])
            ], isRefusedBySheaf: false,
            reason: "frictionless looks for it in a package; in Sheaf it is another dataset, or a list file"),
        SchemaDifference(
            name: "Patterns in XML Schema's own terms",
            field: field("string", [], [JSONMember("pattern", "\\p{Lu}\\p{Ll}*")]), isRefusedBySheaf: false,
            reason: "The standard: XML Schema's syntax. frictionless gives it to Python, which crashes on `\\p`, `\\i` "
                + "and `\\c`"),
    ]
}
