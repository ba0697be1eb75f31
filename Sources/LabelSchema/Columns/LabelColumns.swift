package import Tabular

/// Some fields of labels, written out as JSON or as cells.
///
/// It looks at labels one after the other, and reads of them only what is asked for.
package struct LabelColumns: Sendable {
    /// The fields, in the order of the cells.
    package let fields: [LabelField]
    /// The fields' slots in the order of the canonical form, with each name and its colon.
    private let members: [(name: [UInt8], slot: Int)]
    private let forms: [CellForm]
    private var scanner: MemberScanner

    /// - Parameter fields: which fields, in which order.
    package init(_ fields: [LabelField]) {
        self.fields = fields
        forms = fields.map(CellForm.init)
        members = fields.enumerated().sorted { JSONText.precedes($0.element.name, $1.element.name) }.map {
            slot, field in
            var name: [UInt8] = []
            LabelValue.string(field.name).appendJSON(to: &name)
            return (name + [UInt8(ascii: ":")], slot)
        }
        scanner = MemberScanner(fields.map(\.name))
    }

    /// Appends the fields of a label as a JSON object, in canonical form.
    ///
    /// - Returns: Whether it is a label.
    package mutating func appendObject(_ label: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> Bool {
        guard scanner.scan(label) else { return false }
        var separator = UInt8(ascii: "{")
        for (name, slot) in members where !scanner.ranges[slot].isEmpty {
            bytes.append(separator)
            bytes.append(contentsOf: name)
            bytes.append(contentsOf: label[scanner.ranges[slot]])
            separator = UInt8(ascii: ",")
        }
        if separator == UInt8(ascii: "{") { bytes.append(separator) }
        bytes.append(UInt8(ascii: "}"))
        return true
    }

    /// Writes the fields of a label as a row, as an annotator would type them; empty where the label has no value.
    ///
    /// - Parameters:
    ///   - label: a label in canonical form.
    ///   - writer: takes the row.
    ///   - escapesFormulas: put an apostrophe before text that a spreadsheet would run.
    /// - Returns: Whether it is a label.
    package mutating func appendRow(
        _ label: UnsafeBufferPointer<UInt8>, to writer: inout CSVWriter, escapesFormulas: Bool
    ) -> Bool {
        guard scanner.scan(label) else { return false }
        for (slot, form) in forms.enumerated() {
            let value = UnsafeBufferPointer(rebasing: label[scanner.ranges[slot]])
            guard form.append(value, to: &writer, escapesFormulas: escapesFormulas) else { return false }
        }
        writer.endRow()
        return true
    }

    /// The canonical JSON of a field's value; empty if the label has none, `nil` if it is no label.
    package mutating func value(
        ofSlot slot: Int, in label: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        guard scanner.scan(label) else { return nil }
        return UnsafeBufferPointer(rebasing: label[scanner.ranges[slot]])
    }
}

/// How a field's canonical JSON becomes the text of a cell.
///
/// Most values are a text without escapes, or a number: their bytes are the cell's, and no string is made of them.
private struct CellForm: Sendable {
    private let field: LabelField
    /// A text or number of it stands in a cell as it stands in JSON.
    private let isPlain: Bool
    /// What separates items, of a list.
    private let delimiter: [UInt8]?

    init(_ field: LabelField) {
        self.field = field
        switch field.type {
        case .date, .time, .datetime:
            if case .pattern = field.format { isPlain = false } else { isPlain = true }
        case .number: isPlain = field.numberFormat.decimalChar == "."
        case .boolean, .list, .object, .array, .geojson, .geopoint: isPlain = false
        case .string, .integer, .year, .yearmonth, .duration, .any: isPlain = true
        }
        delimiter = field.type == .list ? Array((field.items.delimiters.first ?? ",").utf8) : nil
    }

    /// Writes a value's cell; `false` if it is no JSON.
    func append(_ value: UnsafeBufferPointer<UInt8>, to writer: inout CSVWriter, escapesFormulas: Bool) -> Bool {
        guard let first = value.first else {
            writer.append(value)
            return true
        }
        if isPlain, let text = Self.plainText(value, first) {
            let mayRun = escapesFormulas && first == UInt8(ascii: "\"") && Self.mayRun(text)
            if mayRun {
                writer.append(FormulaText.escaped(String(decoding: text, as: UTF8.self)))
            } else {
                writer.append(text)
            }
            return true
        }
        if let delimiter, let text = Self.plainItems(value, delimiter) {
            let mayRun = escapesFormulas && text.withUnsafeBufferPointer { Self.mayRun($0) }
            if mayRun {
                writer.append(FormulaText.escaped(String(decoding: text, as: UTF8.self)))
            } else {
                writer.append(text)
            }
            return true
        }
        guard let node = try? JSONReader.read(Array(value)) else { return false }
        let read = LabelValue(node)
        let text = read.cellText(of: field)
        if case .number = read {
            writer.append(text)
        } else {
            writer.append(escapesFormulas ? FormulaText.escaped(text) : text)
        }
        return true
    }

    /// The text of a JSON string without escapes, or of a number.
    private static func plainText(
        _ value: UnsafeBufferPointer<UInt8>, _ first: UInt8
    ) -> UnsafeBufferPointer<UInt8>? {
        if first == UInt8(ascii: "\"") {
            guard !value.contains(UInt8(ascii: "\\")) else { return nil }
            return UnsafeBufferPointer(rebasing: value[1..<value.count - 1])
        }
        return first == UInt8(ascii: "-") || (0x30...0x39).contains(first) ? value : nil
    }

    /// The items of a list of texts without escapes, joined.
    private static func plainItems(_ value: UnsafeBufferPointer<UInt8>, _ delimiter: [UInt8]) -> [UInt8]? {
        guard value.first == UInt8(ascii: "["), value.count > 2, value[1] == UInt8(ascii: "\"") else { return nil }
        guard !value.contains(UInt8(ascii: "\\")) else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(value.count)
        var place = 1
        while place < value.count - 1 {
            guard value[place] == UInt8(ascii: "\"") else { return nil }
            if place > 1 { text.append(contentsOf: delimiter) }
            place += 1
            while value[place] != UInt8(ascii: "\"") {
                text.append(value[place])
                place += 1
            }
            // Behind the quote and the comma, or at the bracket.
            place += value[place + 1] == UInt8(ascii: ",") ? 2 : 1
        }
        return text
    }

    /// Whether a text begins as one that a spreadsheet might run; `FormulaText` then looks closer.
    private static func mayRun(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch text.first {
        case UInt8(ascii: "'"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A,
            0x0D, 0xE2, 0xEF:
            true
        default: false
        }
    }
}
