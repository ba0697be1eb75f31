/// The emulator's generated sheet: `id`, `c1` to `c6`, `flag`.
enum BenchSheet {
    static let spreadsheet = "bench"
    static let tab = "bench"
    static let dataset = "bench"
    static let columns = 8

    /// The values of the whole tab, asked for as `sheaf` asks for them.
    static let valuesPath =
        "/v4/spreadsheets/\(spreadsheet)/values:batchGet?ranges=%27\(tab)%27&majorDimension=ROWS"
        + "&valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER&prettyPrint=false"

    /// The cell of a column of free text in a row of data, counted from 1 below the header.
    static func freeTextCell(row: Int) -> String { "'\(tab)'!D\(row + 1)" }

    /// A configuration that knows nothing but this sheet, or several of its kind.
    static func configuration(
        store: String, credentials: String, endpoint: String, stateFolder: String,
        spreadsheets: [String] = [spreadsheet]
    ) -> String {
        let sheets = spreadsheets.map { "      - { spreadsheet: \($0), tab: \(tab), annotator: bench }" }
        return """
            store: \(quoted(store))
            google: { credentials: \(quoted(credentials)), endpoint: \(quoted(endpoint)) }
            state_folder: \(quoted(stateFolder))
            datasets:
              \(dataset):
                schema: schema.yaml
                sheets:
            \(sheets.joined(separator: "\n"))

            """
    }

    /// A schema as annotation tasks have it: a key, fields that annotators decide, fields that they look at.
    ///
    /// Half of the columns between the first and the last are labels.
    static func schema(columns: Int = columns) -> String {
        let labels = (columns - 2) / 2
        let texts = (1...(columns - 2)).map { number in
            let isLabel = number <= labels
            let constraints =
                switch isLabel ? number : number - labels + 10 {
                case 1, 2: " constraints: { required: true, enum: \(words) },"
                case 3: " constraints: { required: true, maxLength: 50 },"
                case 11: " constraints: { required: true },"
                case 12: " constraints: { maxLength: 200 },"
                default: ""
                }
            return
                "  - { name: c\(number), type: string,\(constraints) sheaf: { role: \(isLabel ? "label" : "context") } }"
        }
        return """
            name: \(dataset)
            primaryKey: [id]
            sheaf: { normalize: [nfkc, trim] }
            fields:
              - { name: id, type: integer, constraints: { required: true, minimum: 1 }, sheaf: { role: key } }
            \(texts.joined(separator: "\n"))
              - { name: flag, type: boolean, trueValues: ["TRUE"], falseValues: ["FALSE"], sheaf: { role: label } }

            """
    }

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
