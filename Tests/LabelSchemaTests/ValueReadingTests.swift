import TestRandom
import Testing

@testable import LabelSchema

@Suite struct ValueReadingTests {
    @Test(arguments: [
        ("integer", "12", "12"), ("integer", "007", "7"), ("integer", "+5", "5"), ("integer", "-0", "0"),
        ("integer", "9223372036854775807", "9223372036854775807"), ("number", "1.50", "1.5"), ("number", "1e3", "1000"),
        ("number", ".5", "0.5"), ("number", "5.", "5"), ("number", "-0.0", "0"), ("number", "1E-7", "1e-7"),
        ("number", "0.000001", "0.000001"), ("number", "1e21", "1e+21"),
        ("number", "123456789012345680000", "123456789012345680000"),
        ("number", "0.1", "0.1"), ("number", "100", "100"), ("date", "2024-02-29", #""2024-02-29""#),
        ("time", "10:30:00", #""10:30:00""#), ("time", "10:30:00.500", #""10:30:00.5""#),
        ("datetime", "2024-05-01T10:30:00", #""2024-05-01T10:30:00""#),
        ("datetime", "2024-05-01T10:30:00Z", #""2024-05-01T10:30:00Z""#),
        ("datetime", "2024-05-01T08:00:00+09:00", #""2024-04-30T23:00:00Z""#),
        ("datetime", "2024-12-31T24:00:00", #""2025-01-01T00:00:00""#),
        ("datetime", "2024-12-31T24:00:00+09:00", #""2024-12-31T15:00:00Z""#),
        ("year", "2024", "2024"), ("yearmonth", "2024-05", #""2024-05""#), ("any", "x", #""x""#),
        ("boolean", "true", "true"), ("boolean", "FALSE", "false"), ("boolean", "1", "true"),
    ])
    func readsText(type: String, typed: String, json: String) throws {
        let schema = try schemaOfOneField(["type: \(type)"])
        #expect(try read(.text(typed), schema).json == json)
    }

    @Test(
        arguments: [
            ("integer", "12.0", "12"), ("integer", "1,234", "1234"), ("integer", "３個", "3"), ("integer", "x", nil),
            ("integer", "9223372036854775808", nil), ("integer", "1e3", "1000"), ("number", "1.5.2", nil),
            ("number", "NaN", nil),
            ("number", "Infinity", nil), ("number", "0x1F", nil), ("number", "1e999", nil),
            ("number", "1,234.5円", "1234.5"),
            ("date", "2024/5/1", "2024-05-01"), ("date", "2024年5月1日", "2024-05-01"), ("date", "2023-02-29", nil),
            ("date", "1900-02-29", nil), ("date", "24-05-01", nil), ("date", "tomorrow", nil),
            ("time", "10:30", "10:30:00"),
            ("time", "24:00:00", nil), ("time", "10時30分", "10:30:00"),
            ("datetime", "2024/5/1 9:30", "2024-05-01T09:30:00"), ("datetime", "2024-05-01T24:00:01", nil),
            ("datetime", "9999-12-31T24:00:00", nil),
            ("year", "24", "0024"), ("year", "2024年", "2024"), ("yearmonth", "2024/5", "2024-05"),
            ("yearmonth", "2024-13", nil),
            ("boolean", "yes", nil), ("boolean", "Flase", "false"),
        ] as [(String, String, String?)])
    func refusesTextOfAnotherTypeAndGuessesWhatWasMeant(type: String, typed: String, suggestion: String?) throws {
        let schema = try schemaOfOneField(["type: \(type)"])
        let (json, errors) = try read(.text(typed), schema)
        #expect(json == nil)
        #expect(errors.map(\.code) == ["type-error"])
        #expect(errors.first?.detail["suggestion"] == suggestion)
    }

    @Test(arguments: [
        ("integer", "12.0", "12"), ("integer", "1e3", "1000"), ("number", "1.50", "1.5"), ("year", "2024", "2024"),
        ("date", "45413", #""2024-05-01""#), ("date", "0", #""1899-12-30""#), ("date", "60", #""1900-02-28""#),
        ("date", "61", #""1900-03-01""#), ("date", "-1", #""1899-12-29""#), ("date", "2958465", #""9999-12-31""#),
        ("datetime", "45413.5", #""2024-05-01T12:00:00""#), ("datetime", "45413", #""2024-05-01T00:00:00""#),
        ("datetime", "45413.99999999999", #""2024-05-02T00:00:00""#), ("time", "0.5", #""12:00:00""#),
        ("time", "0.4375", #""10:30:00""#), ("time", "0", #""00:00:00""#), ("yearmonth", "45413", #""2024-05""#),
        ("string", "1.0", #""1""#), ("string", "1E3", #""1000""#), ("boolean", "1", "true"), ("boolean", "0", "false"),
    ])
    func readsNumberCells(type: String, literal: String, json: String) throws {
        let schema = try schemaOfOneField(["type: \(type)"])
        #expect(try read(.number(literal), schema).json == json)
    }

    @Test(arguments: [
        ("integer", "1.5"), ("integer", "1e19"), ("date", "45413.5"), ("date", "2958466"), ("date", "1e300"),
        ("time", "1"), ("time", "-0.5"), ("yearmonth", "45414"), ("year", "0"), ("year", "20240"), ("boolean", "2"),
    ])
    func refusesNumberCellsThatAreNoSuchValue(type: String, literal: String) throws {
        let schema = try schemaOfOneField(["type: \(type)"])
        #expect(try read(.number(literal), schema).errors.map(\.code) == ["type-error"])
    }

    /// The same sheet read with types and exported as text gives the same labels.
    @Test(
        arguments: [
            (["type: integer"], Typed.number("12"), "12"), (["type: number"], .number("1.50"), "1.5"),
            (["type: boolean"], .boolean(true), "TRUE"), (["type: boolean"], .boolean(false), "FALSE"),
            (["type: boolean", "trueValues: [はい]", "falseValues: [いいえ]"], .boolean(true), "はい"),
            (["type: date"], .number("45413"), "2024-05-01"),
            (["type: datetime"], .number("45413.25"), "2024-05-01T06:00:00"),
            (["type: time"], .number("0.75"), "18:00:00"), (["type: yearmonth"], .number("45413"), "2024-05"),
            (["type: year"], .number("2024"), "2024"), (["type: string"], .number("123"), "123"),
            (["type: string"], .boolean(true), "TRUE"), (["type: any"], .number("5"), "5"),
            (["type: list", "itemType: integer"], .number("5"), "5"), (["type: list"], .boolean(false), "FALSE"),
            (["constraints: { enum: [1, 2] }"], .number("2"), "2"),
        ] as [([String], Typed, String)])
    func typedCellsAndTextGiveTheSameLabel(field: [String], typed: Typed, text: String) throws {
        let schema = try schemaOfOneField(field)
        let json = try read(typed, schema).json
        #expect(json != nil)
        #expect(try read(.text(text), schema).json == json)
    }

    @Test(arguments: [
        "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!", "Loading...",
    ])
    func aSheetsOwnErrorIsNeverAValue(text: String) throws {
        for type in ["string", "integer", "date", "list", "any", "boolean"] {
            let errors = try read(.text(text), schemaOfOneField(["type: \(type)"], normalize: "[nfkc, trim]")).errors
            #expect(errors.map(\.code) == ["cell-error"])
            #expect(errors.map(\.cell) == [text])
        }
        #expect(try read(.text("#\(text)"), schemaOfOneField(["type: string"])).json != nil)
    }

    @Test(arguments: [
        ("時短、節約", #"["時短","節約"]"#), ("時短,節約/鍋", #"["時短","節約","鍋"]"#), ("、時短、、", #"["時短"]"#),
        ("時短 、 節約", #"["時短","節約"]"#), ("時短，節約", #"["時短","節約"]"#), ("節約、時短", #"["節約","時短"]"#),
    ])
    func readsLists(typed: String, json: String) throws {
        let schema = try schemaOfOneField(
            [
                "type: list", "delimiter: 、",
                "sheaf: { role: label, items: { delimiters: [',', '/'], enum: [時短, 節約, 鍋] } }",
            ], normalize: "[nfkc, trim]")
        #expect(try read(.text(typed), schema).json == json)
    }

    @Test func namesEveryItemThatIsWrong() throws {
        let schema = try schemaOfOneField([
            "type: list", "constraints: { maxLength: 2 }", "sheaf: { role: label, items: { enum: [時短, 節約] } }",
        ])
        let errors = try read("時短,鍋,せつやく", schema).errors
        #expect(errors.map { $0.detail["item"] } == ["鍋", "せつやく", nil])
        #expect(errors.map { $0.detail["constraint"] } == ["enum", "enum", "maxLength"])
        let numbers = try schemaOfOneField(["type: list", "itemType: integer"])
        #expect(try read("1,02,x", numbers).errors.map { $0.detail["item"] } == ["x"])
        #expect(try read("1,02", numbers).json == "[1,2]")
        let flags = try schemaOfOneField(["type: list", "itemType: boolean"])
        #expect(try read("true,0", flags).json == "[true,false]")
    }

    @Test(
        arguments: [
            (["type: integer", "constraints: { minimum: 1, maximum: 5 }"], ["1", "5"], ["0", "6"]),
            (["type: number", "constraints: { exclusiveMinimum: 0, exclusiveMaximum: 1 }"], ["0.5"], ["0", "1"]),
            (
                ["type: date", "constraints: { minimum: 2024-01-01, maximum: 2024-12-31 }"], ["2024-01-01"],
                ["2023-12-31", "2025-01-01"]
            ),
            (["type: time", "constraints: { exclusiveMaximum: '12:00:00' }"], ["11:59:59.9"], ["12:00:00"]),
            (["constraints: { minLength: 2, maxLength: 3 }"], ["ああ", "🍜🍜🍜"], ["あ", "ああああ"]),
            (["constraints: { pattern: 'P\\d{3}' }"], ["P001"], ["P0012", "xP001", "P01", "P001\n"]),
            (["type: string", "constraints: { enum: [a, b] }"], ["a"], ["A", "c", "a "]),
            (["type: integer", "constraints: { enum: [1, 2] }"], ["1", "02"], ["3"]),
            (["type: boolean", "constraints: { enum: [true] }"], ["TRUE"], ["FALSE"]),
            (["type: list", "constraints: { minLength: 2 }"], ["a,b"], ["a", ",a,"]),
        ] as [([String], [String], [String])])
    func checksConstraints(field: [String], good: [String], bad: [String]) throws {
        let schema = try schemaOfOneField(field)
        for typed in good { #expect(try read(.text(typed), schema).json != nil, "\(typed)") }
        for typed in bad {
            #expect(try read(.text(typed), schema).errors.map(\.code) == ["constraint-error"], "\(typed)")
        }
    }

    @Test(arguments: [
        (
            "email", ["a@example.com", "佐藤@例え.jp"],
            [
                "a", "a@b", "a b@example.com", "@example.com", "a@-b.com", ".a@b.jp", "a..b@example.com", "a@127.0.0.1",
                "a@example.c", "a@example.com\u{200B}", "a\u{A0}b@example.com", "a@例え\u{3000}.jp",
            ]
        ),
        (
            "uri", ["https://example.com/a?b=c", "mailto:a@b", "urn:x", "file:///a/b", "x:"],
            ["example.com", "https://", "http:// x", ":x", "HTTP:///a", "http:a", "http://?a", "x:a b", "x:<a>"]
        ),
        (
            "uuid", ["123e4567-e89b-12d3-a456-426614174000"],
            ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"]
        ),
    ])
    func checksFormats(format: String, good: [String], bad: [String]) throws {
        let schema = try schemaOfOneField(["format: \(format)"])
        for typed in good { #expect(try read(.text(typed), schema).json == "\"\(typed)\"") }
        for typed in bad { #expect(try read(.text(typed), schema).errors.map(\.code) == ["type-error"], "\(typed)") }
    }

    /// A value that is not of its type has no length, and no pattern.
    @Test func aTypeErrorIsToldAlone() throws {
        let texts = try schemaOfOneField(["format: uri", "constraints: { minLength: 5, pattern: 'x:.*' }"])
        #expect(try read("x", texts).errors.map(\.code) == ["type-error"])
        let lists = try schemaOfOneField(["type: list", "itemType: integer", "constraints: { minLength: 3 }"])
        #expect(try read("a,b", lists).errors.map(\.code) == ["type-error", "type-error"])
    }

    @Test func missingValuesAreBlank() throws {
        let schema = try schemaOfOneField(
            ["type: integer", "missingValues: ['-', なし, '0']"], normalize: "[nfkc, trim]")
        for cell in ["-", "なし", "－", " なし ", Typed.number("0")] {
            #expect(try schema.check([[.number("1"), cell]]).map(\.kind) == [.pending])
        }
        #expect(try read("1", schema).json == "1")
    }

    @Test func everyDayHasOneSerialNumber() {
        for serial in stride(from: -693_593, through: 2_958_465, by: 13) {
            #expect(CalendarText.Day(serial: serial)?.serial == serial)
        }
        #expect(CalendarText.Day(serial: -693_594) == nil)
        #expect(CalendarText.Day(serial: 2_958_466) == nil)
    }

    @Test func numbersKeepTheirValueInTheFewestDigits() throws {
        var generator = SeededRandom(seed: 3)
        for _ in 0..<2000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = String(decoding: NumberText.canonical(value), as: UTF8.self)
            #expect(Double(text) == value)
            #expect(NumberText.isJSONNumber(Array(text.utf8)))
            #expect(text.filter(\.isNumber).count <= 17 + 21)
        }
    }
}
