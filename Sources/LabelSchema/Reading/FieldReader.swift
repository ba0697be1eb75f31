import Tabular

/// One field, compiled for reading cells: everything that can be worked out once has been.
final class FieldReader: Sendable {
    let field: LabelField
    /// `"name":`, as a member of the canonical form begins.
    let memberPrefix: [UInt8]
    let normalizer: TextNormalizer
    let pattern: ValuePattern?
    let jsonSchema: JSONSchema?
    let bounds: ValueBounds?
    /// How a value is read, or of a list, an item.
    let form: ValueForm
    /// The allowed values; of a list, whole lists.
    let allowed: AllowedValues?
    /// The allowed items of a list.
    let allowedItems: AllowedValues?
    /// The words for true, then those for false.
    let booleans: ByteLookup
    let delimiters: [[UInt8]]
    /// The only delimiter, if it is one byte.
    let delimiter: UInt8?
    /// The least and the greatest number of characters or items that are within bounds.
    let leastLength: Int
    let mostLength: Int
    /// Nothing is normalised.
    let keepsText: Bool
    private let isString: Bool
    private let isList: Bool
    let nearest: NearestText
    /// Texts that mean "no value", but for the empty text, which always does.
    private let missing: ByteLookup?
    private let aliases: ByteLookup?
    /// For each alias, the text it stands for.
    private let aliasValues: [[UInt8]]

    init(_ field: LabelField, pattern: ValuePattern?, jsonSchema: JSONSchema?) {
        self.field = field
        self.pattern = pattern
        self.jsonSchema = jsonSchema
        memberPrefix = JSONText.string(field.name) + [UInt8(ascii: ":")]
        normalizer = TextNormalizer(field.normalize)
        keepsText = normalizer.isIdentity
        bounds = ValueBounds(field.constraints, type: field.type)
        let missingTexts = field.missingValues.filter { !$0.isEmpty }
        missing = missingTexts.isEmpty ? nil : ByteLookup(missingTexts)
        aliases = field.aliases.isEmpty ? nil : ByteLookup(field.aliases.map(\.spelling))
        aliasValues = field.aliases.map { Array($0.value.utf8) }
        let isList = field.type == .list
        self.isList = isList
        isString = field.type == .string
        leastLength = field.constraints.minLength ?? 0
        mostLength = field.constraints.maxLength ?? .max
        form =
            isList
            ? ValueForm(field.items.type) : ValueForm(field.type, format: field.format, numbers: field.numberFormat)
        allowed = field.constraints.allowed.map {
            AllowedValues($0, type: field.type, categories: field.categories)
        }
        let items = isList ? field.items.allowed.map { AllowedValues($0, type: field.items.type) } : nil
        allowedItems = items
        booleans = ByteLookup(field.trueValues + field.falseValues)
        let delimiters = field.items.delimiters.map { Array($0.utf8) }
        self.delimiters = delimiters
        delimiter = delimiters.count == 1 && delimiters[0].count == 1 ? delimiters[0][0] : nil
        var candidates = (isList ? items : allowed)?.candidates ?? []
        candidates += field.aliases.map { ($0.spelling, $0.value) } + field.readings.map { ($0.reading, $0.value) }
        if form.type == .boolean { candidates += (field.trueValues + field.falseValues).map { ($0, $0) } }
        nearest = NearestText(candidates)
    }

    /// The same reader with patterns of its own.
    func unshared() -> FieldReader {
        guard pattern != nil || jsonSchema != nil else { return self }
        return FieldReader(field, pattern: pattern?.copy(), jsonSchema: jsonSchema?.copy())
    }

    // MARK: Cells

    /// Reads a cell and appends its canonical JSON.
    ///
    /// A value may come with failures that are warnings.
    func read(
        _ kind: CellKind, _ bytes: UnsafeBufferPointer<UInt8>, into arena: inout ByteArena,
        scratch: inout TextScratch, failures: inout [CellFailure]
    ) -> CellOutcome {
        switch kind {
        case .empty: return .blank
        case .text: return read(text: bytes, into: &arena, scratch: &scratch, failures: &failures)
        case .number: return read(number: bytes, into: &arena, scratch: &scratch, failures: &failures)
        case .boolean:
            guard field.type == .boolean else {
                return read(text: bytes, into: &arena, scratch: &scratch, failures: &failures)
            }
            let isTrue = bytes.first == UInt8(ascii: "T")
            return finish(appendBoolean(isTrue, to: &arena), into: &arena, failures: &failures)
        }
    }

