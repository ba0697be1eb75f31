import Testing

/// A whole schema as people write it for other tools, with the two things that Sheaf needs: a key, and what is decided.
struct SchemaDocument: Sendable, CustomTestStringConvertible {
    let file: String
    let text: String
    let header: [String]
    /// A row that is valid.
    let row: [String]

    var testDescription: String { file }

    /// Documents of both versions of the standard, in JSON and in YAML.
    static let all = first + second

    /// Version 1.
    private static let first = [
        SchemaDocument(
            file: "countries.json",
            text: """
                {
                  "fields": [
                    { "name": "code", "title": "ISO 3166 code", "type": "string",
                      "constraints": { "required": true, "pattern": "[A-Z]{2}" } },
                    { "name": "name", "type": "string", "rdfType": "http://schema.org/Country",
                      "constraints": { "required": true, "unique": true, "minLength": 2 } },
                    { "name": "capital", "sheaf": { "role": "label" } },
                    { "name": "population", "type": "integer", "constraints": { "minimum": 0 } },
                    { "name": "founded", "type": "year" }
                  ],
                  "missingValues": ["", "-", "n/a"],
                  "primaryKey": "code"
                }
                """,
            header: ["code", "name", "capital", "population", "founded"], row: ["JP", "日本", "東京", "123000000", "-"]),
        SchemaDocument(
            file: "employees.json",
            text: """
                {
                  "fields": [
                    { "name": "id", "type": "integer" },
                    { "name": "manager", "type": "integer", "description": "Whom this person reports to" },
                    { "name": "email", "type": "string", "format": "email" },
                    { "name": "homepage", "type": "string", "format": "uri" },
                    { "name": "team", "type": "string", "sheaf": { "role": "label" },
                      "constraints": { "enum": ["research", "kitchen"] } }
                  ],
                  "primaryKey": ["id"],
                  "foreignKeys": [
                    { "fields": "manager", "reference": { "resource": "", "fields": "id" } }
                  ]
                }
                """,
            header: ["id", "manager", "email", "homepage", "team"],
            row: ["1", "", "a@example.com", "https://example.com/a", "kitchen"]),
        SchemaDocument(
            file: "prices.json",
            text: """
                {
                  "fields": [
                    { "name": "sku", "type": "string", "constraints": { "maxLength": 12 } },
                    { "name": "price", "type": "number", "decimalChar": ",", "groupChar": ".", "bareNumber": false },
                    { "name": "sold", "type": "integer", "bareNumber": false },
                    { "name": "since", "type": "date", "format": "%d/%m/%Y" },
                    { "name": "until", "type": "date", "format": "fmt:%Y年%m月%d日" },
                    { "name": "seen", "type": "datetime", "format": "%Y-%m-%d %H:%M" },
                    { "name": "opens", "type": "time", "format": "%H:%M" },
                    { "name": "active", "type": "boolean", "trueValues": ["yes", "Y"], "falseValues": ["no", "N"],
                      "sheaf": { "role": "label" } }
                  ],
                  "primaryKey": "sku"
                }
                """,
            header: ["sku", "price", "sold", "since", "until", "seen", "opens", "active"],
            row: ["A-1", "€ 1.234,50", "12 pcs", "31/01/2024", "2024年02月29日", "2024-01-26 15:00", "09:30", "Y"]),
        SchemaDocument(
            file: "stations.yaml",
            text: """
                $schema: https://specs.frictionlessdata.io/schemas/table-schema.json
                fields:
                  - { name: station, type: integer }
                  - { name: place, type: geopoint }
                  - { name: corner, type: geopoint, format: array }
                  - { name: centre, type: geopoint, format: object }
                  - { name: outline, type: geojson }
                  - { name: details, type: object }
                  - { name: readings, type: array, constraints: { minLength: 1 } }
                  - { name: interval, type: duration }
                  - { name: month, type: yearmonth }
                  - { name: anything, type: any }
                  - { name: quality, type: string, sheaf: { role: label } }
                missingValues: ['']
                primaryKey: station
                """,
            header: [
                "station", "place", "corner", "centre", "outline", "details", "readings", "interval", "month",
                "anything", "quality",
            ],
            row: [
                "7", "139.69, 35.69", "[139.69, 35.69]", #"{"lon": 139.69, "lat": 35.69}"#,
                #"{"type": "Point", "coordinates": [139.69, 35.69]}"#, #"{"height": 12}"#, "[1, 2.5]", "P1DT12H",
                "2024-01", "x", "good",
            ]),
    ]

