/// Cells with several values.
extension FieldReader {
    func readList(
        _ text: UnsafeBufferPointer<UInt8>, into arena: inout ByteArena, scratch: inout TextScratch,
        failures: inout [CellFailure]
    ) -> CellOutcome {
        let start = arena.count
        let before = failures.count
        var isFailed = false
        var count = 0
        var index = 0
        arena.append(UInt8(ascii: "["))
        while index <= text.count {
            let (end, next) = itemEnd(text, from: index)
            let piece = UnsafeBufferPointer(rebasing: text[index..<end])
            index = next
            let item = keepsText ? piece : normalizer.normalize(piece, scratch: &scratch.item)
            if item.isEmpty { continue }
            if count > 0 { arena.append(UInt8(ascii: ",")) }
            count += 1
            let isRead =
                switch aliased(item, &scratch) {
                case .typed(let bytes): appendItem(bytes, form, to: &arena, failures: &failures)
                case .alias(let value):
                    value.withUnsafeBufferPointer { appendItem($0, form, to: &arena, failures: &failures) }
                }
            if !isRead { isFailed = true }
        }
        arena.append(UInt8(ascii: "]"))
        // What is no list of its items' type has no length as one.
        let isTyped = failures.count == before || !failures[before...].contains { $0.code == "type-error" }
        if count > 0, isTyped, isTooShortOrLong(count, failures: &failures) { isFailed = true }
        guard !isFailed, count > 0 else {
            arena.truncate(to: start)
            return isFailed ? .failed : .blank
        }
        return finish(start, into: &arena, failures: &failures)
    }

    /// Where the item that begins at `start` ends, and where the next one begins.
    private func itemEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> (end: Int, next: Int) {
        var index = start
        if let delimiter {
            while index < text.count, text[index] != delimiter { index &+= 1 }
            return (index, index + 1)
        }
        while index < text.count {
            for delimiter in delimiters where text[index] == delimiter[0] {
                let rest = text[index...]
                if rest.starts(with: delimiter) { return (index, index + delimiter.count) }
            }
            index += 1
        }
        return (text.count, text.count + 1)
    }

    /// Appends one item of a list from its normalised text; false if it is none, which is added to the failures.
    func appendItem(
        _ text: UnsafeBufferPointer<UInt8>, _ form: ValueForm, to arena: inout ByteArena,
        failures: inout [CellFailure]
    ) -> Bool {
        let start = arena.count
        if let allowedItems, allowedItems.append(text, to: &arena) { return true }
        if form.type == .boolean {
            guard let index = booleans.index(of: text) else {
                return !fail(item: text, booleanFailure(text), failures: &failures)
            }
            _ = appendBoolean(index < field.trueValues.count, to: &arena)
        } else if !form.append(text, to: &arena) {
            return !fail(item: text, typeFailure(text), failures: &failures)
        }
        guard let allowedItems, form.type.isText || !allowedItems.contains(arena.bytes(from: start)) else {
            return true
        }
        let failure = allowedFailure(String(decoding: text, as: UTF8.self), allowedItems)
        return !fail(item: text, failure, failures: &failures)
    }

    /// Adds what is wrong with an item; true if it rejects the value.
    private func fail(
        item: UnsafeBufferPointer<UInt8>, _ failure: CellFailure, failures: inout [CellFailure]
    ) -> Bool {
        var failure = failure
        failure.detail["item"] = CellText.kept(String(decoding: item, as: UTF8.self))
        return add(failure, to: &failures)
    }
}
