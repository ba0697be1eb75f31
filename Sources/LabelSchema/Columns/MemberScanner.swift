/// Finds members of labels in canonical form, one label after the other, without reading what is not asked for.
struct MemberScanner: Sendable {
    /// The names as they stand in a label, with their quotes, in the order of the canonical form.
    private let names: [(encoded: [UInt8], slot: Int)]
    /// For each slot where its value stands in the label scanned last; an empty range is no value.
    private(set) var ranges: [Range<Int>]

    /// - Parameter names: What to look for: a slot for each; `nil` is a slot that stays empty.
    init(_ names: [String?]) {
        let found = names.enumerated().compactMap { slot, name in name.map { (name: $0, slot: slot) } }
        self.names = found.sorted { JSONText.precedes($0.name, $1.name) }.map { name, slot in
            var encoded: [UInt8] = []
            LabelValue.string(name).appendJSON(to: &encoded)
            return (encoded, slot)
        }
        ranges = Array(repeating: 0..<0, count: names.count)
    }

    /// Looks through one label.
    ///
    /// - Parameter label: A label in canonical form.
    /// - Returns: Whether it is one, as far as it was looked at; if not, `ranges` mean nothing.
    mutating func scan(_ label: UnsafeBufferPointer<UInt8>) -> Bool {
        for slot in ranges.indices { ranges[slot] = 0..<0 }
        guard label.first == UInt8(ascii: "{"), label.last == UInt8(ascii: "}") else { return false }
        if label.count == 2 { return true }
        var (place, wanted) = (1, 0)
        while true {
            guard let nameEnd = Self.stringEnd(label, place), nameEnd < label.count, label[nameEnd] == UInt8(ascii: ":")
            else { return false }
            guard let valueEnd = Self.valueEnd(label, nameEnd + 1), valueEnd < label.count else { return false }
            let name = UnsafeBufferPointer(rebasing: label[place..<nameEnd])
            for index in wanted..<names.count where name.elementsEqual(names[index].encoded) {
                ranges[names[index].slot] = nameEnd + 1..<valueEnd
                wanted = index + 1
                // What is left in the label is not asked for.
                if wanted == names.count { return true }
                break
            }
            guard label[valueEnd] == UInt8(ascii: ",") else { return valueEnd == label.count - 1 }
            place = valueEnd + 1
        }
    }

    /// Behind the string that begins at a place.
    private static func stringEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
        var place = start + 1
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): return place + 1
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        return nil
    }

    /// Behind the value that begins at a place.
    private static func valueEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        var (place, depth) = (start, 0)
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                guard let end = stringEnd(bytes, place) else { return nil }
                place = end
                if depth == 0 { return place }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return place > start ? place : nil }
                depth -= 1
                place += 1
                if depth == 0 { return place }
            case UInt8(ascii: ","):
                if depth == 0 { return place > start ? place : nil }
                place += 1
            default: place += 1
            }
        }
        return nil
    }
}
