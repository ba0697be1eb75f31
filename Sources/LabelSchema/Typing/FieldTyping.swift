package import Tabular

/// One field's cells, one at a time: what a cell says, and what to put into a cell so that it says a value.
///
/// Reading is that of `RowValidator`. Whatever this gives out to be put into a cell has been read back before, so it means
/// the value and nothing else, under this schema.
package struct FieldTyping: Sendable {
    private let reader: FieldReader

    init(_ reader: FieldReader) {
        self.reader = reader
    }

    package var field: LabelField { reader.field }

    /// What a cell says.
    package enum Reading: Sendable, Equatable {
        case blank
        /// A value, as canonical JSON.
        case value([UInt8])
        /// It says nothing that the field takes.
        case failed
    }

    /// So many UTF-16 units fit into a cell.
    package static let longestText = 50_000

    /// Reads one cell.
    ///
    /// What is only warned of is a value all the same.
    package func read(_ cell: TypedCell) -> Reading {
        var text = cell.text
        if text.isEmpty { return .blank }
        let kind = cell.kind
        var arena = ByteArena(capacity: 256)
        var scratch = TextScratch()
        var failures: [CellFailure] = []
        let outcome = text.withUTF8 { bytes in
            reader.read(kind, bytes, into: &arena, scratch: &scratch, failures: &failures)
        }
        switch outcome {
        case .blank: return .blank
        case .value: return .value(arena.array())
        case .failed: return .failed
        }
    }

    /// What to put into a cell so that it says a value.
    ///
    /// The kind of what stands there now is kept where it can be: a checkbox stays one, and a cell that is formatted as a
    /// date gets the number of the new day. Otherwise numbers and booleans are put as such, and dates as text in the
    /// field's form.
    ///
    /// - Parameters:
    ///   - value: the value; nil for none.
    ///   - present: what the cell holds now.
    /// - Returns: what says the value; nil if nothing does under this schema.
    package func cell(saying value: LabelValue?, insteadOf present: TypedCell = .empty) -> TypedCell? {
        guard let value else { return .empty }
        var json: [UInt8] = []
        value.appendJSON(to: &json)
        return candidates(value, present.kind).first { candidate in
            candidate.text.utf16.count <= Self.longestText && read(candidate) == .value(json)
        }
    }

    // MARK: What might say it

    private func candidates(_ value: LabelValue, _ present: CellKind) -> [TypedCell] {
        switch value {
        case .null: return []
        case .boolean(let flag): return booleans(flag, present)
        case .number(let literal): return numbers(literal, value)
        case .list(let items): return lists(items) + texts(value)
        case .object: return texts(value)
        case .string(let text):
            let serial = serial(text).map { [TypedCell.number($0)] } ?? []
            let typed = texts(value) + [.text(text)]
            return present == .number ? serial + typed : typed + serial
        }
    }

    /// As people type it, and as the canonical form has it.
    private func texts(_ value: LabelValue) -> [TypedCell] {
        var json: [UInt8] = []
        value.appendJSON(to: &json)
        return [value.cellText(of: field), String(decoding: json, as: UTF8.self)].map { .text($0) }
    }

    private func booleans(_ flag: Bool, _ present: CellKind) -> [TypedCell] {
        let words = flag ? field.trueValues : field.falseValues
        let typed = words.map { TypedCell.text($0) }
        // A sheet makes a boolean of what a person types there.
        let isUsual = words.contains(flag ? "TRUE" : "FALSE")
        let prefersBoolean = present == .boolean || (present != .text && isUsual)
        return prefersBoolean ? [.boolean(flag)] + typed : typed + [.boolean(flag)]
    }

    /// Digits that a spreadsheet's number surely keeps.
    private static let sureDigits = 15

    private func numbers(_ literal: String, _ value: LabelValue) -> [TypedCell] {
        let digits = literal.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
        let typed: [TypedCell] = [.text(value.cellText(of: field)), .text(literal)]
        return digits.count <= Self.sureDigits ? [.number(literal)] + typed : typed
    }

    /// With each delimiter, since an item may hold one of the others.
    private func lists(_ items: [LabelValue]) -> [TypedCell] {
        let texts = items.map { item in
            guard case .boolean(let flag) = item else { return item.displayText }
            return (flag ? field.trueValues : field.falseValues).first ?? item.displayText
        }
        return field.items.delimiters.map { .text(texts.joined(separator: $0)) }
    }

    /// A date or time as the number that a spreadsheet has for it; nil for what is none.
    private func serial(_ text: String) -> String? {
        var text = field.type == .yearmonth ? text + "-01" : text
        let type = field.type
        return text.withUTF8 { bytes -> String? in
            switch type {
            case .date, .yearmonth: CalendarText.day(bytes).map { "\($0.serial)" }
            case .time: CalendarText.time(bytes).map { "\($0.dayFraction)" }
            case .datetime:
                CalendarText.instant(bytes).flatMap { moment in
                    guard let day = moment.day, !moment.isUTC else { return nil }
                    return "\(Double(day.serial) + moment.time.dayFraction)"
                }
            default: nil
            }
        }
    }
}

extension CalendarText.Time {
    /// The part of the day that has passed, to the millisecond.
    fileprivate var dayFraction: Double {
        let thousandths = (String(decoding: fraction, as: UTF8.self) + "000").prefix(3)
        return (Double(seconds) + (Double(thousandths) ?? 0) / 1_000) / 86_400
    }
}

extension LabelSchema {
    /// The cells of a field that labels have; nil if there is no such field.
    package func typing(ofField name: String) -> FieldTyping? {
        readers.first { $0.field.name == name && $0.field.isCanonical }.map { FieldTyping($0.unshared()) }
    }
}
