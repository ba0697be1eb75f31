extension KnownDifference {
    /// Values with something inside: JSON, places, spans of time.
    static let structures = [
        KnownDifference(
            name: "What is no JSON", example: FieldSpec("array"), cell: "[NaN]", ours: ["type-error"], theirs: [],
            reason: "RFC 8259 has neither `NaN` nor `Infinity`; Python reads them",
            explains: { difference in
                difference.isTakenByThem && difference.isJSON
                    && ["NaN", "Infinity"].contains { difference.cell.contains($0) }
            }),
        KnownDifference(
            name: "One member twice", example: FieldSpec("object"), cell: "{\"a\":1,\"a\":2}", ours: ["type-error"],
            theirs: [],
            reason: "RFC 8259 leaves open what it means. Python keeps the last one, others the first: two people would "
                + "read different labels",
            explains: { difference in
                difference.isTakenByThem && difference.isJSON && difference.hasMemberTwice
            }),
        KnownDifference(
            name: "Halves of characters in JSON", example: FieldSpec("object"), cell: "{\"a\":\"\\ud800\"}",
            ours: ["type-error"], theirs: [],
            reason: "A surrogate on its own is no character, and no UTF-8 can hold it",
            explains: { difference in
                difference.isTakenByThem && difference.isJSON && difference.cell.contains(/(?i)\\ud[89a-f]/)
            }),
        KnownDifference(
            name: "Numbers in JSON that others read differently", example: FieldSpec("object"),
            cell: "{\"a\":12345678901234567890123}", ours: ["type-error"], theirs: [],
            reason:
                "As for numbers of their own: beyond 64 bits, or beyond a binary64, readers change them without a word",
            explains: { difference in
                difference.isTakenByThem && difference.isJSON
                    && difference.cell.contains(/\d{16,}|[eE]\+?\d{3,}/)
            }),
        KnownDifference(
            name: "Truth among numbers",
            example: FieldSpec("array", constraints: [JSONMember("enum", ["[1,2]"])]), cell: "[true,2]",
            ours: ["constraint-error"], theirs: [],
            reason: "To Python `true` is equal to 1, and `false` to 0. In JSON they are different values",
            explains: { difference in
                difference.ours == ["constraint-error"] && difference.theirs.isEmpty && difference.isJSON
                    && difference.field?.constraints["enum"] != nil && difference.cell.contains(/true|false/)
            }),
        KnownDifference(
            name: "Coordinates that are no numbers", example: FieldSpec("geopoint", [JSONMember("format", "array")]),
            cell: "[\"90\", \"45\"]", ours: ["type-error"], theirs: [],
            reason: "The standard: each item is a number. frictionless takes texts and even `true`",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("geopoint")
                    && difference.cell.contains(/["tf]/)
            }),
        KnownDifference(
            name: "Places with a height", example: FieldSpec("geojson"),
            cell: "{\"type\":\"Point\",\"coordinates\":[102.0,0.5,3]}", ours: [], theirs: ["type-error"],
            reason: "RFC 7946 has it as the third coordinate. frictionless checks by a profile of 2010 that knows two",
            explains: { $0.isTakenByUs && $0.isOf("geojson") && $0.field?.format == "default" }),
        KnownDifference(
            name: "GeoJSON that RFC 7946 forbids", example: FieldSpec("geojson"),
            cell: "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]}", ours: ["type-error"],
            theirs: [],
            reason: "A ring ends where it began, a box has both corners, an `id` is text or a number",
            explains: { $0.isTakenByThem && $0.isOf("geojson") && $0.field?.format == "default" }),
        KnownDifference(
            name: "Shapes of TopoJSON without a topology",
            example: FieldSpec("geojson", [JSONMember("format", "topojson")]),
            cell: "{\"type\":\"Point\",\"coordinates\":[1,2]}", ours: ["type-error"], theirs: [],
            reason: "TopoJSON's specification lets a shape stand alone, but what makes it TopoJSON is the topology: a "
                + "shape without one is GeoJSON, `format: default`",
            explains: { $0.isTakenByThem && $0.field?.format == "topojson" }),
        KnownDifference(
            name: "TopoJSON's shapes without a type",
            example: FieldSpec("geojson", [JSONMember("format", "topojson")]),
            cell: "{\"type\":\"Topology\",\"objects\":{\"a\":{\"type\":null}},\"arcs\":[]}", ours: [],
            theirs: ["type-error"], reason: "TopoJSON's specification: an object may be null, of the type null",
            explains: { $0.isTakenByUs && $0.field?.format == "topojson" }),
        KnownDifference(
            name: "Durations in other forms", example: FieldSpec("duration"), cell: "P1Y1W", ours: ["type-error"],
            theirs: [],
            reason: "The standard: XML Schema's `duration`, so no weeks, no plus sign, a point before fractions and "
                + "those of seconds only, something after `T`, and no calendar form (`P0001-02-03T04:05:06`)",
            explains: { $0.isTakenByThem && $0.isOf("duration") }),
    ]
}

extension Disagreement {
    fileprivate var isJSON: Bool { isOf("object", "array", "geojson", "geopoint") }

    /// Whether a name stands before a colon twice.
    fileprivate var hasMemberTwice: Bool {
        let names = cell.matches(of: /"([^"]*)"\s*:/).map { String($0.1) }
        return Set(names).count < names.count
    }
}
