import LabelSchema
import Tabular
import TestRandom
import Testing

/// The canonical form is what hashes are taken over: these bytes must never change.
@Suite struct CanonicalFormTests {
    private static func schema() throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [id]
            sheaf: { normalize: [nfkc, trim] }
            fields:
              - { name: id, type: integer }
              - { name: title, type: string, sheaf: { role: context } }
              - { name: category, type: string, sheaf: { role: label } }
              - { name: tags, type: list, sheaf: { role: label } }
              - { name: score, type: number, sheaf: { role: label } }
              - { name: ok, type: boolean, sheaf: { role: label } }
              - { name: Zone, type: string, sheaf: { role: note, canonical: true } }
              - { name: day, type: date, sheaf: { role: label } }
              - { name: who, type: string, sheaf: { role: annotator } }
              - { name: memo, type: string, sheaf: { role: note } }
            """, file: "vectors.yaml")
    }

    @Test(
        arguments: [
            (
                ["1", "題", "ラーメン", "b,a", "1.50", "TRUE", "z", "2024-05-01", "佐藤", "x"],
                #"{"Zone":"z","category":"ラーメン","day":"2024-05-01","id":1,"ok":true,"score":1.5,"tags":["b","a"],"title":"題"}"#
            ),
            (["1234", "", "x"], #"{"category":"x","id":1234}"#),
            (["-5", "", "", "only"], #"{"id":-5,"tags":["only"]}"#),
            (["007", "a\"b\\c/d\n\u{1}\u{7f}", "é🍜"], #"{"category":"é🍜","id":7,"title":"a\"b\\c/d\n\u0001\#u{7f}"}"#),
            (["9", "", "", "", "-0"], #"{"id":9,"score":0}"#),
            (["9", "", "", " , a ,, b , "], #"{"id":9,"tags":["a","b"]}"#),
        ] as [([String], String)])
    func hasTheseBytes(cells: [String], canonical: String) throws {
        let rows = try Self.schema().check([cells.map(Typed.text)])
        #expect(rows.map(\.kind) == [.valid], "\(rows.map(\.errorNames))")
        #expect(rows.first?.canonical == canonical)
        #expect(rows.first?.seen == canonical)
        #expect(CanonicalLabel.formatName == "sheaf-canonical-1")
    }

    /// The table of docs/format.md.
    @Test(
        arguments: [
            (["type: number", "groupChar: ','"], "1,234.50", "1234.5"),
            (["type: number", "decimalChar: ','", "groupChar: '.'"], "1.234,5", "1234.5"),
            (["type: number", "bareNumber: false"], "約3.5kg", "3.5"),
            (["type: date", "format: '%d/%m/%y'"], "01/05/24", #""2024-05-01""#),
            (["type: date", "format: any"], "令和6年5月1日（水）", #""2024-05-01""#),
            (["type: time", "format: any"], "午後3時半", #""15:30:00""#),
            (["type: datetime"], "2024-12-31T24:00:00+09:00", #""2024-12-31T15:00:00Z""#),
            (["type: duration"], "PT90M", #""PT1H30M""#), (["type: duration"], "P2W", #""P14D""#),
            (["type: geopoint"], "139.760, 35.68", #"{"lat":35.68,"lon":139.76}"#),
            (["type: object"], #"{ "b": 1.0, "a": [1e2, null] }"#, #"{"a":[100,null],"b":1}"#),
            (["type: array"], "[9007199254740993, 0.10]", "[9007199254740993,0.1]"),
            (
                ["type: geojson"], #"{"type": "Point", "coordinates": [139.760, 35]}"#,
                #"{"coordinates":[139.76,35],"type":"Point"}"#
            ),
        ] as [([String], String, String)])
    func writesEveryTypeInOneWay(field: [String], typed: String, canonical: String) throws {
        let schema = try schemaOfOneField(field)
        let rows = try schema.check([["1", .text(typed)]])
        #expect(rows.map(\.canonical) == [#"{"id":1,"value":\#(canonical)}"#])
    }

    @Test func leavesOutWhoDecidedAndWhatTheyNoted() throws {
        let rows = try Self.schema().check([
            ["1", "", "x", "", "", "", "", "", " 佐藤　", "迷った"], ["1", "", "x", "", "", "", "", "", "鈴木"],
        ])
        #expect(rows.map(\.canonical) == Array(repeating: #"{"category":"x","id":1}"#, count: 2))
        #expect(rows.map(\.annotator) == ["佐藤", "鈴木"])
    }

    /// For rows that are no labels, what was typed stands for them, cell by cell.
    @Test func keepsTheRawCellsOfRowsThatAreNoLabels() throws {
        let rows = try Self.schema().check([
            [.number("3"), " t "],
            [.number("3.0"), "", "x", "", "abc", .boolean(true), "", .number("1e2")],
            ["x\"y", "", "c"],
        ])
        #expect(rows.map(\.kind) == [.pending, .invalid, .invalid])
        #expect(
            rows.map(\.seen) == [
                #"{"pending":[3," t ",null,null,null,null,null,null]}"#,
                #"{"invalid":[3.0,null,"x",null,"abc",true,null,1e2]}"#,
                #"{"invalid":["x\"y",null,"c",null,null,null,null,null]}"#,
            ])
        #expect(rows.map(\.key) == ["[3]", "[3]", ""])
    }

    @Test func readsBackWhatItWrites() throws {
        let label = #"{"a":"\u0001\"\\","b":[1,"x",true],"c":1.5e+21,"d":null}"#
        let members = CanonicalLabel.parse(Array(label.utf8))
        #expect(members?.map(\.name) == ["a", "b", "c", "d"])
        #expect(
            members?.map(\.value) == [
                .string("\u{1}\"\\"), .list([.number("1"), .string("x"), .boolean(true)]), .number("1.5e+21"), .null,
            ])
        for broken in ["", "[]", "{", #"{"a":1,"a":2}"#, #"{"a":01}"#, "{\"a\":\"\u{1}\"}", #"{"a":1} x"#] {
            #expect(CanonicalLabel.parse(Array(broken.utf8)) == nil, "\(broken)")
        }
        #expect(CanonicalLabel.parse([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]) == nil)
    }
}

/// A row is identified by its key, encoded without ambiguity.
@Suite struct KeyEncodingTests {
    private static func schema(_ first: String, _ second: String) throws -> LabelSchema {
        try LabelSchema.parse(
            """
            primaryKey: [one, two]
            fields:
              - { name: two, type: \(second) }
              - { name: one, type: \(first) }
              - { name: value, sheaf: { role: label } }
            """, file: "keys.yaml")
    }

    @Test(arguments: [
        ("a", "bc", #"["a","bc"]"#), ("ab", "c", #"["ab","c"]"#), ("a\",\"b", "c", #"["a\",\"b","c"]"#),
        ("a", "b\",\"c", #"["a","b\",\"c"]"#), ("1", "2", #"["1","2"]"#), ("\\", "\"", #"["\\","\""]"#),
        ("a\nb", "\t", #"["a\nb","\t"]"#), ("]", "[", #"["]","["]"#),
    ])
    func quotesTextsInKeyOrder(one: String, two: String, key: String) throws {
        #expect(try Self.schema("string", "string").check([[.text(two), .text(one)]]).map(\.key) == [key])
    }

    @Test func tellsNumbersFromTexts() throws {
        #expect(try Self.schema("integer", "string").check([["2", "01"]]).map(\.key) == [#"[1,"2"]"#])
        #expect(
            try Self.schema("date", "integer").check([[.number("2"), .number("45413")]]).map(\.key) == [
                #"["2024-05-01",2]"#
            ])
    }

    @Test func differentKeysHaveDifferentBytes() throws {
        let schema = try Self.schema("string", "string")
        var generator = SeededRandom(seed: 11)
        let letters = ["a", "b", "\"", ",", "\\", "[", "]", "\n", "é"]
        func text() -> String {
            (0...Int.random(in: 0...3, using: &generator)).map { _ in
                letters.randomElement(using: &generator) ?? ""
            }.joined()
        }
        let pairs = (0..<2000).map { _ in [text(), text()] }
        let rows = try schema.check(pairs.map { [.text($0[1]), .text($0[0])] })
        #expect(rows.count == pairs.count)
        #expect(Set(rows.map(\.key)).count == Set(pairs).count)
    }

    @Test func readsAKeyAsAPersonTypesIt() throws {
        let schema = try Self.schema("integer", "string")
        let key = schema.key(typed: ["0012", "b c"])
        #expect(key.map { String(decoding: $0, as: UTF8.self) } == #"[12,"b c"]"#)
        #expect(key.map(LabelSchema.keyText) == "12, b c")
        #expect(schema.key(typed: ["x", "b"]) == nil)
        #expect(schema.key(typed: ["1"]) == nil)
        let label = Array(#"{"one":12,"two":"b c","value":"x"}"#.utf8)
        #expect(schema.key(ofCanonicalLabel: label) == key)
        #expect(schema.key(ofCanonicalLabel: Array(#"{"one":12}"#.utf8)) == nil)
    }
}
