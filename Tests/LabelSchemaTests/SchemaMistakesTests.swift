import Testing

@testable import LabelSchema

@Suite struct SchemaMistakesTests {
    private func mistakes(_ text: String, file: String = "bad.yaml") -> [String] {
        do {
            _ = try LabelSchema.parse(text, file: file)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    private func mistakes(ofField lines: [String], normalize: String = "[]") -> [String] {
        do {
            _ = try schemaOfOneField(lines, normalize: normalize)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test func reportsEverythingThatIsWrongAtOnceWithItsLine() {
        let found = mistakes(
            """
            titel: レシピ
            primaryKey: [recipe_id, stpe]
            fields:
              - name: recipe_id
                type: interger
              - name: step
                type: integer
                contraints: { minimum: 1 }
              - name: category
                title: カテゴリ
                constraints:
                  enum: [ラーメン, カレー, ラーメン]
                sheaf:
                  role: lable
                  aliases:
                    チャーハン: [炒飯]
              - name: Category
                title: 種類
                constraints: { pattern: '[a-', minLength: 5, maxLength: 2 }
              - name: day
                title: 種類
                type: date
                constraints: { minimum: 2024-02-01, maximum: 2024-01-01, exclusiveMaximum: 2024/5/1 }
            """)
        #expect(
            found == [
                "bad.yaml:1: `titel` is not known in the document; did you mean `title`?",
                "bad.yaml:2: `primaryKey` names `stpe`, which is no field; did you mean `step`?",
                "bad.yaml:5: `type` of field `recipe_id` cannot be “interger”; did you mean `integer`?",
                "bad.yaml:8: `contraints` is not known in field `step`; did you mean `constraints`?",
                "bad.yaml:12: a value of `enum` in `constraints` of field `category`, “ラーメン”, stands there twice; "
                    + "keep one of them",
                "bad.yaml:14: `role` of `sheaf` of field `category` cannot be “lable”; did you mean `label`?",
                "bad.yaml:16: there are aliases of “チャーハン”, which is no value of field `category`; "
                    + "“チャーハン” is not in the list of “category”. Allowed: ラーメン / カレー.",
                "bad.yaml:17: field `Category` has the name of the field in line 9; give it a name of its own",
                "bad.yaml:19: `minLength` (5) is greater than `maxLength` (2) in `constraints` of field `Category`; "
                    + "no value can satisfy both",
                "bad.yaml:19: `pattern` in `constraints` of field `Category` cannot be “[a-”: "
                    + "`[` has no `]` (character 1); for the character itself write `\\[`",
                "bad.yaml:21: the header “種類” of field `day` also means field `Category`; "
                    + "give each field a title of its own",
                "bad.yaml:23: `exclusiveMaximum` in `constraints` of field `day` cannot be “2024/5/1”: "
                    + "the type is `date`; did you mean “2024-05-01”?",
                "bad.yaml:23: `minimum` (2024-02-01) is greater than `maximum` (2024-01-01) in `constraints` of "
                    + "field `day`; no value can satisfy both",
            ])
    }

    @Test(arguments: [
        ("", ["the document is empty"]), ("- a", ["the document must be a mapping"]),
        ("{}", ["`primaryKey` is missing", "`fields` is missing"]), ("a: [", ["this is not YAML"]),
        ("a: 1\na: 2", ["`a` is given twice"]),
        ("primaryKey: [a]\nfields: []", ["`fields` must be a list", "`a`, which is no field"]),
        ("primaryKey: []\nfields:\n  - {name: a}", ["`primaryKey` names no field", "no field has the role `label`"]),
        ("primaryKey: [a, a]\nfields: [{name: a}, {name: b, sheaf: {role: label}}]", ["names `a` twice"]),
        ("primaryKey: [a]\nfields: [{name: a}]", ["no field has the role `label`"]),
        (
            "primaryKey: [a]\nfields: [{name: a}, x, {title: t}, {name: b, sheaf: {role: label}}]",
            ["field 2 must be", "field 3 has no `name`"]
        ),
        (
            "primaryKey: [a]\nfields: [{name: a, sheaf: {role: note}}, {name: b, sheaf: {role: label}}]",
            ["cannot have the role `note`"]
        ),
        (
            "primaryKey: [a]\nfields: [{name: a}, {name: b, sheaf: {role: key}}, {name: c, sheaf: {role: label}}]",
            ["not part of the primary key"]
        ),
        (
            "primaryKey: [a]\nfields: [{name: a, type: list}, {name: b, sheaf: {role: label}}]",
            ["cannot be part of the primary key"]
        ),
        (
            "primaryKey: [a]\nfields: [{name: a, type: geopoint}, {name: b, sheaf: {role: label}}]",
            ["is of type `geopoint` and cannot be part of the primary key"]
        ),
        (
            "primaryKey: [a]\nfields: [{name: a, constraints: {maxLength: 3}, sheaf: {severity: warning}}, "
                + "{name: b, sheaf: {role: label}}]", ["leave it out for key fields"]
        ),
        (
            "primaryKey: [a]\nuniqueKeys: no\nfieldsMatch: exactly\nfields: [{name: a}, {name: b, sheaf: {role: label}}]",
            ["`uniqueKeys` must be a list", "cannot be “exactly”"]
        ),
        (
            "primaryKey: [a]\nfields: [{name: a}, {name: レシピ, sheaf: {role: label}}, {name: 1x}]",
            ["column in SQL", "column in SQL"]
        ),
        (
            "primaryKey: [a]\nfields: [{name: a}, {name: b, sheaf: {role: label}}, {name: c, sheaf: {role: annotator}}, "
                + "{name: d, sheaf: {role: annotator}}]", ["second one with the role `annotator`"]
        ),
    ])
    func refusesADocument(text: String, problems: [String]) {
        let found = mistakes(text)
        #expect(found.count == problems.count, "\(found)")
        for problem in problems { #expect(found.contains { $0.contains(problem) }, "\(problem): \(found)") }
    }

    @Test(
        arguments: [
            (["format: emial"], ["did you mean `email`?"]),
            (["title: [a]"], ["must be text, but is a list"]), (["title: ''"], ["must be text, but is empty"]),
            (["constraints: { required: yes }"], ["must be true or false, but is “yes”"]),
            (["constraints: { minLength: -1 }"], ["must be a whole number from 0"]),
            (["constraints: { enum: a }"], ["must be a list, but is “a”"]),
            (["constraints: { enum: [] }"], ["allows no value"]),
            (["type: integer", "constraints: { enum: [1, two] }"], ["cannot be “two”: the type is `integer`"]),
            (["type: integer", "constraints: { enum: [1, 01] }"], ["stands there twice"]),
            (["type: date", "constraints: { enum: [2024/5/1] }"], ["did you mean “2024-05-01”?"]),
            (["type: boolean", "constraints: { enum: [はい] }"], ["write true or false"]),
            (
                ["type: integer", "constraints: { enum: [1, 9], maximum: 5 }"],
                ["“9”, does not satisfy the other constraints"]
            ),
            (["constraints: { enum: [ab, abc], maxLength: 2 }"], ["“abc”, does not satisfy"]),
            (["type: integer", "constraints: { minLength: 1 }"], ["`minLength`"]),
            (["constraints: { minimum: 1 }"], ["use `minLength`"]),
            (["type: integer", "constraints: { pattern: a }"], ["`pattern`"]),
            (
                ["type: integer", "constraints: { exclusiveMinimum: 5, maximum: 5 }"],
                ["`exclusiveMinimum` (5) is not less than `maximum` (5)"]
            ),
            (
                ["type: number", "constraints: { minimum: 10, maximum: 9.5 }"],
                ["`minimum` (10) is greater than `maximum` (9.5)"]
            ),
            (["itemType: string", "delimiter: ';'"], ["`itemType`", "`delimiter`"]),
            (["trueValues: [x]"], ["`trueValues`"]),
            (["type: list", "itemType: list"], ["`itemType` of field `value` cannot be `list`"]),
            (["type: list", "constraints: { enum: [a] }"], ["sheaf: { items: { enum"]),
            (["type: list", "sheaf: { role: label, items: { enum: ['a,b'] } }"], ["has a delimiter in it"]),
            (
                ["sheaf: { role: label, items: { enum: [a] } }"],
                ["`items` of `sheaf` of field `value` is for `type: list`"]
            ),
            (["type: boolean", "trueValues: [a, b]", "falseValues: [b]"], ["“b” means both"]),
            (["type: boolean", "trueValues: []"], ["has no value"]),
            (["example: abc", "type: integer"], ["the example “abc” is no value"]),
            (
                ["type: boolean", "trueValues: [はい]", "sheaf: { role: label, aliases: { ハイ: [x] } }"],
                ["no value of field `value`; did you mean `はい`?"]
            ),
            (
                ["sheaf: { role: label, aliases: { a: [x, x], b: [x] } }"],
                ["stands for “a” already", "stands for “a” already"]
            ),
            (["sheaf: { role: label, aliases: { a: [b], b: [c] } }"], ["the alias “b” is a value itself"]),
            (
                ["constraints: { enum: [a, b] }", "sheaf: { role: label, aliases: { a: [b] } }"],
                ["the alias “b” is a value itself"]
            ),
            (["missingValues: ['-']", "constraints: { enum: ['-'] }"], ["is one of `missingValues`"]),
            (["sheaf: { role: label, aliases: [a] }"], ["must be a mapping"]),
            (["sheaf: { role: label, normalize: [trimm] }"], ["did you mean `trim`?"]),
            (["sheaf: { role: label, canonical: false }"], ["are always exported"]),
            (["sheaf: { role: label, titel: x }"], ["did you mean `title`?"]),
            (["sheaf: { role: label, title: { jp: x } }"], ["did you mean `ja`?"]),
            (["sheaf: { role: label, messages: { enumm: { ja: x } } }"], ["did you mean `enum`?"]),
            (
                ["sheaf: { role: label, messages: { enum: { ja: 'x {cel}' } } }"],
                ["a place `{cel}`, which is not known; did you mean `cell`?"]
            ),
            (["missingValues: [{ label: x }]"], ["has no `value`"]),
            (["missingValues: ['-', '-']"], ["“-” stands twice in `missingValues`"]),
            (
                ["missingValues: [{ value: a, label: x }, { value: b, label: x }]"],
                ["the label “x” stands twice in `missingValues`"]
            ),
            (["type: date", "categories: [2024-05-01]"], ["is for `type: string` and `type: integer` only"]),
            (["categories: []"], ["allows no value"]), (["categories: [a, a]"], ["stands there twice"]),
            (["categories: [{ label: x }]"], ["has no `value`"]), (["categories: a"], ["must be a list"]),
            (["categories: [{ value: a, lable: x }]"], ["did you mean `label`?"]),
            (["categories: [{ value: a, label: x }, { value: b, label: x }]"], ["the label “x” stands twice"]),
            (["type: integer", "categories: [1, two]"], ["cannot be “two”: the type is `integer`"]),
            (["categories: [apple, pear]", "constraints: { enum: [aple] }"], ["is none of `categories`"]),
            (["categoriesOrdered: true"], ["does nothing without `categories`"]),
            (["categories: [a]", "categoriesOrdered: yes"], ["must be true or false"]),
            (["decimalChar: ','"], ["`decimalChar` of field `value` is for `type: number` only"]),
            (["type: integer", "decimalChar: ','"], ["is for `type: number` only"]),
            (["type: date", "bareNumber: false"], ["is for `type: number` and `type: integer` only"]),
            (["type: number", "groupChar: '.'"], ["is the decimal sign too"]),
            (["type: number", "groupChar: '1'"], ["which numbers are made of"]),
            (["type: number", "decimalChar: ''"], ["must be text, but is empty"]),
            (["type: number", "bareNumber: 1"], ["must be true or false, but is 1"]),
            (["type: number", "floatNumber: true"], ["a number is a binary64 always"]),
            (["type: array", "arrayItem: { type: integer }"], ["jsonSchema"]),
            (["required: true"], ["write `constraints: { required: true }`"]),
            (["type: geopoint", "format: lonlat"], ["known are `default`, `array`, `object`"]),
            (["type: geojson", "format: topojsn"], ["did you mean `topojson`?"]),
            (["type: integer", "format: any"], ["values of type `integer` have one form"]),
            (["type: object", "constraints: { jsonSchema: { typ: x } }"], ["did you mean `type`?"]),
            (["constraints: { jsonSchema: {} }"], ["`jsonSchema` in `constraints` of field `value` does nothing"]),
            (["type: geojson", "constraints: { minLength: 1 }"], ["`minLength`"]),
            (["type: geopoint", "constraints: { minimum: 1 }"], ["`minimum`"]),
            (["type: duration", "constraints: { minimum: 90分 }"], ["did you mean “PT1H30M”?"]),
            (["type: duration", "constraints: { minimum: P2D, maximum: PT1H }"], ["no value can satisfy both"]),
            (["type: object", "constraints: { enum: [[1]] }"], ["cannot be “[1]”: the type is `object`"]),
            (["type: object", "example: { a: 1 }", "constraints: { maxLength: 0 }"], ["the example “{\"a\":1}”"]),
            (["type: array", "itemType: string"], ["`itemType`"]),
            (["type: list", "itemType: duration"], ["`itemType` of field `value` cannot be `duration`"]),
            (["type: list", "itemType: integer", "constraints: { enum: [[1, x]] }"], ["is no value of the field"]),
            (["type: list", "constraints: { enum: [[a, b], 'a,b'] }"], ["stands there twice"]),
            (["type: list", "constraints: { enum: [[]] }"], ["has no items"]),
            (["sheaf: { role: label, severity: warnig }"], ["did you mean `warning`?"]),
            (["sheaf: { role: label, severity: warning }"], ["the field has no constraints"]),
            (["sheaf: { role: label, severity: { maxLength: warning } }"], ["which is no constraint of the field"]),
            (
                ["constraints: { maxLength: 1 }", "sheaf: { role: label, severity: { maxLenght: warning } }"],
                ["did you mean `maxLength`?"]
            ),
            (
                ["constraints: { unique: true }", "sheaf: { role: label, severity: { unique: warning } }"],
                ["cannot be `warning` for `unique`"]
            ),
            (
                ["constraints: { unique: true, maxLength: 1 }", "sheaf: { role: label, severity: warning }"],
                ["name the other constraints"]
            ),
            (["sheaf: { role: label, severity: { type: warning } }"], ["always is an error"]),
            (["type:"], ["must be text, but is nothing"]), (["sheaf: x"], ["must be a mapping"]),
        ] as [([String], [String])])
    func refusesAField(lines: [String], problems: [String]) {
        let found = mistakes(ofField: lines)
        #expect(found.count == problems.count, "\(found)")
        for problem in problems { #expect(found.contains { $0.contains(problem) }, "\(problem): \(found)") }
    }

    @Test(arguments: [
        ["constraints: { enum: [Ａ] }"], ["sheaf: { role: label, aliases: { a: ['ｂ'] } }"],
        ["sheaf: { role: label, aliases: { Ａ: [b] } }"], ["type: boolean", "trueValues: [ＯＫ]"],
        ["type: list", "delimiter: ，"], ["constraints: { enum: ['a '] }"],
    ])
    func refusesTextsThatNormalisationWouldHide(lines: [String]) {
        #expect(mistakes(ofField: lines).isEmpty)
        let found = mistakes(ofField: lines, normalize: "[nfkc, trim]")
        #expect(found.count == 1 && found[0].contains("is never found") && found[0].contains("; write “"), "\(found)")
    }

    @Test func countsLinesInJSONToo() {
        let text = """
            {
              "primaryKey": ["a"],
              "fields": [
                { "name": "a" },
                { "name": "b", "name": "c",
                  "sheaf": { "role": "label", "aliases": { "x": ["y"], "x": ["z"] } } }
              ]
            }
            """
        #expect(
            mistakes(text, file: "bad.json") == [
                "bad.json:5: `name` stands twice in field `b`; keep one of them",
                "bad.json:6: `x` stands twice in `aliases` of `sheaf` of field `b`; keep one of them",
            ])
        #expect(mistakes("{\n \"a\": }", file: "bad.json").first?.hasPrefix("bad.json:2: this is not JSON") == true)
    }

    @Test func showsHostileTextSafely() {
        let found = mistakes(
            "sheaf: {\"\\e[31m\\n\": 1}\nprimaryKey: [\"\\e]0;x\\a\"]\nfields: [{name: a, sheaf: {role: \"\\u202e\"}}]")
        #expect(found.count == 3)
        #expect(found.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x202E })
    }

    @Test func textThatIsNotUTF8IsToldWithItsLine() {
        let bytes = Array("primaryKey: [a]\nfields:\n  - { name: a, title: ".utf8) + [0x83, 0x65] + Array(" }\n".utf8)
        let mistakes = #expect(throws: LabelSchemaMistakes.self) { try LabelSchema.parse(bytes: bytes, file: "a.yaml") }
        #expect(mistakes?.description == "a.yaml:3: the text is not UTF-8; save the file as UTF-8")
    }
}
