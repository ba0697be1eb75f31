import Foundation

/// The file that validators are measured with, and its schema: one column for each thing they have to check.
///
/// The same for the same number of rows, and the first rows are the same whatever their number. Every row is valid,
/// unless mistakes are asked for.
struct ValidationSheet {
    static let columns = 8

    /// As Table Schema; what stands under `sheaf` is passed over by others.
    static let schema = """
        {
          "name": "bench",
          "primaryKey": ["id"],
          "fields": [
            { "name": "id", "type": "integer", "constraints": { "required": true, "minimum": 1 } },
            { "name": "serial", "type": "string", "constraints": { "required": true, "unique": true } },
            { "name": "code", "type": "string",
              "constraints": { "pattern": "[A-Z]{2}-\\\\d{4}(-[a-z]+)?" } },
            { "name": "title", "type": "string", "constraints": { "required": true, "maxLength": 60 } },
            { "name": "category", "type": "string", "sheaf": { "role": "label" },
              "constraints": { "required": true, "enum": [\(categories.map { "\"\($0)\"" }.joined(separator: ", "))] } },
            { "name": "tags", "type": "list", "sheaf": { "role": "label" }, "constraints": { "maxLength": 4 } },
            { "name": "cooked_on", "type": "date", "sheaf": { "role": "label" },
              "constraints": { "minimum": "2020-01-01" } },
            { "name": "grams", "type": "number", "sheaf": { "role": "label" },
              "constraints": { "minimum": 0, "maximum": 5000 } }
          ]
        }

        """

    private static let header = "id,serial,code,title,category,tags,cooked_on,grams\n"
    private static let categories = [
        "ラーメン", "カレー", "サラダ", "うどん", "餃子", "パスタ", "味噌汁", "ケーキ", "焼き魚", "丼物", "鍋", "漬物",
    ]
    private static let tags = ["時短", "節約", "作り置き", "お弁当", "辛い", "vegan", "子供向け", "季節"]
    private static let dishes = ["鶏肉の照り焼き", "ほうれん草の胡麻和え", "Grilled mackerel", "豆腐とわかめの味噌汁", "きのこの炊き込みご飯"]
    private static let kinds = ["", "", "-raw", "-boiled", "-fried"]

    /// With mistakes, one row of so many has one, each of another kind than the last.
    static let rowsPerMistake = 100

    /// Writes the file.
    ///
    /// - Returns: how many bytes it has.
    @discardableResult
    static func write(rows: Int, withMistakes: Bool = false, to path: String) throws -> Int {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw BenchFailure("The file \(path) cannot be written.") }
        defer { try? file.close() }
        var bytes = 0
        var text = header
        for row in 1...rows {
            append(row, mistake: withMistakes && row % rowsPerMistake == 0 ? row / rowsPerMistake % 8 : nil, to: &text)
            if text.utf8.count > 1 << 20 || row == rows {
                try file.write(contentsOf: Data(text.utf8))
                bytes += text.utf8.count
                text.removeAll(keepingCapacity: true)
            }
        }
        return bytes
    }

    private static func append(_ row: Int, mistake: Int?, to text: inout String) {
        // A seeded generator of its own for each row: SplitMix64.
        var state = UInt64(row)
        func pick(_ count: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((word ^ (word >> 31)) % UInt64(count))
        }
        let letters = [pick(26), pick(26)].map { Character(Unicode.Scalar(UInt8(0x41 + $0))) }
        var cells = [
            String(row), serial(row), "\(String(letters))-\(1000 + pick(9000))\(kinds[pick(kinds.count)])",
            "\(dishes[pick(dishes.count)])（\(pick(100))人前）", categories[pick(categories.count)],
            (0..<pick(4)).map { _ in tags[pick(tags.count)] }.joined(separator: ","),
            "\(2020 + pick(6))-\(digits(1 + pick(12)))-\(digits(1 + pick(28)))", "\(pick(5000)).\(pick(10))",
        ]
        switch mistake {
        case 0: cells[0] = String(row - 1)
        case 1: cells[1] = serial(row - 1)
        case 2: cells[2] = "A-12"
        case 3: cells[3] = String(repeating: "長", count: 61)
        case 4: cells[4] = "ラーメソ"
        case 5: cells[5] = "1,2,3,4,5"
        case 6: cells[6] = "2023-02-30"
        case 7: cells[7] = "5000.5"
        default: break
        }
        if cells[5].contains(",") { cells[5] = "\"\(cells[5])\"" }
        text += cells.joined(separator: ",") + "\n"
    }

    /// An odd factor makes another number of each row's.
    private static func serial(_ row: Int) -> String {
        String(UInt32(truncatingIfNeeded: row) &* 2_654_435_769, radix: 16, uppercase: true)
    }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
