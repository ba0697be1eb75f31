import Tabular

/// One field, compiled for reading cells: everything that can be worked out once has been.
final class FieldReader: Sendable {
    let field: LabelField
    /// `"name":`, as a member of the canonical form begins.
    let memberPrefix: [UInt8]
    let normalizer: TextNormalizer
    let pattern: ValuePattern?
    let bounds: ValueBounds?
    /// Texts that mean "no value", but for the empty text, which always does.
    private let missing: ByteLookup?
    private let aliases: ByteLookup?
    /// For each alias, the text it stands for.
    private let aliasValues: [[UInt8]]
    /// Allowed values of a text or list item, as texts.
    private let allowedTexts: ByteLookup?
    /// The canonical JSON of each allowed text.
    private let allowedJSON: [[UInt8]]
    /// Allowed values of another type, as canonical JSON.
    private let allowedValues: ByteLookup?
    /// The words for true, then those for false.
    private let booleans: ByteLookup
    private let delimiters: [[UInt8]]
    private let nearest: NearestText

    init(_ field: LabelField, pattern: ValuePattern?) {
        self.field = field
        self.pattern = pattern
        memberPrefix = JSONText.string(field.name) + [UInt8(ascii: ":")]
        normalizer = TextNormalizer(field.normalize)
        bounds = ValueBounds(field.constraints, type: field.type)
        let missingTexts = field.missingValues.filter { !$0.isEmpty }
        missing = missingTexts.isEmpty ? nil : ByteLookup(missingTexts)
        aliases = field.aliases.isEmpty ? nil : ByteLookup(field.aliases.map(\.spelling))
        aliasValues = field.aliases.map { Array($0.value.utf8) }
        let allowed = field.type == .list ? field.items.allowed : field.constraints.allowed
        let valueType = field.type == .list ? field.items.type : field.type
        if valueType == .string || valueType == .any {
            allowedTexts = allowed.map { ByteLookup($0) }
            allowedJSON = (allowed ?? []).map(JSONText.string)
            allowedValues = nil
        } else {
            allowedTexts = nil
            allowedJSON = []
            allowedValues = allowed.map { values in
                ByteLookup(values.compactMap { Self.canonical($0, valueType) })
            }
        }
        booleans = ByteLookup(field.trueValues + field.falseValues)
        delimiters = field.items.delimiters.map { Array($0.utf8) }
        let candidates =
            (allowed ?? []).map { ($0, $0) } + field.aliases.map { ($0.spelling, $0.value) }
            + field.readings.map { ($0.reading, $0.value) }
        nearest = NearestText(valueType == .boolean ? candidates + booleanWords(field) : candidates)

        func booleanWords(_ field: LabelField) -> [(String, String)] {
            (field.trueValues + field.falseValues).map { ($0, $0) }
        }
    }

    private static func canonical(_ text: String, _ type: FieldType) -> [UInt8]? {
        type == .boolean ? Array(text.utf8) : ScalarText.canonical(type, text)
    }

    /// The same reader with a pattern of its own.
    func unshared() -> FieldReader {
        guard let pattern else { return self }
        return FieldReader(field, pattern: pattern.copy())
    }

    // MARK: Cells

