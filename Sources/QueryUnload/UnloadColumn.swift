package import MySQL

/// A column of an unloaded result: its name, how its values are written, and what they are called in the manifest.
package struct UnloadColumn: Sendable, Hashable {
    /// How the server's text becomes a field.
    package enum Writing: Sendable, Hashable {
        /// ASCII that needs no care.
        case number
        /// As the server writes it, if the client's library can read it as a date.
        case date
        case text
        /// Bytes as lower-case hexadecimal digits.
        case hex
        /// BIT: the number that its bits are.
        case bits
        /// `t` and `f` for 1 and 0.
        case boolean
    }

    package let name: String
    package let writing: Writing
    /// A base type of Redshift's, as clients of the protocol know it.
    package let baseType: String

    package init(name: String, writing: Writing, baseType: String) {
        (self.name, self.writing, self.baseType) = (name, writing, baseType)
    }

    /// The column that a column of the server's becomes.
    ///
    /// - Parameters:
    ///   - column: as the server describes it.
    ///   - readsBooleans: whether TINYINT(1), which is what BOOLEAN stands for, is written as `t` and `f`.
    /// - Throws: `UnloadProblem` for a type that has no form in text.
    package init(_ column: ColumnDescription, readsBooleans: Bool) throws(UnloadProblem) {
        name = column.name
        switch column.kind {
        case .tinyint where readsBooleans && column.length == 1: (writing, baseType) = (.boolean, "boolean")
        case .tinyint, .year: (writing, baseType) = (.number, "smallint")
        case .smallint: (writing, baseType) = (.number, column.isUnsigned ? "integer" : "smallint")
        case .mediumint: (writing, baseType) = (.number, "integer")
        case .int: (writing, baseType) = (.number, column.isUnsigned ? "bigint" : "integer")
        // Beyond what Redshift's holds, if it has no sign; clients read it into numbers without a limit.
        case .bigint: (writing, baseType) = (.number, "bigint")
        case .decimal: (writing, baseType) = (.number, "numeric")
        case .float, .double: (writing, baseType) = (.number, "double precision")
        case .date: (writing, baseType) = (.date, "date")
        case .datetime, .timestamp: (writing, baseType) = (.date, "timestamp without time zone")
        // From -838:59:59 to 838:59:59: no time of day.
        case .time: (writing, baseType) = (.text, "character varying")
        case .bit: (writing, baseType) = (.bits, "bigint")
        case .char: (writing, baseType) = (.text, "character")
        case .varchar, .json, .null: (writing, baseType) = (.text, "character varying")
        case .binary: (writing, baseType) = (.hex, "character varying")
        case .geometry:
            throw UnloadProblem(
                .unsuitableValue, "Column \(UnloadProblem.shown(column.name)) holds a geometry, which is no text.",
                hint: "Select ST_AsText(…) or ST_AsGeoJSON(…) of it.")
        }
    }
}

extension UnloadProblem {
    /// The name of a column for messages: no control characters, and not long.
    static func shown(_ name: String) -> String {
        let scalars = name.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: "?"
            default: String(scalar)
            }
        }
        return scalars.count > 80 ? "`\(scalars.prefix(80).joined())…`" : "`\(scalars.joined())`"
    }
}
