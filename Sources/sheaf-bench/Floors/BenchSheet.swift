/// The emulator's generated sheet: `id`, `c1` to `c8`, `flag`.
enum BenchSheet {
    static let spreadsheet = "bench"
    static let tab = "bench"
    static let dataset = "bench"
    static let columns = 10

    /// The values of the whole tab, asked for as `sheaf` asks for them.
    static let valuesPath =
        "/v4/spreadsheets/\(spreadsheet)/values:batchGet?ranges=%27\(tab)%27&majorDimension=ROWS"
        + "&valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER&prettyPrint=false"

    /// The cell of a column of free text in a row of data, counted from 1 below the header.
    static func freeTextCell(row: Int) -> String { "'\(tab)'!D\(row + 1)" }

    /// A configuration that knows nothing but this sheet.
    static func configuration(store: String, credentials: String, endpoint: String, stateFolder: String) -> String {
        """
        store: \(quoted(store))
        google: { credentials: \(quoted(credentials)), endpoint: \(quoted(endpoint)) }
        state_folder: \(quoted(stateFolder))
        datasets:
          \(dataset):
            schema: schema.yaml
            sheets:
              - { spreadsheet: \(spreadsheet), tab: \(tab), annotator: bench }

        """
    }

    /// A schema as annotation tasks have it: a key, five fields that annotators decide, four that they look at.
    static let schema = """
        name: \(dataset)
        primaryKey: [id]
        sheaf: { normalize: [nfkc, trim] }
        fields:
          - { name: id, type: integer, constraints: { required: true, minimum: 1 }, sheaf: { role: key } }
          - { name: c1, type: string, constraints: { required: true, enum: \(words) }, sheaf: { role: label } }
          - { name: c2, type: string, constraints: { required: true, enum: \(words) }, sheaf: { role: label } }
          - { name: c3, type: string, constraints: { required: true, maxLength: 50 }, sheaf: { role: label } }
          - { name: c4, type: string, sheaf: { role: label } }
          - { name: c5, type: string, constraints: { required: true }, sheaf: { role: context } }
          - { name: c6, type: string, constraints: { maxLength: 200 }, sheaf: { role: context } }
          - { name: c7, type: string, sheaf: { role: context } }
          - { name: c8, type: string, sheaf: { role: context } }
          - { name: flag, type: boolean, trueValues: ["TRUE"], falseValues: ["FALSE"], sheaf: { role: label } }

        """

    private static let words = "[ラーメン, カレー, サラダ, うどん, 餃子, パスタ, 味噌汁, ケーキ]"

    /// A text as a double-quoted scalar of YAML.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "\""
    }
}
