import TestRandom

/// Cells of each type as people and programs write them: right, nearly right, and wrong.
enum CellForms {
    static let types = [
        "string", "integer", "number", "boolean", "date", "time", "datetime", "year", "yearmonth", "list", "any",
        "duration", "object", "array", "geopoint", "geojson", "email", "uri", "uuid", "binary",
    ]

    /// Forms written by hand; a string's formats have names of their own.
    static func of(_ type: String) -> [String] {
        switch type {
        case "integer": integers
        case "number": numbers + integers
        case "boolean": booleans
        case "date": dates
        case "time": times
        case "datetime": dates.map { $0 + "T15:00:00" } + times.map { "2024-02-29T" + $0 } + datetimes
        case "year": years
        case "yearmonth": months
        case "list": lists
        case "duration": durations
        case "object": objects
        case "array": arrays
        case "geopoint": points
        case "geojson": shapes
        case "email": emails
        case "uri": addresses
        case "uuid": uuids
        case "binary": base64
        default: words
        }
    }

    /// A value in a form of `strptime`, right in most cases.
    static func formatted(_ format: String, _ random: inout SeededRandom) -> String {
        let ranges: [Character: (Range<Int>, Int)] = [
            "Y": (1900..<2100, 4), "y": (0..<100, 2), "m": (0..<14, 2), "d": (1..<32, 2), "H": (0..<25, 2),
            "I": (0..<14, 2), "M": (0..<61, 2), "S": (0..<62, 2), "f": (0..<1_000_000, 6), "j": (0..<368, 3),
        ]
        var text = ""
        var rest = format[...]
        while let character = rest.popFirst() {
            guard character == "%", let directive = rest.popFirst() else {
                text.append(character)
                continue
            }
            if directive == "p" { text += random.pick(["AM", "PM", "am", "xm"]) }
            if directive == "z" { text += random.pick(["Z", "+09:00", "+0900", "-05:00", "", "+9"]) }
            guard let (range, width) = ranges[directive] else { continue }
            let digits = "\(random.number(in: range))"
            let isShort = random.once(in: 8)
            text += isShort ? digits : String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return text
    }

    /// A new value of the type, right in most cases.
    static func fresh(_ type: String, _ random: inout SeededRandom) -> String {
        func digits(_ count: Int) -> String {
            (0..<count).map { _ in "\(random.number(in: 0..<10))" }.joined()
        }
        func two(_ range: Range<Int>) -> String {
            let number = random.number(in: range)
            return number < 10 ? "0\(number)" : "\(number)"
        }
        let sign = random.pick(["", "", "-", "+"])
        switch type {
        case "integer": return sign + digits(random.number(in: 1..<12))
        case "number":
            let fraction = random.once(in: 2) ? "." + digits(random.number(in: 1..<5)) : ""
            let exponent = random.once(in: 4) ? "e" + random.pick(["", "-", "+"]) + digits(1) : ""
            return sign + digits(random.number(in: 1..<8)) + fraction + exponent
        case "year": return digits(4)
        case "yearmonth": return digits(4) + "-" + two(0..<14)
        case "date": return "20" + digits(2) + "-" + two(1..<13) + "-" + two(1..<32)
        case "time": return two(0..<25) + ":" + two(0..<61) + ":" + two(0..<61)
        case "datetime":
            return fresh("date", &random) + "T" + fresh("time", &random) + random.pick(["", "Z", "+09:00"])
        case "list": return (0..<random.number(in: 1..<5)).map { _ in random.pick(integers) }.joined(separator: ",")
        case "duration": return "P\(digits(1))Y\(digits(2))M\(digits(1))DT\(digits(2))H\(digits(1)).5S"
        case "geopoint": return "\(sign)\(digits(2)).\(digits(3)), \(digits(2))"
        default: return String((0..<random.number(in: 0..<9)).map { _ in random.pick(Array("abcあ漢。 -_1２")) })
        }
    }

    private static let words = [
        "a", "ab", "abc", "abcd", "abcdefgh", "apple", "あ", "醤油", "か\u{3099}", "が", "b1", "A-1", "12", "x", " ", "true",
        "1",
    ]
    private static let integers = [
        "0", "-0", "+0", "1", "+1", "-1", "2", "3", "5", "7", "10", "007", "00", "42", "1.0", "1.", "1e3", "1,000",
        "1_000",
        "1 000", "1 000 000", "12345678901234567890", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809", "0x10", "0b1", "--1", "1-", "+", "-", "- 1", "٣", "１２", "½", "²", "1/2", "95%", "€95",
        "EUR 95", "95 yen", "¥1,000", "1,00", ",1", "1,", "1,,0", "true", "1L", "1e0",
    ]
    private static let numbers = [
        "1.5", "-1.5", "+1.5", ".5", "5.", "0.5", "0.10", "1e3", "1E3", "1E+3", "1e-7", "1e400", "-1e400", "1e-400",
        "NaN",
        "nan", "NAN", "-NaN", "sNaN", "NaN1", "INF", "inf", "-INF", "+INF", "Infinity", "-Infinity", "1_000.5",
        "1,000.5",
        "1.000,5", "1,5", "1 000.5", "1e", "e1", "1e1.5", "1.2.3", ".", "", "0.1000000000000000055511151231257827",
        "1.5f",
        "12345678901234567890.5", "0x1p3", "95.5%", "$ 1.5", "1.5 kg", "1.5e3%", "3.0", "2.999999999999999999",
        "9007199254740993", "0.30000000000000004", "0.3", "-0.0", "1E400", "٣.٥",
    ]
    private static let booleans = [
        "true", "True", "TRUE", "1", "false", "False", "FALSE", "0", "tRUE", "T", "F", "yes", "no", "Y", "N", "on",
        "はい", "いいえ",
        "x", "1.0", "01", "-1", "2",
    ]
    private static let dates = [
        "2024-02-29", "2023-02-29", "2000-02-29", "1900-02-29", "2024-01-31", "2024-04-31", "2024-2-9", "2024-02-9",
        "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01", "0001-01-01", "0999-01-01", "999-01-01", "9999-12-31",
        "10000-01-01", "-2024-01-01", "+2024-01-01", "2024-01-31Z", "2024-01-31+09:00", "20240131", "2024/01/31",
        "31/01/2024",
        "01/31/2024", "31.01.2024", "24-01-31", "2024-01-31T00:00:00", "2024-W05-3", "2024-031", "Jan 31, 2024",
        "31 January 2024",
        "令和6年1月31日", "2024年1月31日", "45322", "yesterday", "2024-01", "2024",
    ]
    private static let times = [
        "15:00:00", "00:00:00", "23:59:59", "24:00:00", "23:59:60", "15:00", "15", "5:00:00", "15:0:0", "15:00:00.5",
        "15:00:00.", "15:00:00,5", "15:00:00.123456", "15:00:00.123456789", "15:00:00.1234567891", "15:00:00Z",
        "15:00:00z",
        "15:00:00+09:00", "15:00:00+0900", "15:00:00+09", "15:00:00-14:00", "15:00:00+15:00", "15:00:00.5Z", "150000",
        "T15:00:00",
        "3:00 PM", "03:00:00 pm", "25:00:00", "15:60:00", "15:00:61", "15-00-00",
    ]
    private static let datetimes = [
        "2024-01-26T15:00:00", "2024-01-26T15:00:00.300-05:00", "2024-01-26 15:00:00", "2024-01-26t15:00:00",
        "2024-01-26T15:00",
        "2024-01-26", "20240126T150000", "2024-01-26T15:00:00 Z", "26/01/2024 15:00:00", "2024-12-31T23:30:00-01:00",
        "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "2024-02-30T00:00:00", "2024-01-26T24:00:00",
        "2024-01-26T24:00:00Z", "2024-W04-5T15:00:00", "2024-026T15:00:00", "Jan 26 2024 3pm", "1706281200",
    ]
    private static let years = [
        "2024", "0001", "0000", "9999", "10000", "999", "24", "-2024", "-0044", "+2024", "2024Z", "2024+09:00",
        "2024.0", "2_24",
        "20 4", " 202", "２０２４", "1e3", "12a4", "2024-01", "02024", "+999", "-999",
    ]
    private static let months = [
        "2024-01", "2024-12", "2024-13", "2024-00", "2024-1", "24-01", "0001-01", "0000-01", "9999-12", "10000-01",
        "-2024-01",
        "2024/01", "202401", "2024-01-01", "2024-01Z", "2024-01+09:00", "2024- 1", "2_24-01", "２０２４-０１", "2024-+1",
        "2024-001",
    ]
    private static let lists = [
        "a,b,c", "a", "a,,b", ",a", "a,", ",", "a, b", "a;b", "1,2,3", "1,2,x", "1, 2", "1,,2", "true,false", "true,2",
        "2024-01-01,2024-02-30", "2024-01-01,2024-02-28", "1.5,2", "15:00:00,16:00:00",
        "2024-01-01T00:00:00,2024-01-01T00:00:00Z",
        "a|b|c", "a、b", "[1,2]", "1;2;3", "a,a", "a,b,c,d,e,f",
    ]
    private static let durations = [
        "P1Y", "P1Y2M3DT4H5M6S", "PT1H", "PT0S", "P0D", "P1W", "P1Y1W", "P", "PT", "P1YT", "-P1Y", "+P1Y", "P-1Y",
        "PT1.5S", "PT1,5S",
        "PT.5S", "PT5.S", "P1.5Y", "PT1M30", "1Y", "p1y", "P1y", "P1M2Y", "PT1S2M", "P1D2H", "P 1D", "P00Y", "P99999Y",
        "PT36H",
        "P0001-02-03T04:05:06", "P20Y", "1:30:00", "90 min", "PT1e3S", "P1Y2", "P１Y",
    ]
    private static let objects = [
        "{}", "{\"a\":1}", "{\"a\": {\"b\": [1, 2]}}", "{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1,\"a\":2}", "{a:1}",
        "{'a':1}",
        "{\"a\":1,}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":1e400}", "{\"a\":01}", "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\u0000\"}", " {\"a\":1} ", "{\"a\":1} x", "[1]", "\"a\"", "null", "1", "true", "{", "}", "{\"\":1}",
        "{\"a\":12345678901234567890123}", "{\"a\":null}", "{\"value\": 100}", "{\"value\": \"bad\"}",
        "{\"が\":\"\\u304c\"}",
        "{\"a\":\"\\x\"}", "{\"a\":1.50}", "{\"a\" 1}", "{\"a\":// x\n1}", "\u{FEFF}{}",
    ]
    private static let arrays = [
        "[]", "[1]", "[1,2,3]", "[1,\"a\",null,true,{}]", "[[1],[2]]", "[1,]", "[NaN]", "[-Infinity]", "[1 2]", "[01]",
        "[+1]", "[.5]",
        "['a']", "[\"a\tb\"]", " [1] ", "\u{A0}[1]", "[1]]", "[", "1,2", "(1,2)", "{}", "\"[]\"", "null", "[1e5]",
        "[1E-5]", "[\"\\u12\"]",
        "[\"\u{7F}\"]", "[90.5, 45.5]", "[true]", "[True]", "[1.0,2.50]", "[0]", "[-0]",
    ]
    private static let points = [
        "90.50, 45.50", "90.50,45.50", "0,0", "180,90", "-180,-90", "180.0001,0", "0,90.0001", "90.50 ,45.50", "90.50",
        "90,45,10", "90;45",
        "lon, lat", "90.5,", ",45", "[90.50, 45.50]", "[90.50]", "[90, 45, 10]", "[\"90\", \"45\"]", "[181,0]",
        "[null,1]", "[true,1]",
        "{\"lon\": 90.50, \"lat\": 45.50}", "{\"lon\": 90.50}", "{\"lat\": 45.50, \"lon\": 90.50}",
        "{\"lon\":1,\"lat\":2,\"alt\":3}",
        "{\"lon\":\"90\",\"lat\":\"45\"}", "{\"lon\":181,\"lat\":0}", "{\"LON\":1,\"LAT\":2}", "1e1,1e1", "NaN,0",
        "INF,0", "1_0,0", "９０,４５",
        "+90,+45", ".5,5.", "90,\u{A0}45", "(90,45)", "90°,45°", "[NaN,0]", "{\"lon\":NaN,\"lat\":0}",
    ]
    private static let shapes = [
        "{\"type\":\"Point\",\"coordinates\":[102.0,0.5]}", "{\"type\":\"Point\",\"coordinates\":[102.0]}",
        "{\"type\":\"Point\",\"coordinates\":[102.0,0.5,3]}", "{\"type\":\"Point\",\"coordinates\":[1,2,3,4]}",
        "{\"type\":\"Point\",\"coordinates\":[\"1\",\"2\"]}", "{\"type\":\"Point\"}",
        "{\"type\":\"point\",\"coordinates\":[1,2]}",
        "{\"type\":\"Point\",\"coordinates\":[]}", "{\"type\":\"Point\",\"coordinates\":null}",
        "{\"type\":\"Point\",\"coordinates\":[200,95]}",
        "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1]]}", "{\"type\":\"LineString\",\"coordinates\":[[0,0]]}",
        "{\"type\":\"LineString\",\"coordinates\":[]}", "{\"type\":\"MultiPoint\",\"coordinates\":[[0,0],[1,1]]}",
        "{\"type\":\"MultiPoint\",\"coordinates\":[]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[]}", "{\"type\":\"MultiLineString\",\"coordinates\":[[[0,0],[1,1]]]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]]]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0]]]]}",
        "{\"type\":\"GeometryCollection\",\"geometries\":[]}", "{\"type\":\"GeometryCollection\"}",
        "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[1,2]}]}",
        "{\"type\":\"Feature\",\"geometry\":null,\"properties\":null}",
        "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{}}",
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]},\"properties\":{\"a\":1},\"id\":7}",
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1]},\"properties\":{}}",
        "{\"type\":\"Feature\",\"properties\":{}}",
        "{\"type\":\"Feature\",\"geometry\":null}",
        "{\"type\":\"Feature\",\"geometry\":null,\"properties\":null,\"id\":[]}",
        "{\"type\":\"FeatureCollection\",\"features\":[]}", "{\"type\":\"FeatureCollection\"}",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Point\",\"coordinates\":[1,2]}]}",
        "{\"type\":\"Point\",\"coordinates\":[1,2],\"bbox\":[1,2,1,2]}",
        "{\"type\":\"Point\",\"coordinates\":[1,2],\"bbox\":[1,2]}",
        "{\"type\":\"Point\",\"coordinates\":[1,2],\"x\":1}", "{\"coordinates\":[0,0,0],\"type\":\"Point\"}",
        "{\"type\":\"Foo\"}", "{}", "[]", "Point",
        "{\"type\":\"Topology\",\"objects\":{},\"arcs\":[]}", "{\"type\":\"Topology\",\"objects\":{}}",
        "{\"type\":\"Topology\"}",
        "{\"type\":\"Topology\",\"objects\":{\"a\":{\"type\":\"Point\",\"coordinates\":[0,0]}},\"arcs\":[]}",
        "{\"type\":\"Topology\",\"objects\":{\"a\":{\"type\":\"LineString\",\"arcs\":[0]}},\"arcs\":[[[0,0],[1,1]]]}",
        "{\"type\":\"Topology\",\"objects\":{\"a\":{\"type\":\"LineString\",\"arcs\":[\"0\"]}},\"arcs\":[[[0,0],[1,1]]]}",
        "{\"type\":\"Topology\",\"transform\":{\"scale\":[1,1],\"translate\":[0,0]},\"objects\":{},\"arcs\":[]}",
        "{\"type\":\"Topology\",\"transform\":{\"scale\":[1]},\"objects\":{},\"arcs\":[]}",
        "{\"type\":\"Topology\",\"objects\":{\"a\":{\"type\":null}},\"arcs\":[]}",
        "{\"type\":\"Topology\",\"objects\":{},\"arcs\":[[[0,0]]]}",
    ]
    private static let emails = [
        "a@example.com", "a.b+c@example.co.jp", "a@b", "a@localhost", "@example.com", "a@", "a b@example.com",
        "\"a b\"@example.com",
        "a..b@example.com", ".a@example.com", "a.@example.com", "a@example..com", "a@-example.com", "a@example-.com",
        "a@exa_mple.com",
        "a@example.c", "a@example.com.", "a@[127.0.0.1]", "a@127.0.0.1", "太郎@example.jp", "a@例え.jp", "a@xn--r8jz45g.jp",
        "a@b@example.com",
        "<a@example.com>", "a@example.com, b@example.com", "A@EXAMPLE.COM", "!#$%&'*+/=?^_`{|}~-@example.com",
        String(repeating: "a", count: 64) + "@example.com", String(repeating: "a", count: 65) + "@example.com",
        "mailto:a@example.com",
        "a@example.com\n", "a,b@example.com", "a@123.com", "a@example.123",
    ]
    private static let addresses = [
        "https://example.com", "https://example.com/a?b=c#d", "http://例え.jp/", "http://example.com/醤油",
        "http://example.com/a b", "ftp://x", "x:",
        "x:y", "urn:isbn:0451450523", "mailto:a@example.com", "//example.com", "/a/b", "a/b", "example.com", "http:",
        "http://", "http:///a",
        "https://example.com:8080", "https://example.com:99999", "https://example.com:a", "https://user:pw@example.com",
        "https://[::1]/", "https://[::1",
        "https://256.1.1.1/", "1http://x", "http://x/%41", "http://x/%4", "http://x/%zz", "http://x/<a>",
        "http://x/\"a\"", "http://x/a|b", "http://x/[a]",
        "http://x/{a}", "http://x/a\\b", "http://x/^", "http://x/`", "http://x?a b", "HTTP://X", "h-t+t.p:a",
        "http ://x", "gs://bucket/a.jpg", "s3://b/c",
        "data:text/plain,abc", "file:///a/b", "http://x#a#b", "http://x_y/", "tel:+81-3-0000-0000", "://x", ":",
        "http://x:/", "http://?a",
    ]
    private static let uuids = [
        "123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff", "123e4567e89b12d3a456426614174000",
        "{123e4567-e89b-12d3-a456-426614174000}",
        "urn:uuid:123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-42661417400",
        "123e4567-e89b-12d3-a456-4266141740000",
        "123g4567-e89b-12d3-a456-426614174000", "123e-4567e89b-12d3-a456-426614174000",
        "123e4567-e89b-02d3-a456-426614174000",
        "123e4567-e89b-12d3-c456-426614174000", "１23e4567-e89b-12d3-a456-426614174000",
        "123e4567-e89b-42d3-f456-426614174000",
    ]
    private static let base64 = [
        "aGVsbG8=", "aGVsbG8", "aGVsbA==", "aGVsbA=", "aGVsbA", "YQ==", "YR==", "YQ", "Y", "YWJj", "YW Jj", "YW\nJj",
        "YWJj====", "=YWJj", "Y=WJj", "-_-_",
        "+/+/", "あ", "YWJj!", "====", "=", "a", "ab", "abc", "abcd", "abcde", "YQ==YQ==", "data:;base64,YQ==",
    ]
}
