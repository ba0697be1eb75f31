/// What a field's values are.
///
/// The names are those of Table Schema.
package enum FieldType: String, Sendable, Hashable, CaseIterable {
    case string, integer, number, boolean, date, time, datetime, year, yearmonth, duration, list, object, array
    case geopoint, geojson, any
}

/// What a field is to the people who annotate and to the model that learns.
package enum FieldRole: String, Sendable, Hashable, CaseIterable {
    /// Part of the primary key.
    case key
    /// Given to the annotator, and what a model learns from.
    case context
    /// What the annotator decides.
    case label
    /// Who decided.
    case annotator
    /// Anything else that people keep beside a label.
    case note
}

/// One step of the declared normalisation of a field's text.
///
/// Steps are applied in the order in which they are declared.
package enum Normalization: String, Sendable, Hashable, CaseIterable {
    /// Canonical composition: か + ゛ becomes が.
    case nfc
    /// Compatibility composition: Ａ１ becomes A1, ｶﾞ becomes ガ.
    case nfkc
    /// White space and zero-width characters at both ends go, full-width space and no-break space too.
    case trim
    /// Each run of white space becomes one space.
    case collapseSpace = "collapse_space"
    /// Half-width katakana becomes full-width: ｶﾞ becomes ガ. Letters and digits stay.
    case kana
    /// Full-width letters, digits, signs and the full-width space become ASCII: Ａ１ becomes A1. Kana stay.
    case width
    /// Capital letters become small ones, as `LetterCase` has them.
    case lowercase
    /// Small letters become capitals, as `LetterCase` has them.
    case uppercase
}

/// What a field's values have to satisfy.
///
/// Bounds and allowed values are held in canonical text.
package struct FieldConstraints: Sendable, Hashable {
    /// A blank cell is an error.
    package var required = false
    /// No two labels share the value.
    package var unique = false
    /// The least number of characters (Unicode scalars) or, for a list, of items.
    package var minLength: Int?
    /// The greatest number of characters (Unicode scalars) or, for a list, of items.
    package var maxLength: Int?
    package var minimum: String?
    package var maximum: String?
    package var exclusiveMinimum: String?
    package var exclusiveMaximum: String?
    /// A regular expression that the whole value has to match.
    package var pattern: String?
    /// The allowed values, in the order of the schema: those of `enum`, or else of `categories`.
    ///
    /// Of a type whose values are JSON, canonical JSON; of a list, whole lists.
    package var allowed: [String]?
    /// What the values of an `object` or `array` have to satisfy: a JSON Schema, as canonical JSON.
    package var jsonSchema: String?

    package init() {}
}

/// What the items of a `list` field are.
package struct ListItems: Sendable, Hashable {
    package var type: FieldType = .string
    /// What separates items.
    ///
    /// The first is the declared `delimiter`, the others are accepted too.
    package var delimiters: [String] = [","]
    /// The allowed items, in the order of the schema.
    package var allowed: [String]?

    package init() {}
}

/// A spelling that stands for another value.
package struct FieldAlias: Sendable, Hashable {
    package let spelling: String
    package let value: String
}

/// How a value is read aloud: しょうゆ for 醤油.
package struct FieldReading: Sendable, Hashable {
    package let value: String
    package let reading: String
}

/// One field (column) of a label schema.
package struct LabelField: Sendable, Hashable {
    package let name: String
    /// The header text that annotators see: `title`, else the Japanese one, else the name.
    package let title: String
    /// Titles by language (`ja`, `en`); each is also accepted as header text.
    package let titles: [String: String]
    package let description: String?
    package let example: String?
    package let type: FieldType
    package let format: FieldFormat
    package let numberFormat: NumberFormat
    package let role: FieldRole
    package let constraints: FieldConstraints
    package let items: ListItems
    package let trueValues: [String]
    package let falseValues: [String]
    /// Texts that mean "no value".
    ///
    /// A cell without any text always does.
    package let missingValues: [String]
    /// Why there is no value, for missing values that say so.
    package let missingLabels: [String: String]
    /// What the values of a categorical field are; empty for any other field.
    package let categories: [FieldCategory]
    /// Whether the order of the categories means something; nil if the schema does not say.
    package let categoriesOrdered: Bool?
    /// The constraints whose violation is told and does not reject.
    package let warnings: Set<String>
    package let normalize: [Normalization]
    package let aliases: [FieldAlias]
    /// How values are read aloud; only to guess what was meant.
    package let readings: [FieldReading]
    /// Message templates that replace the usual ones: error code, then language.
    package let messages: [String: [String: String]]
    /// Whether the field is part of the canonical form, and so of what is exported.
    package let isCanonical: Bool
    /// Names that this field had in older schemas, the latest first.
    package let formerNames: [String]

    /// Every header text that means this column.
    var headerTexts: [String] {
        var texts = [title, name]
        for text in titles.values.sorted() where !texts.contains(text) {
            texts.append(text)
        }
        return texts
    }

    /// The title in a language, or the usual one.
    func title(_ language: MessageLanguage) -> String {
        titles[language.rawValue] ?? title
    }
}
