/// How the columns of a sheet have to agree with the fields of its schema.
///
/// The words are those of Table Schema. There the default is `exact`; here it is `subset`, since an annotator's own
/// columns do no harm.
package enum FieldsMatch: String, Sendable, Hashable, CaseIterable {
    /// The same columns as fields, in the same order.
    case exact
    /// The same columns as fields, in any order.
    case equal
    /// A column for every field; there may be more columns.
    case subset
    /// A field for every column; there may be more fields.
    case superset
    /// At least one column that is a field.
    case partial

    /// Whether there may be columns that are no fields.
    var allowsMoreColumns: Bool { self == .subset || self == .partial }
    /// Whether there may be fields without a column.
    var allowsFewerColumns: Bool { self == .superset || self == .partial }
}

/// Fields whose values no two labels share.
package struct UniqueKey: Sendable, Hashable {
    /// Names of fields, in the order of the schema document.
    package let fields: [String]
    /// It is the constraint `unique` of its one field, not an entry of `uniqueKeys`.
    package let isFieldConstraint: Bool
}

/// Fields whose values have to stand somewhere else.
package struct ForeignKey: Sendable, Hashable {
    /// Where the values have to stand.
    package enum Reference: Sendable, Hashable {
        /// In another label of the same dataset.
        case itself
        /// In a list file, or a list that stands in the schema.
        case list(String)
        /// In a label of the current version of another dataset.
        case dataset(String)
    }

    package let fields: [String]
    package let reference: Reference
    /// The fields (of a list, the columns) that hold the values, in the order of `fields`.
    package let referencedFields: [String]
}

extension LabelSchema {
    /// The field lists whose values are compared over the whole table: for each a row gives one tuple.
    ///
    /// Distinct, in a fixed order: unique keys, then foreign keys to the dataset itself and to others.
    package var tableTuples: [[String]] {
        var tuples: [[String]] = uniqueKeys.map(\.fields)
        for key in foreignKeys {
            switch key.reference {
            case .list: continue
            case .dataset: tuples.append(key.fields)
            case .itself: tuples += [key.fields, key.referencedFields]
            }
        }
        var distinct: [[String]] = []
        for tuple in tuples where !distinct.contains(tuple) { distinct.append(tuple) }
        return distinct
    }

    /// The datasets that foreign keys point to, without repetition.
    package var referencedDatasets: [String] {
        var names: [String] = []
        for case .dataset(let name) in foreignKeys.map(\.reference) where !names.contains(name) { names.append(name) }
        return names
    }
}