    private func read(
        text bytes: UnsafeBufferPointer<UInt8>, into arena: inout ByteArena, scratch: inout TextScratch,
        failures: inout [CellFailure]
    ) -> CellOutcome {
        guard let first = bytes.first else { return .blank }
        // Allowed values are normal, satisfy every constraint and never mean "no value" (the schema was checked for
        // that), so one that is typed as it stands is done.
        if let allowed, isString, allowed.append(bytes, to: &arena) { return .value }
        if first == UInt8(ascii: "#") || first == UInt8(ascii: "L"), SheetErrorText.matches(bytes) {
            failures.append(.sheetError)
            return .failed
        }
        let text = keepsText ? bytes : normalizer.normalize(bytes, scratch: &scratch.cell)
        if text.isEmpty { return .blank }
        if let missing, missing.index(of: bytes) != nil || missing.index(of: text) != nil { return .blank }
        if isList {
            return readList(text, into: &arena, scratch: &scratch, failures: &failures)
        }
        switch aliased(text, &scratch) {
        case .typed(let bytes): return appendValue(bytes, form, to: &arena, failures: &failures)
        case .alias(let value):
            return value.withUnsafeBufferPointer { appendValue($0, form, to: &arena, failures: &failures) }
        }
    }

    private func read(
        number literal: UnsafeBufferPointer<UInt8>, into arena: inout ByteArena, scratch: inout TextScratch,
        failures: inout [CellFailure]
    ) -> CellOutcome {
        switch field.type {
        case .string, .any, .list, .boolean, .duration, .object, .array, .geopoint, .geojson:
            let text = canonicalNumber(literal)
            return text.withUnsafeBufferPointer { bytes in
                read(text: bytes, into: &arena, scratch: &scratch, failures: &failures)
            }
        case .integer, .number, .date, .time, .datetime, .year, .yearmonth:
            if let missing {
                let isMissing = canonicalNumber(literal).withUnsafeBufferPointer { missing.index(of: $0) != nil }
                if isMissing { return .blank }
            }
            let start = arena.count
            guard ScalarText.append(field.type, number: literal, to: &arena) else {
                failures.append(typeFailure(nil))
                return .failed
            }
            return finish(start, into: &arena, failures: &failures)
        }
    }

    private func canonicalNumber(_ literal: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        NumberText.double(literal).map(NumberText.canonical) ?? Array(literal)
    }

    func aliased(_ text: UnsafeBufferPointer<UInt8>, _ scratch: inout TextScratch) -> AliasedText {
        guard let index = aliases?.index(of: text) else { return .typed(text) }
        scratch.aliasesSeen.append(index)
        return .alias(aliasValues[index])
    }

    // MARK: Failures

    /// Adds what is wrong with a constraint; true if it rejects the value, false if the schema only warns of it.
    func add(_ failure: CellFailure, to failures: inout [CellFailure]) -> Bool {
        var failure = failure
        if let constraint = failure.detail["constraint"] { failure.isWarning = field.warnings.contains(constraint) }
        failures.append(failure)
        return !failure.isWarning
    }

    /// What is wrong with a blank cell of a field that needs a value; nil if it needs none.
    var blankFailure: CellFailure? {
        guard field.role == .key || field.constraints.required else { return nil }
        var failure = CellFailure.constraint("required")
        failure.isWarning = field.warnings.contains("required")
        return failure
    }
}

/// A text as it was typed, or what it is an alias of.
enum AliasedText {
    case typed(UnsafeBufferPointer<UInt8>)
    case alias([UInt8])
}

/// Memory that reading a cell uses: normalised text is written to it, one cell and one item of a list at a time.
struct TextScratch: ~Copyable {
    var cell = ByteArena(capacity: 4096)
    var item = ByteArena(capacity: 1024)
    /// Places among a field's aliases of those that were typed, until somebody counts them.
    var aliasesSeen: [Int] = []
}
