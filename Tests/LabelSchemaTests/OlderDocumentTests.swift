import Testing

@testable import LabelSchema

/// Table Schemas that were written for other tools, and for older versions of the standard.
@Suite struct OlderDocumentTests {
    @Test func readsADocumentOfVersion1() throws {
        let schema = try LabelSchema.parse(
            """
            {
              "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
              "profile": "tabular-data-resource",
              "missingValues": ["", "-"],
              "primaryKey": "id",
              "fields": [
                { "name": "id", "type": "integer", "format": "default", "constraints": { "required": true } },
                { "name": "day", "type": "date", "format": "fmt:%d.%m.%Y", "rdfType": "http://schema.org/Date" },
                { "name": "amount", "type": "number", "decimalChar": ",", "groupChar": ".", "bareNumber": false,
                  "constraints": { "minimum": "0", "maximum": 1000 } },
                { "name": "place", "type": "geopoint", "format": "array" },
                { "name": "shape", "type": "geojson", "format": "topojson" },
                { "name": "span", "type": "duration", "example": "P1D" },
                { "name": "more", "type": "object", "examples": [{ "a": 1 }, "{}"] },
                { "name": "anything", "type": "any", "format": "default" },
                { "name": "untyped", "constraints": { "minLength": "1", "pattern": "[a-z]+", "enum": ["ok", "no"] },
                  "sheaf": { "role": "label" } }
              ]
            }
            """, file: "old.json")
        let rows = try schema.check([
            [
                "7", "01.05.2024", "約1.000,0円", "[1.0, 2]", #"{"type":"Topology","objects":{},"arcs":[]}"#, "P7D", "-",
                "x", "ok",
            ]
        ])
        #expect(
            rows.map(\.canonical) == [
                #"{"amount":1000,"anything":"x","day":"2024-05-01","id":7,"place":{"lat":2,"lon":1},"#
                    + #""shape":{"arcs":[],"objects":{},"type":"Topology"},"span":"P7D","untyped":"ok"}"#
            ])
        #expect(schema.fields[6].example == #"{"a":1}"#)
    }

    /// The standard lets a document have members of its own; what looks mistyped is a mistake all the same.
    @Test func membersOfOtherToolsDoNoHarm() throws {
        let text = { (document: String, field: String) in
            """
            primaryKey: [id]
            homepage: https://example.com/
            \(document)
            fields: [{ name: id, type: integer, \(field) }, { name: a, sheaf: { role: label } }]
            """
        }
        let plain = try LabelSchema.parse(text("version: 2", "rdfType: x"), file: "own.yaml")
        let other = try LabelSchema.parse(text("x-team: [cooks]", "unitOfMeasure: kg"), file: "own.yaml")
        #expect(plain.fields.count == other.fields.count)
        #expect(String(decoding: other.document, as: UTF8.self).contains(#""x-team":["cooks"]"#))
        for (document, field) in [("titel: x", "a: 1"), ("x: 1", "contraints: {}"), ("sheaf: { colour: 1 }", "b: 1")] {
            #expect(throws: LabelSchemaMistakes.self) { try LabelSchema.parse(text(document, field), file: "own.yaml") }
        }
    }

    /// A stored document is read back with the same meaning.
    @Test func aStoredDocumentMeansTheSame() throws {
        let schema = try LabelSchema.parse(
            """
            primaryKey: [id]
            missingValues: [{ value: '', label: none }]
            fields:
              - { name: id, type: integer, groupChar: ',' }
              - { name: day, type: date, format: '%d/%m/%Y', constraints: { minimum: 01/01/2024 } }
              - { name: data, type: object, constraints: { jsonSchema: { required: [a] }, enum: [{ a: 1.0 }] } }
              - { name: tags, type: list, constraints: { enum: [[a, b]] } }
              - name: taste
                type: integer
                categories: [{ value: 1, label: まずい }, { value: 2 }]
                constraints: { enum: [1] }
                sheaf: { role: label, severity: { enum: warning } }
            """, file: "new.yaml")
        let again = try LabelSchema.parse(document: schema.document)
        #expect(again.fields == schema.fields)
        #expect(again.fields[2].constraints.allowed == [#"{"a":1}"#])
        #expect(again.fields[4].warnings == ["enum"])
    }
}
