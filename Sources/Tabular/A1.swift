/// A1 notation, as spreadsheets name cells: column letters, then a row number counted from 1.
package enum A1 {
    /// The letters of a column; 0 is `A`, 25 is `Z`, 26 is `AA`.
    package static func column(_ index: Int) -> String {
        var letters: [UInt8] = []
        var rest = index
        repeat {
            letters.append(UInt8(65 + rest % 26))
            rest = rest / 26 - 1
        } while rest >= 0
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    /// A cell, such as `C12`; `column` counts from 0, `row` from 1.
    package static func cell(column: Int, row: Int) -> String {
        "\(self.column(column))\(row)"
    }
}
