package import LabelSchema

/// One typed column of a view, made of a member of the canonical labels.
///
/// A value that its type cannot hold, as of a version under another schema, gives NULL: each cast is written back in
/// canonical form and compared with what the label says. The functions are those that MariaDB, MySQL, Aurora and TiDB share;
/// `JSON_VALUE` is not among them, since MySQL's gives 512 characters at most.
package struct ViewColumn: Sendable, Equatable {
    package let name: String
    package let type: FieldType

    package init(name: String, type: FieldType) {
        self.name = name
        self.type = type
    }

    /// The columns that the labels of a schema have, in its order.
    package static func columns(of schema: LabelSchema) -> [ViewColumn] {
        schema.canonicalFields.map { ViewColumn(name: $0.name, type: $0.type) }
    }

    /// What SQL calls the type.
    package var sqlType: String {
        switch type {
        case .integer, .year: "BIGINT"
        case .number: "DOUBLE"
        case .boolean: "INT"
        case .date: "DATE"
        case .time: "TIME(6)"
        case .datetime: "DATETIME(6)"
        case .string, .any, .yearmonth, .duration, .list, .object, .array, .geojson, .geopoint: "LONGTEXT"
        }
    }

    /// The value as an expression.
    ///
    /// - Parameter label: an expression for the canonical label.
    /// - Returns: SQL.
    func expression(of label: String) -> String {
        let member = "JSON_EXTRACT(\(label), \(SQLText.literal(path)))"
        let text = "JSON_UNQUOTE(\(member))"
        switch type {
        case .string, .any, .yearmonth, .duration, .list, .object, .array, .geojson, .geopoint:
            return text
        case .integer, .year:
            return Self.cast(text, "SIGNED") { "CAST(\($0) AS CHAR)" }
        case .number:
            // Not compared: a server writes a binary64 in its own way, and reads each one from its shortest digits.
            let types = "'INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'"
            return "CASE WHEN JSON_TYPE(\(member)) IN (\(types)) THEN \(text) + 0E0 END"
        case .boolean:
            return "CASE WHEN \(text) LIKE 'true' THEN 1 WHEN \(text) LIKE 'false' THEN 0 END"
        case .date:
            return Self.cast(text, "DATE") { "DATE_FORMAT(\($0), '%Y-%m-%d')" }
        case .time:
            return Self.cast(text, "TIME(6)") { Self.trimmed("TIME_FORMAT(\($0), '%H:%i:%s.%f')") }
        case .datetime:
            return Self.cast("TRIM(TRAILING 'Z' FROM \(text))", "DATETIME(6)") {
                Self.trimmed("DATE_FORMAT(\($0), '%Y-%m-%dT%H:%i:%s.%f')")
            }
        }
    }

    /// Where the member stands in a label.
    private var path: String {
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "$.\"\(escaped)\""
    }

    /// A cast, or NULL where it does not give back what was cast.
    ///
    /// By LIKE, since `=` does not see spaces at the end; what was cast and written back has no `%` and no `_`.
    private static func cast(_ text: String, _ type: String, writtenBack: (String) -> String) -> String {
        let cast = "CAST(\(text) AS \(type))"
        return "CASE WHEN \(text) LIKE \(writtenBack(cast)) THEN \(cast) END"
    }

    /// Without the zeros at the end of a fraction, and without a fraction of nothing.
    private static func trimmed(_ text: String) -> String {
        "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM \(text)))"
    }
}

/// Names and texts as parts of a statement, where no parameter can be bound.
enum SQLText {
    /// A name in backticks.
    static func name(_ text: String) -> String { "`\(text.replacing("`", with: "``"))`" }

    /// A text, whatever the session makes of backslashes and quotes: one that is not plain is written in hexadecimal.
    static func literal(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            0x20..<0x7f ~= byte && byte != UInt8(ascii: "'") && byte != UInt8(ascii: "\\")
        }
        if isPlain { return "'\(text)'" }
        let digits = text.utf8.map { byte in
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.count == 1 ? "0" + hex : hex
        }
        return "_utf8mb4 X'\(digits.joined())'"
    }
}
