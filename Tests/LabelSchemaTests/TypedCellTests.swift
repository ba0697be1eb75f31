import Testing

@testable import LabelSchema

/// A spreadsheet gives numbers, booleans and days as such, and a CSV file gives text.
///
/// Where they mean the same, so does the label.
@Suite struct TypedCellTests {
    @Test(
        arguments: [
            (["type: string"], .number("1.50"), "1.5"), (["type: string"], .number("1E3"), "1000"),
            (["type: string"], .boolean(true), "TRUE"), (["type: any"], .number("-0.5"), "-0.5"),
            (["type: string", "format: uri"], .text("urn:x"), "urn:x"),
            (["type: integer"], .number("12"), "12"), (["type: integer", "groupChar: ','"], .number("1234"), "1,234"),
            (["type: integer", "bareNumber: false"], .number("12"), "12個"),
            (["type: number"], .number("1.5"), "1.50"), (["type: number", "decimalChar: ','"], .number("1.5"), "1,5"),
            (["type: number", "decimalChar: ','", "groupChar: '.'"], .number("1.234"), "1,234"),
            (["type: boolean"], .boolean(true), "TRUE"), (["type: boolean"], .boolean(false), "0"),
            (["type: boolean", "trueValues: [はい]", "falseValues: [いいえ]"], .boolean(true), "はい"),
            (["type: boolean", "trueValues: [はい]", "falseValues: [いいえ]"], .boolean(false), "いいえ"),
            (["type: boolean"], .number("1"), "1"),
            (["type: date"], .number("45413"), "2024-05-01"),
            (["type: date", "format: '%d/%m/%y'"], .number("45413"), "01/05/24"),
            (["type: date", "format: any"], .number("45413"), "令和6年5月1日"),
            (["type: time"], .number("0.4375"), "10:30:00"),
            (["type: time", "format: '%H:%M'"], .number("0.4375"), "10:30"),
            (["type: time", "format: any"], .number("0.4375"), "10時半"),
            (["type: datetime"], .number("45413.4375"), "2024-05-01T10:30:00"),
            (["type: datetime", "format: any"], .number("45413"), "2024/5/1"),
            (["type: datetime", "format: '%Y/%m/%d %H:%M'"], .number("45413.4375"), "2024/05/01 10:30"),
            (["type: year"], .number("2024"), "2024"), (["type: yearmonth"], .number("45413"), "2024-05"),
            (["type: list", "itemType: integer"], .number("5"), "5"), (["type: list"], .boolean(false), "FALSE"),
            (["type: integer", "categories: [1, 2]"], .number("2.0"), "2"),
            (["categories: ['1', '2']"], .number("2.0"), "2"),
            (["type: date", "constraints: { enum: [2024-05-01] }"], .number("45413"), "2024-05-01"),
        ] as [([String], Typed, String)])
    func typedCellsAndTextGiveTheSameLabel(field: [String], typed: Typed, text: String) throws {
        let schema = try schemaOfOneField(field)
        let json = try read(typed, schema).json
        #expect(json != nil)
        #expect(try read(.text(text), schema).json == json)
    }

    /// Where a typed cell could mean several things, it is refused, as the same cell of a CSV file is.
    @Test(
        arguments: [
            (["type: duration"], .number("0.5")), (["type: duration"], .number("90")),
            (["type: duration"], .boolean(true)),
            (["type: geopoint"], .number("139.76")), (["type: object"], .number("1")),
            (["type: array"], .boolean(true)),
            (["type: geojson"], .number("1")), (["type: date"], .number("45413.5")), (["type: date"], .boolean(true)),
            (["type: integer"], .boolean(true)), (["type: number"], .boolean(false)),
            (["type: year"], .number("2024.5")),
            (["type: time"], .number("45413")), (["type: integer", "groupChar: ','"], .number("1.5")),
        ] as [([String], Typed)])
    func aTypedCellThatSaysSomethingElseIsRefused(field: [String], typed: Typed) throws {
        #expect(try read(typed, schemaOfOneField(field)).errors.map(\.code) == ["type-error"])
    }
}
