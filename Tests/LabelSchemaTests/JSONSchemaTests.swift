import Testing

@testable import LabelSchema

@Suite struct JSONSchemaTests {
    private func schema(_ json: String) throws -> JSONSchema {
        var mistakes = SchemaMistakeCollector(file: "schema")
        let node = try JSONReader.read(Array(json.utf8))
        let schema = JSONSchemaReader.read(node, "it", &mistakes)
        return try #require(schema, "\(mistakes.mistakes)")
    }

    private func problem(_ value: String, _ schema: JSONSchema) throws -> JSONSchema.Problem? {
        schema.problem(of: try JSONValueText.canonical(try JSONReader.read(Array(value.utf8))))
    }

    private func mistakes(_ json: String) throws -> [String] {
        var mistakes = SchemaMistakeCollector(file: "schema")
        _ = JSONSchemaReader.read(try JSONReader.read(Array(json.utf8)), "it", &mistakes)
        return mistakes.mistakes.map(\.description)
    }

    @Test(
        arguments: [
            ("true", ["1", "{}"], []), ("false", [], ["1", "{}"]), ("{}", ["null"], []),
            (#"{"type":"integer"}"#, ["1", "1.0", "-3", "1e2"], ["1.5", "\"1\"", "true", "null"]),
            (#"{"type":["null","string"]}"#, ["null", "\"\""], ["0", "[]", "{}", "false"]),
            (#"{"type":"boolean"}"#, ["true"], ["1"]), (#"{"type":"number"}"#, ["1", "1.5"], ["\"1\""]),
            (#"{"enum":[1,"a",{"b":[2.0]}]}"#, ["1.0", "\"a\"", #"{"b":[2]}"#], ["2", "\"1\"", #"{"b":[2],"c":1}"#]),
            (#"{"const":{"a":1,"b":2}}"#, [#"{"b":2,"a":1.0}"#], [#"{"a":1}"#]),
            (#"{"minimum":1,"maximum":2}"#, ["1", "2", "1.5", "\"x\""], ["0.9", "2.1"]),
            (#"{"exclusiveMinimum":1,"exclusiveMaximum":2}"#, ["1.5"], ["1", "2"]),
            (#"{"minimum":9007199254740993}"#, ["9007199254740993"], ["9007199254740992"]),
            (#"{"multipleOf":0.1}"#, ["0.3", "1", "0", "-0.7"], ["0.35"]),
            (#"{"multipleOf":3}"#, ["9", "9.0"], ["10", "9.5"]),
            (#"{"multipleOf":0.01}"#, ["1e2", "4.35"], ["4.355"]),
            (#"{"minLength":2,"maxLength":3}"#, ["\"ああ\"", "\"🍜🍜🍜\"", "1"], ["\"a\"", "\"aaaa\""]),
            (#"{"pattern":"b+"}"#, ["\"abbc\"", "\"b\"", "\"x\\nb\"", "1"], ["\"ac\""]),
            (#"{"pattern":"^b+$"}"#, ["\"bb\""], ["\"abb\"", "\"bba\""]),
            (#"{"pattern":"^b"}"#, ["\"ba\""], ["\"ab\""]),
            (#"{"pattern":"a$"}"#, ["\"ba\""], ["\"ab\""]),
            (#"{"pattern":"^(a|b)$"}"#, ["\"a\"", "\"b\""], ["\"ab\""]),
            (#"{"pattern":"a|b"}"#, ["\"xa\"", "\"bx\""], ["\"x\""]),
            (#"{"pattern":"a\\$"}"#, ["\"xa$\"", "\"a$b\""], ["\"a\""]),
            (#"{"minItems":1,"maxItems":2}"#, ["[1]", "{}"], ["[]", "[1,2,3]"]),
            (#"{"uniqueItems":true}"#, ["[1,2,\"1\"]", "[]"], ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#]),
            (#"{"items":{"type":"integer"}}"#, ["[]", "[1,2]", "{}"], ["[1,\"2\"]"]),
            (#"{"prefixItems":[{"const":1}],"items":{"const":2}}"#, ["[1,2,2]", "[]", "[1]"], ["[2]", "[1,1]"]),
            (#"{"items":false,"prefixItems":[true,true]}"#, ["[1,2]"], ["[1,2,3]"]),
            (#"{"contains":{"const":1}}"#, ["[2,1]", "{}"], ["[]", "[2]"]),
            (#"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, ["[1,2,1]"], ["[1]", "[1,1,1,1]"]),
            (#"{"contains":{"const":1},"minContains":0}"#, ["[]"], []),
            (#"{"minProperties":1,"maxProperties":1}"#, [#"{"a":1}"#], ["{}", #"{"a":1,"b":2}"#]),
            (#"{"required":["a"]}"#, [#"{"a":null}"#, "[]"], ["{}", #"{"b":1}"#]),
            (#"{"properties":{"a":{"type":"string"}}}"#, ["{}", #"{"a":"","b":1}"#], [#"{"a":1}"#]),
            (
                #"{"properties":{"a":true},"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}"#,
                [#"{"a":1,"xy":2}"#], [#"{"b":1}"#, #"{"x":"1"}"#]
            ),
            (#"{"additionalProperties":{"type":"integer"}}"#, [#"{"a":1}"#], [#"{"a":"1"}"#]),
            (#"{"propertyNames":{"pattern":"^[a-z]+$"}}"#, [#"{"ab":1}"#, "{}"], [#"{"A":1}"#]),
            (#"{"dependentRequired":{"a":["b"]}}"#, [#"{"a":1,"b":1}"#, #"{"b":1}"#], [#"{"a":1}"#]),
            (#"{"dependentSchemas":{"a":{"required":["b"]}}}"#, [#"{"a":1,"b":1}"#, "{}"], [#"{"a":1}"#]),
            (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, ["1"], ["0", "3"]),
            (#"{"anyOf":[{"const":1},{"const":2}]}"#, ["1", "2"], ["3"]),
            (#"{"oneOf":[{"minimum":1},{"maximum":2}]}"#, ["0", "3"], ["1", "2"]),
            (#"{"not":{"const":1}}"#, ["2"], ["1"]),
            (
                #"{"if":{"properties":{"k":{"const":"a"}}},"then":{"required":["x"]},"else":{"required":["y"]}}"#,
                [#"{"k":"a","x":1}"#, #"{"k":"b","y":1}"#], [#"{"k":"a"}"#, #"{"k":"b","x":1}"#]
            ),
            (
                ##"{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"required":["v"]}},"$ref":"#/$defs/n"}"##,
                [#"{"v":1,"next":{"v":2}}"#], [#"{"v":1,"next":{"next":{"v":1}}}"#]
            ),
            (
                ##"{"properties":{"kids":{"items":{"$ref":"#"}}},"additionalProperties":false}"##,
                [#"{"kids":[{"kids":[]}]}"#], [#"{"kids":[{"x":1}]}"#]
            ),
            (##"{"$defs":{"a/b~c":{"const":1}},"$ref":"#/$defs/a~1b~0c"}"##, ["1"], ["2"]),
        ] as [(String, [String], [String])])
    func agreesWithTheDraft(schema: String, good: [String], bad: [String]) throws {
        let compiled = try self.schema(schema)
        for value in good { #expect(try problem(value, compiled) == nil, "\(value)") }
        for value in bad { #expect(try problem(value, compiled) != nil, "\(value)") }
        for value in bad { #expect(try problem(value, compiled.copy()) != nil, "\(value)") }
    }

    @Test(arguments: [
        (#"{"properties":{"a":{"items":{"type":"integer"}}}}"#, #"{"a":[1,"x"]}"#, "/a/1", #"type: "integer""#),
        (#"{"additionalProperties":false}"#, #"{"a/b~":1}"#, "/a~1b~0", "false"),
        (#"{"required":["price"]}"#, "{}", "", #"required: "price""#),
        (#"{"allOf":[{"maximum":3}]}"#, "4", "", "maximum: 3"),
        (#"{"anyOf":[{"const":1}]}"#, "4", "", #"anyOf: [{"const":1}]"#),
    ])
    func saysWhereAndWhichRule(schema: String, value: String, path: String, rule: String) throws {
        let found = try problem(value, self.schema(schema))
        #expect(found?.path == path)
        #expect(found?.rule == rule)
    }

    @Test(arguments: [
        (#"{"typ":"integer"}"#, "`typ`, which is not known; did you mean `type`?"),
        (#"{"type":"interger"}"#, "did you mean `integer`?"),
        (#"{"format":"email"}"#, "nothing would check; it is not checked"),
        (#"{"properties":{"a":{"minimum":"1"}}}"#, "at `#/properties/a/minimum`, must be a number"),
        (#"{"items":[{}]}"#, "use `prefixItems`"), (#"{"required":"a"}"#, "must be a list of names"),
        (#"{"minLength":-1}"#, "a whole number from 0"), (#"{"multipleOf":0}"#, "a number above 0"),
        (#"{"pattern":"("}"#, "is no regular expression"),
        (#"{"pattern":"^a|b$"}"#, "put the alternatives in brackets"),
        (##"{"$ref":"#/$defs/x"}"##, "which is not there"), (#"{"$ref":"http://x"}"#, "a place in the schema itself"),
        (##"{"$ref":"#"}"##, "leads back to itself"),
        (##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}"##, "leads back to itself"),
        (#"{"then":{}}"#, "does nothing without `if`"), (#"{"if":{}}"#, "does nothing without `then`"),
        (#"{"minContains":1}"#, "does nothing without `contains`"), (#"{"allOf":[]}"#, "must be a list of schemas"),
        (#"{"properties":[]}"#, "must be a mapping"), ("1", "must be a mapping, true or false"),
        (#"{"exclusiveMinimum":true}"#, "must be a number"), (#"{"uniqueItems":1}"#, "true or false"),
        (#"{"enum":1}"#, "must be a list"), (#"{"unevaluatedProperties":false}"#, "use `additionalProperties`"),
        (#"{"enum":[{"a":1,"a":2}]}"#, "stands there twice"),
    ])
    func refusesWhatItCannotCheck(schema: String, problem: String) throws {
        let found = try mistakes(schema)
        #expect(found.count == 1 && found[0].contains(problem), "\(found)")
    }

    @Test func namesThePlaceInMessages() throws {
        let schema = try schemaOfOneField([
            "type: object", "constraints: { jsonSchema: { properties: { price: { type: integer } } } }",
        ])
        let error = try #require(try read(#"{"price":"x"}"#, schema).errors.first)
        #expect(error.detail["constraint"] == "jsonSchema")
        for language in MessageLanguage.allCases {
            #expect(
                error.message(language).contains("$/price") && error.message(language).contains("type: \"integer\""))
        }
    }
}
