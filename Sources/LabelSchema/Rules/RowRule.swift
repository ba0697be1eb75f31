/// A rule across the columns of a row, such as `if is_food is false then category is empty`.
package struct RowRule: Sendable {
    /// The code of the error that a row has which breaks a rule.
    package static let code = "row-constraint"

    /// The sentence as the schema has it.
    package let text: String
    /// What the schema calls it; nil where it has no name.
    package let name: String?
    /// Whether a row that breaks the rule is refused.
    package let severity: Severity
    /// The name of the field in whose column the message stands.
    package let field: String

    /// Place of `field` among the schema's fields.
    let anchor: Int
    /// Places of the fields that the rule names, without repetition.
    let named: [Int]
    /// The names of those fields.
    let names: [String]
    let program: RuleProgram
    /// What the error of a row carries, but for the row's own values.
    private let detail: [String: String]

    /// The places that a rule's own message may have, beside the names of the fields that it names.
    static let templatePlaces = ["cell", "field", "row", "rule", "name"]

    /// - Parameters:
    ///   - text: The sentence.
    ///   - name: What the schema calls it.
    ///   - severity: Whether it refuses a row.
    ///   - anchor: Place of the field in whose column the message stands.
    ///   - tree: The sentence, read.
    ///   - compiler: What the sentence was compiled with, without mistakes.
    ///   - messages: Words of the schema's own, by language.
    ///   - fields: The schema's fields.
    init(
        text: String, name: String?, severity: Severity, anchor: Int, tree: RuleTree, compiler: RuleCompiler,
        messages: [String: String], fields: [LabelField]
    ) {
        self.text = text
        self.name = name
        self.severity = severity
        self.anchor = anchor
        field = fields[anchor].name
        named = compiler.named
        names = compiler.named.map { fields[$0].name }
        program = compiler.program
        var detail = fields[anchor].messageDetail(code: Self.code, cause: nil)
        detail["rule"] = text
        detail["name"] = name
        for language in MessageLanguage.allCases {
            let words = RuleWords(language: language, fields: fields, anchor: fields[anchor].name)
            detail["usual.\(language.rawValue)"] = words.sentence(tree)
            if words.isAboutAnchor(tree) { detail["quotes"] = "cell" }
            if let own = messages[language.rawValue] { detail["message.\(language.rawValue)"] = own }
        }
        self.detail = detail
    }

    /// The error of a row.
    ///
    /// - Parameters:
    ///   - column: The column of `field` in the sheet, counted from 0; nil for a stored label.
    ///   - rowNumber: The row in the sheet, counted from 1; 0 for a stored label.
    ///   - cell: What stands in the cell of `field`.
    ///   - values: What stands in the cells of the fields that the rule names, in the order of `names`.
    /// - Returns: The error.
    func error(column: Int?, rowNumber: Int, cell: String, values: [String]) -> CellError {
        var detail = detail
        for (name, value) in zip(names, values) { detail["value.\(name)"] = CellText.kept(value) }
        return CellError(
            code: Self.code, field: field, column: column, rowNumber: rowNumber, cell: cell, detail: detail,
            severity: severity)
    }
}

extension LabelSchema {
    /// The errors of a stored label that breaks rules; warnings are for those who type.
    ///
    /// - Parameters:
    ///   - values: The label's members by name.
    ///   - unreadable: Names of the fields whose values are wrong in themselves.
    /// - Returns: One error for each rule broken.
    func ruleErrors(_ values: [String: LabelValue], unreadable: Set<String>) -> [CellError] {
        let judged = rules.filter { rule in
            rule.severity == .error && !rule.names.contains(where: unreadable.contains)
        }
        if judged.isEmpty { return [] }
        var bytes: [UInt8] = []
        let ranges = fields.map { field in
            let start = bytes.count
            values[field.name]?.appendJSON(to: &bytes)
            return start..<bytes.count
        }
        return bytes.withUnsafeBufferPointer { bytes in
            ranges.withUnsafeBufferPointer { ranges in
                let row = RuleValues(bytes: bytes, ranges: ranges)
                return judged.filter { $0.program.judge(row) == .no }.map { rule in
                    rule.error(
                        column: nil, rowNumber: 0, cell: values[rule.field]?.displayText ?? "",
                        values: rule.names.map { values[$0]?.displayText ?? "" })
                }
            }
        }
    }
}
