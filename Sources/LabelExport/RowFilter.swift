internal import Digest
package import LabelDiff
internal import LabelSchema

/// Decides, one label after the other, whether a selection has it, and in which split it is.
struct RowFilter: ~Copyable {
    private var condition: LabelCondition?
    private let split: SplitChoice?
    /// The place of the split that is wanted.
    private let wanted: Int?
    private var group: LabelColumns?
    private var hasher: SHA256Hasher

    /// - Parameters:
    ///   - selection: which labels.
    ///   - schema: their schema.
    /// - Throws: `ExportProblem` with `badCondition` or `badSplit`.
    init(_ selection: LabelSelection, _ schema: LabelSchema) throws(ExportProblem) {
        let condition = try Self.condition(selection, schema)
        let group = try Self.group(selection, schema)
        self.condition = condition
        self.group = group
        split = selection.split
        wanted = selection.split.flatMap { choice in
            choice.plan.shares.firstIndex { $0.name == choice.only }
        }
        hasher = SHA256Hasher()
    }

    private static func condition(
        _ selection: LabelSelection, _ schema: LabelSchema
    ) throws(ExportProblem) -> LabelCondition? {
        guard let text = selection.condition else { return nil }
        do {
            return try LabelCondition(text, schema: schema)
        } catch {
            throw ExportProblem(
                .badCondition, "The condition, character \(error.position): \(error.message).",
                hint: error.hint.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." } ?? "")
        }
    }

    private static func group(
        _ selection: LabelSelection, _ schema: LabelSchema
    ) throws(ExportProblem) -> LabelColumns? {
        guard let name = selection.split?.field else { return nil }
        guard let field = schema.canonicalFields.first(where: { $0.name == name }) else {
            throw ExportProblem(
                .badSplit, "Labels of this version have no field `\(CellText.shown(name))` to split by.",
                hint: LabelSelection.columnsHint(schema.canonicalFields))
        }
        return LabelColumns([field])
    }

    /// The place of the split that a label is in, 0 without splits; `nil` if it is not wanted.
    ///
    /// - Throws: `StoredLabelDamaged`.
    mutating func place(of key: KeyHash, _ label: UnsafeBufferPointer<UInt8>) throws -> Int? {
        if condition != nil {
            guard let holds = condition?.holds(for: label) else { throw StoredLabelDamaged(key: key) }
            if !holds { return nil }
        }
        guard let split else { return 0 }
        let place: Int
        if group != nil {
            guard let value = group?.value(ofSlot: 0, in: label) else { throw StoredLabelDamaged(key: key) }
            place =
                value.isEmpty ? byKey(key, split.plan) : split.plan.place(of: UnsafeRawBufferPointer(value), &hasher)
        } else {
            place = byKey(key, split.plan)
        }
        return wanted == nil || wanted == place ? place : nil
    }

    private mutating func byKey(_ key: KeyHash, _ plan: SplitPlan) -> Int {
        var words = (key.high.bigEndian, key.low.bigEndian)
        return withUnsafeBytes(of: &words) { plan.place(of: $0, &hasher) }
    }
}

/// What is stored under a key is no label.
package struct StoredLabelDamaged: Error, CustomStringConvertible {
    package let key: KeyHash

    package var description: String {
        "What is stored under the key hash \(key) is no label in canonical form. `sheaf verify` tells more."
    }
}
