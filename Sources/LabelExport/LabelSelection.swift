package import LabelDiff
package import LabelSchema

/// Which labels of a version are wanted, and what of them.
package struct LabelSelection: Sendable, Equatable {
    /// The fields, in the order of the cells; `nil`: all.
    package var columns: [String]?
    /// A condition in the words of a row rule; `nil`: none.
    package var condition: String?
    package var split: SplitChoice?
    /// Only labels that an older version does not have as they are now.
    package var changedSince: Int?

    package init(
        columns: [String]? = nil, condition: String? = nil, split: SplitChoice? = nil, changedSince: Int? = nil
    ) {
        (self.columns, self.condition, self.split, self.changedSince) = (columns, condition, split, changedSince)
    }

    package static let all = LabelSelection()

    /// What it is called where one selection is told from another.
    var identity: String {
        let parts = [
            columns.map { "columns \($0.joined(separator: ","))" }, condition.map { "where \($0)" },
            split.map { "split \($0.plan.text) salt \($0.plan.salt) by \($0.field ?? "") only \($0.only ?? "")" },
            changedSince.map { "changed since \($0)" },
        ]
        return parts.compactMap(\.self).joined(separator: "\n")
    }

    /// The fields that are written.
    ///
    /// - Parameter schema: the schema of the version.
    /// - Returns: the fields, in the order of the cells.
    /// - Throws: `ExportProblem` with `unknownColumn`, saying which there are.
    package func fields(of schema: LabelSchema) throws(ExportProblem) -> [LabelField] {
        let all = schema.canonicalFields
        guard let columns else { return all }
        var fields: [LabelField] = []
        for name in columns {
            guard let field = all.first(where: { $0.name == name }) else {
                throw ExportProblem(
                    .unknownColumn, "Labels of this version have no column `\(CellText.shown(name))`.",
                    hint: Self.columnsHint(all))
            }
            guard !fields.contains(where: { $0.name == name }) else {
                throw ExportProblem(.unknownColumn, "The column `\(CellText.shown(name))` is asked for twice.")
            }
            fields.append(field)
        }
        guard !fields.isEmpty else {
            throw ExportProblem(.unknownColumn, "No column is asked for.", hint: Self.columnsHint(all))
        }
        return fields
    }

    static func columnsHint(_ fields: [LabelField]) -> String {
        "Its columns are \(fields.map { "`\(CellText.shown($0.name))`" }.joined(separator: ", "))."
    }
}

/// How labels are divided, and which part of them is wanted.
package struct SplitChoice: Sendable, Equatable {
    package var plan: SplitPlan
    /// The field whose value decides, so that labels with the same one are in one split; `nil`: the key decides.
    ///
    /// A label without a value goes by its key.
    package var field: String?
    /// The split that is wanted; `nil`: all of them, each for itself.
    package var only: String?

    /// Reads a choice.
    ///
    /// - Parameters:
    ///   - text: the plan, `train:80,validation:10,test:10`.
    ///   - salt: what makes this plan differ from others.
    ///   - field: the field whose value decides.
    ///   - only: the split that is wanted.
    /// - Throws: `ExportProblem` with `badSplit`.
    package init(_ text: String, salt: String, by field: String?, only: String?) throws(ExportProblem) {
        do {
            plan = try SplitPlan(text, salt: salt)
        } catch {
            throw ExportProblem(.badSplit, "The split is not good: \(error.message).", hint: error.hint)
        }
        self.field = field
        self.only = only
        if let only, !plan.shares.contains(where: { $0.name == only }) {
            throw ExportProblem(
                .badSplit, "There is no split `\(CellText.shown(only))`.",
                hint: "They are \(plan.shares.map(\.name).joined(separator: ", ")).")
        }
    }
}
