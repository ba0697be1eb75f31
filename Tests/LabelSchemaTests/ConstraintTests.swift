import Testing

@testable import LabelSchema

/// Constraints by type, categories, and what of them only warns.
@Suite struct ConstraintTests {
    @Test(
        arguments: [
            (
                ["type: duration", "constraints: { minimum: PT1H, maximum: P1D }"], ["PT60M", "PT24H"],
                ["PT59M", "P1DT1S"]
            ),
            (
                ["type: duration", "constraints: { exclusiveMinimum: P1M }"], ["P32D", "P2M"],
                ["P1M", "P28D", "P30D", "P31D"]
            ),
            (["type: duration", "constraints: { minimum: P1Y }"], ["P12M", "P366D"], ["P365D", "-P1Y", "-P2Y"]),
            (["type: duration", "constraints: { enum: [PT60M] }"], ["PT1H", "PT3600S"], ["PT61M"]),
            (
                ["type: integer", "constraints: { minimum: 9007199254740993 }"], ["9007199254740993"],
                ["9007199254740992"]
            ),
            (
                ["type: integer", "groupChar: ','", "constraints: { minimum: 1000, maximum: '2,000' }"], ["1,500"],
                ["999"]
            ),
            (["type: number", "decimalChar: ','", "constraints: { maximum: 1.5 }"], ["1,5"], ["1,51"]),
            (["type: number", "decimalChar: ','", "constraints: { enum: ['1,5', 2.5] }"], ["1,5", "2,50"], ["1,6"]),
            (
                ["type: date", "format: '%d/%m/%Y'", "constraints: { minimum: 01/05/2024 }"], ["01/05/2024"],
                ["30/04/2024"]
            ),
            (
                ["type: date", "format: '%d/%m/%Y'", "constraints: { maximum: 2024-05-01 }"], ["01/05/2024"],
                ["02/05/2024"]
            ),
            (["type: date", "format: any", "constraints: { enum: [2024年5月1日] }"], ["2024/5/1"], ["2024/5/2"]),
            (
                ["type: datetime", "constraints: { minimum: '2024-05-01T00:00:00Z' }"], ["2024-05-01T09:00:00+09:00"],
                ["2024-05-01T08:59:59.9+09:00"]
            ),
            (["type: year", "constraints: { exclusiveMaximum: 2024 }"], ["2023"], ["2024"]),
            (["type: yearmonth", "constraints: { minimum: 2024-05 }"], ["2024-05"], ["2024-04"]),
            (
                ["type: object", "constraints: { minLength: 1, maxLength: 2 }"], [#"{"a":1}"#],
                ["{}", #"{"a":1,"b":2,"c":3}"#]
            ),
            (["type: array", "constraints: { minLength: 1, maxLength: 2 }"], ["[1]", "[[],[]]"], ["[]", "[1,2,3]"]),
            (["type: object", "constraints: { enum: [{ b: 1.0, a: [x] }] }"], [#"{"a":["x"],"b":1}"#], ["{}"]),
            (["type: array", "constraints: { enum: ['[1, 2]', [3]] }"], ["[1,2]", "[3.0]"], ["[2,1]"]),
            (["type: geopoint", "constraints: { enum: ['1.0, 2'] }"], ["1,2"], ["2,1"]),
            (["type: geopoint", "constraints: { enum: [[1, 2], { lon: 3, lat: 4 }] }"], ["1,2", "3,4"], ["2,1"]),
            (["type: any", "constraints: { enum: [a, 1] }"], ["a", "1"], ["b"]),
            (["type: boolean", "trueValues: [はい]", "constraints: { enum: [はい] }"], ["はい"], ["false"]),
            (["type: list", "constraints: { enum: [[a, b], 'c,d'] }"], ["a,b", "c , d"], ["a", "b,a", "a,b,c"]),
            (
                ["type: list", "itemType: integer", "constraints: { enum: [[1, 2]] }"], ["01,2"], ["1", "2,1"]
            ),
            (["constraints: { minLength: '2', maxLength: '3' }"], ["ab"], ["a", "abcd"]),
        ] as [([String], [String], [String])])
    func checksConstraints(field: [String], good: [String], bad: [String]) throws {
        let schema = try schemaOfOneField(field, normalize: "[trim]")
        for typed in good { #expect(try read(.text(typed), schema).json != nil, "\(typed)") }
        for typed in bad {
            let errors = try read(.text(typed), schema).errors
            #expect(errors.map(\.code) == ["constraint-error"], "\(typed)")
            for language in MessageLanguage.allCases { #expect(errors.first?.message(language).isEmpty == false) }
        }
    }

    /// The kept labels are held to the same constraints.
    @Test func aStoredLabelIsHeldToItsConstraints() throws {
        let lists = try schemaOfOneField(["type: list", "constraints: { enum: [[a, b]] }"])
        #expect(lists.check(canonicalLabel: Array(#"{"id":1,"value":["a","b"]}"#.utf8)).isEmpty)
        #expect(lists.check(canonicalLabel: Array(#"{"id":1,"value":["a"]}"#.utf8)).map(\.code) == ["constraint-error"])
        let objects = try schemaOfOneField(["type: object", "constraints: { jsonSchema: { required: [a] } }"])
        #expect(objects.check(canonicalLabel: Array(#"{"id":1,"value":{"a":null}}"#.utf8)).isEmpty)
        for value in ["{}", "[]", #""{}""#] {
            #expect(objects.check(canonicalLabel: Array(#"{"id":1,"value":\#(value)}"#.utf8)).count == 1, "\(value)")
        }
        let points = try schemaOfOneField(["type: geopoint"])
        #expect(points.check(canonicalLabel: Array(#"{"id":1,"value":{"lat":1,"lon":2}}"#.utf8)).isEmpty)
        for value in [#"{"lat":91,"lon":2}"#, #"{"lat":1.0,"lon":2}"#, "[2,1]", #""2, 1""#] {
            #expect(points.check(canonicalLabel: Array(#"{"id":1,"value":\#(value)}"#.utf8)).count == 1, "\(value)")
        }
    }

    // MARK: Categories

    @Test func categoriesAreTheAllowedValuesAndMessagesNameThem() throws {
        let schema = try schemaOfOneField([
            "type: integer",
            "categories: [{ value: 1, label: まずい }, { value: 2 }, { value: 3, label: おいしい }]",
            "categoriesOrdered: true",
        ])
        #expect(try read("03", schema).json == "3")
        #expect(try read(.number("2"), schema).json == "2")
        let field = schema.fields[1]
        #expect(field.categories.map(\.value) == ["1", "2", "3"])
        #expect(field.categories.map(\.label) == ["まずい", nil, "おいしい"])
        #expect(field.categoriesOrdered == true)
        let error = try read("4", schema).errors.first
        #expect(error?.detail["constraint"] == "enum")
        #expect(error?.detail["allowed"] == "1 (まずい) / 2 / 3 (おいしい)")
    }

    @Test func whoTypesTheNameOfACategoryIsToldItsValue() throws {
        let schema = try schemaOfOneField(["categories: [{ value: ra, label: ラーメン }, { value: cu, label: カレー }]"])
        #expect(try read("ra", schema).json == #""ra""#)
        #expect(try read("カレー", schema).errors.first?.detail["suggestion"] == "cu")
        let some = try schemaOfOneField(["categories: [a, b, c]", "constraints: { enum: [a, b] }"])
        #expect(try read("b", some).json == #""b""#)
        #expect(try read("c", some).errors.count == 1)
    }

    @Test func missingValuesMaySayWhy() throws {
        let schema = try LabelSchema.parse(
            """
            primaryKey: [id]
            missingValues: [{ value: '', label: 未記入 }, { value: '-99', label: 拒否 }]
            fields:
              - { name: id, type: integer }
              - { name: a, sheaf: { role: label } }
              - { name: b, missingValues: [n/a], sheaf: { role: label } }
            """, file: "missing.yaml")
        #expect(schema.fields[1].missingValues == ["", "-99"])
        #expect(schema.fields[1].missingLabels == ["": "未記入", "-99": "拒否"])
        #expect(try schema.check([["1", "-99", "n/a"]]).map(\.kind) == [.pending])
        #expect(try schema.check([["1", "x", "-99"]]).map(\.canonical) == [#"{"a":"x","b":"-99","id":1}"#])
        #expect(try schema.check([["1", .number("-99"), "x"]]).map(\.canonical) == [#"{"b":"x","id":1}"#])
    }

    // MARK: Warnings

    @Test(
        arguments: [
            (
                [
                    "constraints: { maxLength: 2, pattern: '[a-z]+' }",
                    "sheaf: { role: label, severity: { maxLength: warning } }",
                ],
                "abc", #""abc""#, ["maxLength"]
            ),
            (
                ["constraints: { maxLength: 2, pattern: '[a-z]+' }", "sheaf: { role: label, severity: warning }"],
                "ABC", #""ABC""#, ["maxLength", "pattern"]
            ),
            (
                ["constraints: { enum: [a, b], maxLength: 1 }", "sheaf: { role: label, severity: { enum: warning } }"],
                "c", #""c""#, ["enum"]
            ),
            (
                ["type: integer", "constraints: { maximum: 5 }", "sheaf: { role: label, severity: warning }"], "06",
                "6", ["maximum"]
            ),
            (
                [
                    "type: date", "constraints: { enum: [2024-05-01] }",
                    "sheaf: { role: label, severity: { enum: warning } }",
                ], "2024-05-02", #""2024-05-02""#, ["enum"]
            ),
            (
                ["type: boolean", "constraints: { enum: [true] }", "sheaf: { role: label, severity: warning }"], "0",
                "false", ["enum"]
            ),
            (
                ["type: list", "constraints: { maxLength: 1 }", "sheaf: { role: label, severity: warning }"], "a,b",
                #"["a","b"]"#, ["maxLength"]
            ),
            (
                ["type: list", "sheaf: { role: label, items: { enum: [a] }, severity: { enum: warning } }"], "a,b,c",
                #"["a","b","c"]"#, ["enum", "enum"]
            ),
            (
                ["type: list", "itemType: integer", "sheaf: { role: label, items: { enum: [1] }, severity: warning }"],
                "1,2",
                "[1,2]", ["enum"]
            ),
            (
                [
                    "type: object", "constraints: { jsonSchema: { required: [a] } }",
                    "sheaf: { role: label, severity: warning }",
                ],
                "{}", "{}", ["jsonSchema"]
            ),
        ] as [([String], String, String, [String])])
    func whatIsOnlyWarnedOfIsTakenAsTyped(field: [String], typed: String, json: String, constraints: [String]) throws {
        let schema = try schemaOfOneField(field)
        let row = try #require(try schema.check([[.number("1"), .text(typed)]]).first)
        #expect(row.kind == .valid)
        #expect(row.canonical == #"{"id":1,"value":\#(json)}"#)
        #expect(row.errors.map { $0.detail["constraint"] ?? "" } == constraints)
        #expect(row.errors.allSatisfy { $0.severity == .warning && $0.code == "constraint-error" })
        #expect(schema.check(canonicalLabel: Array(row.canonical.utf8)).isEmpty)
    }

    @Test func aWarningSavesNoValueThatIsWrongOtherwise() throws {
        let schema = try schemaOfOneField([
            "constraints: { maxLength: 2, pattern: '[a-z]+' }",
            "sheaf: { role: label, severity: { maxLength: warning } }",
        ])
        let row = try #require(try schema.check([["1", "ABC"]]).first)
        #expect(row.kind == .invalid)
        #expect(row.errors.map(\.severity) == [.warning, .error])
        let numbers = try schemaOfOneField([
            "type: integer", "constraints: { maximum: 5 }", "sheaf: { role: label, severity: warning }",
        ])
        #expect(try read("x", numbers).errors.map(\.severity) == [.error])
    }

    @Test func aBlankThatIsOnlyWarnedOfIsALabel() throws {
        let schema = try LabelSchema.parse(
            """
            primaryKey: [id]
            fields:
              - { name: id, type: integer }
              - { name: a, sheaf: { role: label } }
              - { name: b, constraints: { required: true }, sheaf: { severity: { required: warning } } }
            """, file: "blank.yaml")
        let row = try #require(try schema.check([["1", "x", ""]]).first)
        #expect(row.kind == .valid)
        #expect(row.errorNames == ["constraint-error/b/required"])
        #expect(row.errors.map(\.severity) == [.warning])
        #expect(schema.check(canonicalLabel: Array(row.canonical.utf8)).isEmpty)
    }
}