    /// Version 2.
    private static let second = [
        SchemaDocument(
            file: "survey.json",
            text: """
                {
                  "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                  "name": "survey",
                  "title": "Answers",
                  "fieldsMatch": "equal",
                  "fields": [
                    { "name": "respondent", "type": "string", "format": "uuid" },
                    { "name": "age", "type": "integer", "constraints": { "exclusiveMinimum": 0, "maximum": 130 },
                      "missingValues": [ { "value": "", "label": "omitted" }, { "value": "-99", "label": "refused" } ] },
                    { "name": "agreement", "type": "integer", "categoriesOrdered": true,
                      "categories": [
                        { "value": 1, "label": "Strongly disagree" }, { "value": 2 }, { "value": 3 }, { "value": 4 },
                        { "value": 5, "label": "Strongly agree" }
                      ] },
                    { "name": "fruit", "type": "string", "categories": ["apple", "orange", "banana"],
                      "constraints": { "enum": ["apple", "orange"] }, "sheaf": { "role": "label" } },
                    { "name": "languages", "type": "list", "delimiter": ";", "constraints": { "maxLength": 4 } },
                    { "name": "scores", "type": "list", "itemType": "number" }
                  ],
                  "missingValues": [ { "value": "", "label": "omitted" } ],
                  "primaryKey": ["respondent"],
                  "uniqueKeys": [ ["age", "fruit"] ]
                }
                """,
            header: ["scores", "respondent", "age", "agreement", "fruit", "languages"],
            row: ["1,2.5", "123e4567-e89b-12d3-a456-426614174000", "-99", "5", "orange", "ja;en"]),
        SchemaDocument(
            file: "measurements.yaml",
            text: """
                $schema: https://datapackage.org/profiles/2.1/tableschema.json
                name: measurements
                description: What was measured, where and when
                homepage: https://example.org/measurements
                version: 1.2.0
                created: 2024-01-26T15:00:00Z
                keywords: [weather, station]
                contributors: [{ title: A. Person, roles: [author] }]
                fieldsMatch: partial
                fields:
                  - name: station
                    type: integer
                    constraints: { required: true }
                  - name: at
                    type: datetime
                    constraints: { minimum: '2000-01-01T00:00:00Z' }
                  - { name: celsius, type: number, constraints: { minimum: -90, exclusiveMaximum: '60.5' } }
                  - { name: rain, type: integer, groupChar: ',' }
                  - { name: span, type: duration, constraints: { minimum: PT1M, maximum: P1D } }
                  - { name: image, type: string, format: binary }
                  - { name: raw, type: object, constraints: { jsonSchema: { type: object, required: [unit] } } }
                  - { name: map, type: geojson, format: topojson }
                  - { name: verdict, type: string, example: plausible, sheaf: { role: label } }
                primaryKey: [station, at]
                """,
            header: ["station", "at", "celsius", "rain", "span", "image", "raw", "map", "verdict", "memo"],
            row: [
                "7", "2024-01-26T15:00:00.300+09:00", "-1.5", "1,200", "PT1H", "aGVsbG8=", #"{"unit": "°C"}"#,
                #"{"type": "Topology", "objects": {}, "arcs": []}"#, "plausible", "x",
            ]),
    ]
}
