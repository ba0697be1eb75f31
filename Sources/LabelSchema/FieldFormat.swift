/// How the text of a field's values is formed, as the field's type allows.
package enum FieldFormat: Sendable, Hashable {
    case `default`
    /// Of a `string`: what the text is.
    case email, uri, binary, uuid
    /// Of a `date`, `time` or `datetime`: any of the forms that `CalendarForms` knows.
    case any
    /// Of a `date`, `time` or `datetime`: a pattern as `strptime` of C and Python has it.
    case pattern(String)
    /// Of a `geopoint`: JSON.
    case array, object
    /// Of a `geojson`: TopoJSON.
    case topojson

    /// The format as a schema has it.
    package var name: String {
        switch self {
        case .default: "default"
        case .email: "email"
        case .uri: "uri"
        case .binary: "binary"
        case .uuid: "uuid"
        case .any: "any"
        case .pattern(let pattern): pattern
        case .array: "array"
        case .object: "object"
        case .topojson: "topojson"
        }
    }

    /// The formats of a type that have a name.
    static func named(_ type: FieldType) -> [FieldFormat] {
        switch type {
        case .string: [.default, .email, .uri, .binary, .uuid]
        case .date, .time, .datetime: [.default, .any]
        case .geopoint: [.default, .array, .object]
        case .geojson: [.default, .topojson]
        default: [.default]
        }
    }
}

/// How numbers are written, where it is not plainly.
package struct NumberFormat: Sendable, Hashable {
    package var decimalChar = "."
    /// What groups digits; nil: nothing does.
    package var groupChar: String?
    /// False if units and the like may stand before and after the number.
    package var isBare = true

    package init() {}
}

/// A value of a field's `categories`.
package struct FieldCategory: Sendable, Hashable {
    /// The value in canonical text.
    package let value: String
    package let label: String?
}