    /// Reads a cell and appends its canonical JSON.
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
        if field.type == .string, let index = allowedTexts?.index(of: bytes) {
            arena.append(allowedJSON[index])
            return .value
        }
        if first == UInt8(ascii: "#") || first == UInt8(ascii: "L"), SheetErrorText.matches(bytes) {
            failures.append(.sheetError)
            return .failed
        }
        let text = normalizer.normalize(bytes, scratch: &scratch.cell)
        if text.isEmpty { return .blank }
        if let missing, missing.index(of: bytes) != nil || missing.index(of: text) != nil { return .blank }
        if field.type == .list {
            return readList(text, into: &arena, scratch: &scratch, failures: &failures)
        }
        return readValue(aliased(text, &scratch), into: &arena, failures: &failures)
    }

    private func read(
        number literal: UnsafeBufferPointer<UInt8>, into arena: inout ByteArena, scratch: inout TextScratch,
        failures: inout [CellFailure]
    ) -> CellOutcome {
        switch field.type {
        case .string, .any, .list, .boolean:
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
                failures.append(.type(field.type.rawValue))
                return .failed
            }
            return finish(start, into: &arena, failures: &failures)
        }
    }

    private func canonicalNumber(_ literal: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        NumberText.double(literal).map(NumberText.canonical) ?? Array(literal)
    }

    private func aliased(_ text: UnsafeBufferPointer<UInt8>, _ scratch: inout TextScratch) -> AliasedText {
        guard let index = aliases?.index(of: text) else { return .typed(text) }
        scratch.aliasesSeen.append(index)
        return .alias(aliasValues[index])
    }

    private func readValue(
        _ text: AliasedText, into arena: inout ByteArena, failures: inout [CellFailure]
    ) -> CellOutcome {
        switch text {
        case .typed(let bytes): appendValue(bytes, to: &arena, failures: &failures)
        case .alias(let value): value.withUnsafeBufferPointer { appendValue($0, to: &arena, failures: &failures) }
        }
    }

    // MARK: Values

    /// Appends a value from its normalised text, if it satisfies type and constraints.
    func appendValue(
        _ text: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena, failures: inout [CellFailure]
    ) -> CellOutcome {
        let start = arena.count
        switch field.type {
        case .string, .any: return appendText(text, to: &arena, failures: &failures)
        case .boolean:
            guard let index = booleans.index(of: text) else {
                failures.append(booleanFailure(text))
                return .failed
            }
            _ = appendBoolean(index < field.trueValues.count, to: &arena)
        case .integer, .number, .date, .time, .datetime, .year, .yearmonth, .list:
            guard ScalarText.append(field.type, text, to: &arena) else {
                let typed = String(decoding: text, as: UTF8.self)
                let suggestion = LikelyValue.find(field.type, typed)
                failures.append(.type(field.type.rawValue, suggestion: suggestion))
                return .failed
            }
        }
        return finish(start, into: &arena, failures: &failures)
    }

    private func booleanFailure(_ text: UnsafeBufferPointer<UInt8>) -> CellFailure {
        var failure = CellFailure.type("boolean", suggestion: nearest.find(String(decoding: text, as: UTF8.self)))
        failure.detail["allowed"] = (field.trueValues + field.falseValues).joined(separator: " / ")
        return failure
    }

    func appendBoolean(_ isTrue: Bool, to arena: inout ByteArena) -> Int {
        let start = arena.count
        arena.append(isTrue ? "true" : "false")
        return start
    }

    private func appendText(
        _ text: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena, failures: inout [CellFailure]
    ) -> CellOutcome {
        if let allowedTexts {
            guard let index = allowedTexts.index(of: text) else {
                failures.append(allowedFailure(String(decoding: text, as: UTF8.self)))
                return .failed
            }
            arena.append(allowedJSON[index])
            return .value
        }
        let before = failures.count
        if field.format != .default, !field.format.accepts(text) { failures.append(.type(field.format.rawValue)) }
        checkLength(of: text, failures: &failures)
        if let pattern, !pattern.matches(text) { failures.append(patternFailure()) }
        guard failures.count == before else { return .failed }
        arena.appendJSONString(text)
        return .value
    }

    private func checkLength(of text: UnsafeBufferPointer<UInt8>, failures: inout [CellFailure]) {
        guard field.constraints.minLength != nil || field.constraints.maxLength != nil else { return }
        var count = 0
        for byte in text where byte & 0xC0 != 0x80 { count += 1 }
        checkLength(count, failures: &failures)
    }

    /// Checks a number of characters or items.
    func checkLength(_ count: Int, failures: inout [CellFailure]) {
        if let least = field.constraints.minLength, count < least {
            failures.append(lengthFailure("minLength", least))
        }
        if let most = field.constraints.maxLength, count > most {
            failures.append(lengthFailure("maxLength", most))
        }
    }

    private func lengthFailure(_ name: String, _ limit: Int) -> CellFailure {
        var failure = CellFailure.constraint(name, limit: "\(limit)")
        failure.detail["type"] = field.type.rawValue
        return failure
    }

    private func patternFailure() -> CellFailure {
        var failure = CellFailure.constraint("pattern", limit: field.constraints.pattern)
        failure.detail["example"] = field.example
        return failure
    }

    private func allowedFailure(_ typed: String) -> CellFailure {
        var failure = CellFailure.constraint("enum")
        failure.detail["suggestion"] = nearest.find(typed)
        let allowed = (field.type == .list ? field.items.allowed : field.constraints.allowed) ?? []
        let shown = allowed.prefix(12).joined(separator: " / ")
        failure.detail["allowed"] = allowed.count > 12 ? shown + " / …" : shown
        return failure
    }

    /// Checks what was appended from `start` on against bounds and allowed values.
    func finish(
        _ start: Int, into arena: inout ByteArena, failures: inout [CellFailure]
    ) -> CellOutcome {
        guard bounds != nil || allowedValues != nil else { return .value }
        let before = failures.count
        let json = arena.bytes(from: start)
        if let bounds { failures.append(contentsOf: bounds.failures(of: json)) }
        if let allowedValues, allowedValues.index(of: json) == nil {
            failures.append(allowedFailure(String(decoding: json, as: UTF8.self)))
        }
        guard failures.count == before else {
            arena.truncate(to: start)
            return .failed
        }
        return .value
    }

    // MARK: Lists

    private func readList(
        _ text: UnsafeBufferPointer<UInt8>, into arena: inout ByteArena, scratch: inout TextScratch,
        failures: inout [CellFailure]
    ) -> CellOutcome {
        let start = arena.count
        let before = failures.count
        var count = 0
        var index = 0
        arena.append(UInt8(ascii: "["))
        while index <= text.count {
            let (end, next) = itemEnd(text, from: index)
            let piece = UnsafeBufferPointer(rebasing: text[index..<end])
            index = next
            if appendTypedItem(piece, isFirst: count == 0, to: &arena, scratch: &scratch, failures: &failures) {
                count += 1
            }
        }
        arena.append(UInt8(ascii: "]"))
        if count > 0 { checkLength(count, failures: &failures) }
        guard failures.count == before, count > 0 else {
            arena.truncate(to: start)
            return failures.count == before ? .blank : .failed
        }
        return .value
    }

    /// Where the item that begins at `start` ends, and where the next one begins.
    private func itemEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> (end: Int, next: Int) {
        var index = start
        while index < text.count {
            for delimiter in delimiters where text[index] == delimiter[0] {
                let rest = text[index...]
                if rest.starts(with: delimiter) { return (index, index + delimiter.count) }
            }
            index += 1
        }
        return (text.count, text.count + 1)
    }

    /// Appends one item; false if there is none between two delimiters.
    private func appendTypedItem(
        _ piece: UnsafeBufferPointer<UInt8>, isFirst: Bool, to arena: inout ByteArena,
        scratch: inout TextScratch, failures: inout [CellFailure]
    ) -> Bool {
        let text = normalizer.normalize(piece, scratch: &scratch.item)
        if text.isEmpty { return false }
        if !isFirst { arena.append(UInt8(ascii: ",")) }
        switch aliased(text, &scratch) {
        case .typed(let bytes): appendItem(bytes, to: &arena, failures: &failures)
        case .alias(let value): value.withUnsafeBufferPointer { appendItem($0, to: &arena, failures: &failures) }
        }
        return true
    }

    /// Appends one item of a list from its normalised text, or adds a failure.
    func appendItem(
        _ text: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena, failures: inout [CellFailure]
    ) {
        let start = arena.count
        if let allowedTexts {
            guard let index = allowedTexts.index(of: text) else {
                return fail(item: text, allowedFailure(String(decoding: text, as: UTF8.self)), failures: &failures)
            }
            arena.append(allowedJSON[index])
            return
        }
        if field.items.type == .boolean {
            guard let index = booleans.index(of: text) else {
                return fail(item: text, booleanFailure(text), failures: &failures)
            }
            _ = appendBoolean(index < field.trueValues.count, to: &arena)
        } else if !ScalarText.append(field.items.type, text, to: &arena) {
            let suggestion = LikelyValue.find(field.items.type, String(decoding: text, as: UTF8.self))
            let failure = CellFailure.type(field.items.type.rawValue, suggestion: suggestion)
            return fail(item: text, failure, failures: &failures)
        }
        if let allowedValues, allowedValues.index(of: arena.bytes(from: start)) == nil {
            fail(item: text, allowedFailure(String(decoding: text, as: UTF8.self)), failures: &failures)
        }
    }

    private func fail(
        item: UnsafeBufferPointer<UInt8>, _ failure: CellFailure, failures: inout [CellFailure]
    ) {
        var failure = failure
        failure.detail["item"] = CellText.kept(String(decoding: item, as: UTF8.self))
        failures.append(failure)
    }
}

/// A text as it was typed, or what it is an alias of.
private enum AliasedText {
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
