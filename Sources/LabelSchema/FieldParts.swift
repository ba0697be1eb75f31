/// What has been read of one field so far.
struct FieldParts {
    var name: SchemaText
    var title: SchemaText?
    var titles: [String: SchemaText] = [:]
    var description: String?
    var example: SchemaText?
    var type: FieldType?
    var format = FieldFormat.default
    var numberFormat = NumberFormat()
    var role: FieldRole?
    var constraints = FieldConstraints()
    var items = ListItems()
    /// The list of allowed items, still to be read.
    var itemEnum: SchemaNode?
    var trueValues = ["true", "True", "TRUE", "1"]
    var falseValues = ["false", "False", "FALSE", "0"]
    var missingValues: [String] = []
    var missingLabels: [String: String] = [:]
    var categories: [FieldCategory] = []
    var categoriesOrdered: Bool?
    var warnings: Set<String> = []
    var normalize: [Normalization] = []
    var aliases: [FieldAlias] = []
    var readings: [FieldReading] = []
    var messages: [String: [String: String]] = [:]
    var isCanonical = true
    /// Names that the field had before.
    var formerNames: [SchemaText] = []
    var pattern: ValuePattern?
    var jsonSchema: JSONSchema?

    init(name: SchemaText) {
        self.name = name
    }

    /// Every header text that means this field, with its line.
    var headerTexts: [SchemaText] {
        [title, name].compactMap { $0 } + titles.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The type of one value: of a list, that of its items.
    var valueType: FieldType? {
        type == .list ? items.type : type
    }

    /// The allowed values: of a list, those of its items.
    var allowed: [String]? {
        get { type == .list ? items.allowed : constraints.allowed }
        set {
            if type == .list {
                items.allowed = newValue
            } else {
                constraints.allowed = newValue
            }
        }
    }

    /// The field, compiled for reading cells.
    func reader(type: FieldType) -> FieldReader {
        let field = LabelField(
            name: name.text, title: title?.text ?? titles["ja"]?.text ?? name.text, titles: titles.mapValues(\.text),
            description: description, example: example?.text, type: type, format: format,
            numberFormat: numberFormat, role: role ?? .context, constraints: constraints, items: items,
            trueValues: trueValues, falseValues: falseValues, missingValues: missingValues,
            missingLabels: missingLabels, categories: categories, categoriesOrdered: categoriesOrdered,
            warnings: warnings, normalize: normalize, aliases: aliases, readings: readings,
            messages: messages, isCanonical: isCanonical,
            formerNames: formerNames.map(\.text))
        return FieldReader(field, pattern: pattern, jsonSchema: jsonSchema)
    }
}
