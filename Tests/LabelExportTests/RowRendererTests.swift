import LabelDiff
import LabelSchema
import Testing

@testable import LabelExport

@Suite struct RowRendererTests {
    /// `a;=1` would be two cells for LibreOffice, and the second one would run.
    @Test func noPartOfACellRunsWhereASpreadsheetSeparatesAtSemicolons() throws {
        let schema = try LabelSchema.parse(
            document: Array(
                "{\"fields\":[{\"name\":\"id\",\"sheaf\":{\"role\":\"label\"},\"type\":\"string\"}],\"name\":\"dish\",\"primaryKey\":[\"id\"]}"
                    .utf8)
        )
        for (formulas, text) in [(LabelForm.Formulas.escape, "\"a;=1\"\n"), (.keep, "a;=1\n")] {
            var renderer = RowRenderer(LabelForm(.csv, formulas: formulas), schema.canonicalFields, isWhole: true)
            let label = Array("{\"id\":\"a;=1\"}".utf8)
            try label.withUnsafeBufferPointer { try renderer.append(KeyHash(high: 1, low: 1), $0) }
            #expect(String(decoding: renderer.takeBytes(), as: UTF8.self) == text)
        }
    }
}
