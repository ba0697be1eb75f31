import TestRandom
import Testing

@testable import LabelSchema

/// The types and formats of Table Schema beyond plain text, numbers and dates.
@Suite struct TableSchemaTypeTests {
    /// What may be typed in a field, and the one form of it; or nothing, for a type error.
    @Test(
        arguments: [
            (["type: number", "groupChar: ','"], ["1,234.5": "1234.5", "1234": "1234", "12,34,567": "1234567"]),
            (["type: number", "groupChar: ','"], ["1,5": nil, "1,": nil, ",1": nil, "1,,234": nil, "1.234,567": nil]),
            (["type: integer", "groupChar: ' '"], ["1 234 567": "1234567", "12 34": nil, "-1 234": "-1234"]),
            (["type: integer", "groupChar: ','"], ["1,2345": "12345", "12345,678": nil, "1,234.0": nil]),
            (
                ["type: number", "decimalChar: ','", "groupChar: '.'"],
                ["1.234,5": "1234.5", "-0,5": "-0.5", "1,5e3": "1500", "1.5": nil, "1,5,5": nil]
            ),
            (["type: number", "decimalChar: '・'"], ["1・5": "1.5", "1.5": nil]),
            (
                ["type: number", "bareNumber: false"],
                [
                    "95%": "95", "€95": "95", "EUR -9.5": "-9.5", "約3.5kg": "3.5", "No.5": "5", "$.5": "0.5",
                    "5-": nil, "kg": nil, "12cm3": nil, "1.5.5": nil, "9１．５": nil, "１9": nil, "5千円": nil,
                ]
            ),
            (
                ["type: integer", "bareNumber: false", "groupChar: ','"],
                ["1,200円": "1200", "¥ 1,200": "1200", "3個": "3", "3.5個": nil]
            ),
            (["type: number"], ["NaN": nil, "INF": nil, "-INF": nil, "1_000": nil, " 1": nil]),
            (
                ["type: duration"],
                ["P1Y2M": #""P1Y2M""#, "P14M": #""P1Y2M""#, "PT90M": #""PT1H30M""#, "PT0S": #""PT0S""#]
            ),
            (
                ["type: duration"],
                ["PT36H": #""P1DT12H""#, "P2W": #""P14D""#, "-P0D": #""PT0S""#, "-PT1S": #""-PT1S""#]
            ),
            (["type: duration"], ["PT1.50S": #""PT1.5S""#, "PT0.000000001S": #""PT0.000000001S""#]),
            (
                ["type: duration"],
                [
                    "P": nil, "PT": nil, "P1H": nil, "PT1D": nil, "P1YT": nil, "P1M1Y": nil, "1Y": nil, "P1.5Y": nil,
                    "PT1.5H": nil, "PT0.0000000001S": nil, "p1y": nil, "P1Y ": nil, "P1W2D": nil, "P-1D": nil,
                ]
            ),
            (
                ["type: geopoint"],
                [
                    "139.76, 35.68": #"{"lat":35.68,"lon":139.76}"#, "-180,90": #"{"lat":90,"lon":-180}"#,
                    "1.50,2": #"{"lat":2,"lon":1.5}"#, "35.68, 139.76": nil, "181,0": nil, "1": nil, "1,2,3": nil,
                    "1;2": nil, "[1,2]": nil,
                ]
            ),
            (
                ["type: geopoint", "format: array"],
                ["[139.5, 35]": #"{"lat":35,"lon":139.5}"#, "[1]": nil, "[1,2,3]": nil]
            ),
            (["type: geopoint", "format: array"], [#"["1", 2]"#: nil, "1,2": nil, "[1,NaN]": nil]),
            (
                ["type: geopoint", "format: object"],
                [
                    #"{"lon": 139.5, "lat": 35}"#: #"{"lat":35,"lon":139.5}"#, #"{"lon": 1}"#: nil,
                    #"{"lon": 1, "lat": 2, "z": 3}"#: nil, #"{"lon": 1, "Lat": 2}"#: nil,
                ]
            ),
            (
                ["type: object"],
                [
                    #"{ "b": 1.0, "a": [1e2, null, true], "あ": "\u3042\/" }"#: #"{"a":[100,null,true],"b":1,"あ":"あ/"}"#,
                    "{}": "{}", "[]": nil, "1": nil, #"{"a":1,"a":2}"#: nil, #"{"a":NaN}"#: nil, "{'a':1}": nil,
                    #"{"a":"\ud800"}"#: nil, #"{"a":1}x"#: nil, #"{"a":}"#: nil,
                ]
            ),
            (
                ["type: array"],
                [
                    "[ 1 , \"a\" ]": #"[1,"a"]"#, "[]": "[]", "{}": nil, "[1,]": nil, "[1": nil,
                    "[9007199254740993]": "[9007199254740993]", "[-0]": "[0]", "[0.10]": "[0.1]",
                    "[100000000000000000000]": "[100000000000000000000]", "[12345678901234567891]": nil, "[1e400]": nil,
                ]
            ),
            (
                ["format: binary"],
                ["44GC": #""44GC""#, "YQ==": #""YQ==""#, "YQ=": nil, "a b=": nil, "====": nil, "_-==": nil]
            ),
        ] as [([String], [String: String?])])
    func readsAValueOrRefusesIt(field: [String], cases: [String: String?]) throws {
        let schema = try schemaOfOneField(field)
        for (typed, json) in cases {
            let (found, errors) = try read(.text(typed), schema)
            #expect(found == json, "\(typed)")
            if json == nil { #expect(errors.map(\.code) == ["type-error"], "\(typed)") }
        }
    }

    /// A typed value is kept as canonical JSON, which is read back as the same value.
    @Test(arguments: [
        ["type: duration"], ["type: geopoint"], ["type: object"], ["type: array"], ["type: geojson"],
        ["type: date", "format: '%d/%m/%y'"], ["type: number", "decimalChar: ','"],
    ])
    func whatIsStoredFitsTheSchemaThatMadeIt(field: [String]) throws {
        let schema = try schemaOfOneField(field)
        let texts = [
            "P1Y", "-PT90.25S", "1,2", #"{"b":{"z":1,"y":[{}]},"a":null}"#, #"[{"b":1,"a":2}]"#, "31/12/68", "1,5",
            #"{"type":"Point","coordinates":[1.0,2]}"#,
        ]
        var count = 0
        for text in texts {
            guard let row = try schema.check([[.number("1"), .text(text)]]).first, row.kind == .valid else { continue }
            count += 1
            #expect(schema.check(canonicalLabel: Array(row.canonical.utf8)).isEmpty, "\(row.canonical)")
        }
        #expect(count > 0)
    }

    @Test(
        arguments: [
            (#"{"type":"Point","coordinates":[1,2]}"#, true), (#"{"type":"Point","coordinates":[1,2,3]}"#, true),
            (#"{"type":"Point","coordinates":[1]}"#, false), (#"{"type":"Point","coordinates":["1",2]}"#, false),
            (#"{"type":"Point"}"#, false), (#"{"type":"point","coordinates":[1,2]}"#, false), ("{}", false),
            (#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#, true),
            (#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#, true),
            (#"{"type":"LineString","coordinates":[[1,2]]}"#, false),
            (#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}"#, true),
            (#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#, true),
            (#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}"#, false),
            (#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}"#, false),
            (#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}"#, true),
            (#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}"#, true),
            (#"{"type":"GeometryCollection","geometries":[{"type":"Point"}]}"#, false),
            (#"{"type":"Feature","geometry":null,"properties":{"a":1},"id":"x"}"#, true),
            (#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":null}"#, true),
            (#"{"type":"Feature","geometry":null}"#, false), (#"{"type":"Feature","properties":{}}"#, false),
            (#"{"type":"Feature","geometry":null,"properties":[]}"#, false),
            (#"{"type":"FeatureCollection","features":[]}"#, true),
            (#"{"type":"FeatureCollection","features":[{"type":"Point","coordinates":[1,2]}]}"#, false),
            (#"{"type":"Point","coordinates":[1,2],"bbox":[1,2,3,4]}"#, true),
            (#"{"type":"Point","coordinates":[1,2],"bbox":[1,2,3]}"#, false),
            (#"{"type":"Topology","objects":{},"arcs":[]}"#, false),
        ] as [(String, Bool)])
    func checksTheStructureOfGeoJSON(text: String, isValid: Bool) throws {
        #expect(try (read(.text(text), schemaOfOneField(["type: geojson"])).json != nil) == isValid)
    }

    @Test(
        arguments: [
            (#"{"type":"Topology","objects":{},"arcs":[]}"#, true),
            (#"{"type":"Topology","objects":{"a":{"type":"LineString","arcs":[0]}},"arcs":[[[0,0],[1,1]]]}"#, true),
            (#"{"type":"Topology","objects":{"a":{"type":"Polygon","arcs":[[-1]]}},"arcs":[[[0,0],[1,1]]]}"#, true),
            (#"{"type":"Topology","objects":{"a":{"type":"LineString","arcs":[1]}},"arcs":[[[0,0],[1,1]]]}"#, false),
            (#"{"type":"Topology","objects":{"a":{"type":"LineString","arcs":[-2]}},"arcs":[[[0,0],[1,1]]]}"#, false),
            (#"{"type":"Topology","objects":{"a":{"type":"Point","coordinates":[0,1]}},"arcs":[]}"#, true),
            (#"{"type":"Topology","objects":{"a":{"type":null}},"arcs":[]}"#, true),
            (#"{"type":"Topology","objects":{"a":{"type":"Circle"}},"arcs":[]}"#, false),
            (#"{"type":"Topology","objects":{},"arcs":[[[0,0]]]}"#, false),
            (#"{"type":"Topology","objects":{},"arcs":[],"transform":{"scale":[1,1],"translate":[0,0]}}"#, true),
            (#"{"type":"Topology","objects":{},"arcs":[],"transform":{"scale":[1]}}"#, false),
            (#"{"type":"Topology","arcs":[]}"#, false), (#"{"type":"Point","coordinates":[1,2]}"#, true),
            (#"{"type":"LineString","arcs":[0]}"#, false), (#"{"type":null}"#, false),
        ] as [(String, Bool)])
    func checksTheStructureOfTopoJSON(text: String, isValid: Bool) throws {
        let schema = try schemaOfOneField(["type: geojson", "format: topojson"])
        #expect(try (read(.text(text), schema).json != nil) == isValid)
    }

    @Test(
        arguments: [
            (["type: duration"], "1:30:00", "PT1H30M"), (["type: duration"], "1時間30分", "PT1H30M"),
            (["type: duration"], "90分", "PT1H30M"), (["type: duration"], "２週間", "P14D"),
            (["type: geopoint"], "35.68, 139.76", "139.76, 35.68"),
            (["type: geopoint", "format: array"], "35.68,139.76", "[139.76, 35.68]"),
            (["type: object"], "{“a”: 1}", #"{"a": 1}"#), (["type: array"], "1, 2", "[1, 2]"),
            (["type: object"], "{'a': 1}", #"{"a": 1}"#), (["type: object"], "abc", nil),
            (["type: date", "format: '%d/%m/%Y'"], "2024-05-01", "01/05/2024"),
            (["type: date"], "令和6年5月1日", "2024-05-01"), (["type: time"], "午後3時半", "15:30:00"),
            (["type: datetime"], "2024年5月1日 9時", "2024-05-01T09:00:00"), (["type: number"], "１２．５", "12.5"),
            (["type: integer"], "NaN", nil),
        ] as [([String], String, String?)])
    func guessesWhatWasMeant(field: [String], typed: String, suggestion: String?) throws {
        let errors = try read(.text(typed), schemaOfOneField(field)).errors
        #expect(errors.map(\.code) == ["type-error"])
        #expect(errors.first?.detail["suggestion"] == suggestion)
    }

    @Test func saysWhatFormAFieldWants() throws {
        let pattern = try read("x", schemaOfOneField(["type: date", "format: '%d/%m/%y'"])).errors
        #expect(pattern.first?.message(.ja).contains("「01/05/24」のような実在する日付") == true)
        #expect(pattern.first?.message(.en).contains("such as 01/05/24.") == true)
        let special = try read("NaN", schemaOfOneField(["type: number"])).errors
        #expect(special.first?.message(.en).contains("A label cannot hold it as a number") == true)
        let object = try read(#"{"a":1,"a":2}"#, schemaOfOneField(["type: object"])).errors
        #expect(object.first?.detail["problem"] == "the name “a” stands there twice")
        for type in FieldType.allCases where type != .string && type != .any && type != .list {
            for error in try read("?", schemaOfOneField(["type: \(type)"])).errors {
                #expect(error.message(.ja).contains("入力してください。"), "\(type)")
                #expect(error.message(.en).contains("Please enter"), "\(type)")
            }
        }
    }

    /// What is exported as a table is what somebody could have typed.
    @Test(
        arguments: [
            (["type: boolean", "trueValues: [はい]", "falseValues: [いいえ]"], "はい"), (["type: boolean"], "TRUE"),
            (["type: list", "delimiter: 、"], "a、b"), (["type: number", "decimalChar: ','"], "1,5"),
            (["type: date", "format: '%d/%m/%y'"], "01/05/24"), (["type: time", "format: '%H:%M'"], "09:30"),
            (["type: datetime", "format: '%Y/%m/%d %I:%M %p'"], "2024/05/01 03:00 PM"),
            (["type: date", "format: any"], "2024-05-01"), (["type: geopoint"], "1, 2"),
            (["type: geopoint", "format: array"], "[1, 2]"),
            (["type: geopoint", "format: object"], #"{"lon": 1, "lat": 2}"#),
            (["type: object"], #"{"a":[1,null]}"#), (["type: array"], #"[[1,2],"x"]"#), (["type: duration"], "P1D"),
        ] as [([String], String)])
    func writesACellAsItWasTyped(field: [String], typed: String) throws {
        let schema = try schemaOfOneField(field)
        let row = try #require(try schema.check([["1", .text(typed)]]).first)
        let value = try #require(CanonicalLabel.parse(Array(row.canonical.utf8))?.last?.value)
        #expect(value.cellText(of: schema.fields[1]) == typed)
    }

    /// Whatever a cell holds, no type falls over it, and what it takes is read again as the same.
    @Test func noTypeFallsOverAnyText() throws {
        let fields = [
            ["type: number", "groupChar: ','", "bareNumber: false"], ["type: duration"], ["type: geopoint"],
            ["type: object"], ["type: array"], ["type: geojson"], ["type: date", "format: any"],
            ["type: time", "format: any"], ["type: datetime", "format: any"],
            ["type: datetime", "format: '%d %b %Y %I:%M %p'"], ["type: date", "format: '%d%m%y'"],
        ]
        let alphabet = Array("0123456789-+.,:/ eETZPYMDHSW年月日時分秒午前後令和元()（水）{}[]\"\\a\u{0}\u{3000}é")
        let schemas = try fields.map { try schemaOfOneField($0) }
        var random = SeededRandom(seed: 11)
        for _ in 0..<3000 {
            let count = Int.random(in: 1...14, using: &random)
            let text = String((0..<count).compactMap { _ in alphabet.randomElement(using: &random) })
            for schema in schemas {
                guard let row = try schema.check([[.number("1"), .text(text)]]).first, row.kind == .valid else {
                    continue
                }
                #expect(schema.check(canonicalLabel: Array(row.canonical.utf8)).isEmpty, "\(row.canonical)")
            }
        }
    }
}
