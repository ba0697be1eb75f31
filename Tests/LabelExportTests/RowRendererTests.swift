import LabelDiff
import LabelSchema
import Testing

@testable import LabelExport

@Suite struct RowRendererTests {
    private static let schema = """
        {"fields":[{"name":"id","type":"string"},{"name":"note","sheaf":{"role":"label"},"type":"string"}],\
        "name":"dish","primaryKey":["id"]}
        """

    /// `a;=1` would be two cells for LibreOffice, and the second one would run.
    @Test func noPartOfACellRunsWhereASpreadsheetSeparatesAtSemicolons() throws {
        let schema = try LabelSchema.parse(
            document: Array(Self.schema.utf8))
        for (formulas, text) in [(LabelForm.Formulas.escape, "\"a;=1\"\n"), (.keep, "a;=1\n")] {
            var renderer = RowRenderer(LabelForm(.csv, formulas: formulas), [schema.canonicalFields[0]], isWhole: true)
            let label = Array("{\"id\":\"a;=1\"}".utf8)
            try label.withUnsafeBufferPointer { try renderer.append(KeyHash(high: 1, low: 1), $0) }
            #expect(String(decoding: renderer.takeBytes(), as: UTF8.self) == text)
        }
    }
}
