/// Tables and figures as text.
enum TextTable {
    /// Lines of cells under each other.
    ///
    /// - Parameters:
    ///   - rows: the first is the header.
    ///   - words: the columns that hold words and stand at the left; the others hold figures.
    /// - Returns: a line for each row.
    static func aligned(_ rows: [[String]], words: Set<Int>) -> [String] {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = "  "
            for (column, text) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - text.count)
                line += (words.contains(column) ? text + padding : padding + text) + "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    static func seconds(_ value: Double) -> String { "\(decimals(value, 3)) s" }

    static func milliseconds(_ value: Double) -> String { "\(decimals(value * 1000, 1)) ms" }

    /// A number with no more digits than it needs, of one place at most.
    static func plain(_ value: Double) -> String {
        let text = decimals(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    static func decimals(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return "?" }
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        guard places > 0 else { return String(scaled) }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    static func grouped(_ value: Int) -> String {
        let digits = String(value)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
