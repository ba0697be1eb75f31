import Foundation
import Testing

@testable import SheetsEmulator

@Suite struct SampleTests {
    private static let sheets = Samples.sheets(seed: 42)

    private static func sheet(_ id: String) throws -> SampleSheet {
        try #require(sheets.first { $0.id == id })
    }

    /// Cells of a column, by its title.
    private static func column(_ title: String, of sheet: SampleSheet) throws -> [String] {
        let index = try #require(sheet.rows[0].firstIndex(of: title))
        return sheet.rows.dropFirst().map { $0[index] }
    }

    @Test func theSameSeedGivesTheSameFiles() {
        let again = Samples.sheets(seed: 42)
        #expect(again.map(\.csv) == Self.sheets.map(\.csv))
        #expect(Samples.sheets(seed: 43).map(\.csv) != Self.sheets.map(\.csv))
    }

    @Test func loadsWhatItWrote() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Samples.write(seed: 42, to: folder)
        let emulator = SheetsEmulator()
        let ids = try emulator.load(folder: folder)
        #expect(ids == ["recipe-category-1", "recipe-category-2", "ingredient-name", "step-tags", "photo-food"])
        for sheet in Self.sheets {
            let rows = try emulator.rows(sheet.id, tab: sheet.tab)
            #expect(rows.count == sheet.rows.count)
            #expect(rows[0] == sheet.rows[0])
        }
    }

    @Test func everySheetHasTheSizeAndColumnsOfItsDataset() throws {
        let first = try Self.sheet("recipe-category-1")
        let second = try Self.sheet("recipe-category-2")
        #expect((4_900...5_100).contains(first.rows.count + second.rows.count))
        #expect(first.rows[0].sorted() == second.rows[0].filter { $0 != "見直し" }.sorted())
        #expect(first.rows[0] != second.rows[0].filter { $0 != "見直し" })
        #expect(Self.sheets.map(\.rows.count).suffix(3) == [401, 501, 301])
        for sheet in Self.sheets { #expect(sheet.rows.allSatisfy { $0.count == sheet.rows[0].count }) }
    }

    @Test func aboutFourHundredRecipesArePending() throws {
        var pending = 0
        for id in ["recipe-category-1", "recipe-category-2"] {
            let sheet = try Self.sheet(id)
            let labels = try ["カテゴリ", "タグ", "確認日"].map { try Self.column($0, of: sheet) }
            let keys = try Self.column("レシピID", of: sheet)
            pending += keys.indices.count { row in !keys[row].isEmpty && labels.allSatisfy { $0[row].isEmpty } }
        }
        #expect((350...450).contains(pending))
    }

    @Test func theMistakesAreThere() throws {
        let first = try Self.sheet("recipe-category-1")
        let second = try Self.sheet("recipe-category-2")
        #expect(try Self.column("カテゴリ", of: first).contains("ラメーン"))
        #expect(try Self.column("カテゴリ", of: second).contains("#N/A"))
        #expect(try Self.column("タグ", of: second).contains("映え"))
        #expect(try Self.column("確認日", of: first).contains("2026/02/30"))
        let firstKeys = try Self.column("レシピID", of: first).filter { !$0.isEmpty }
        let secondKeys = try Self.column("レシピID", of: second)
        #expect(firstKeys.count { $0.hasPrefix("レシピ") } == 1)
        #expect(firstKeys.count - Set(firstKeys).count == 1)
        #expect(Set(firstKeys).intersection(secondKeys).count == 1)
        let titles = try Self.column("タイトル", of: second)
        #expect(zip(secondKeys, titles).count { $0.isEmpty && !$1.isEmpty } == 1)
    }

    @Test func recipe1234IsLabelledInTheFirstSheet() throws {
        let sheet = try Self.sheet("recipe-category-1")
        let keys = try Self.column("レシピID", of: sheet)
        let row = try #require(keys.firstIndex(of: "1234"))
        #expect(try Self.column("カテゴリ", of: sheet)[row] == "ラーメン")
    }

    @Test func keysOfTheSmallerSheetsAreUnique() throws {
        let ingredients = try Self.column("表記", of: Self.sheet("ingredient-name"))
        #expect(Set(ingredients.map { $0.precomposedStringWithCompatibilityMapping }).count == ingredients.count)
        let photos = try Self.column("写真ID", of: Self.sheet("photo-food"))
        #expect(Set(photos).count == photos.count)
        #expect(photos.allSatisfy { $0.hasPrefix("P") && $0.utf8.count == 7 })
        let steps = try Self.sheet("step-tags").rows.dropFirst().map { $0[0] + "," + $0[1] }
        #expect(Set(steps.map { $0.precomposedStringWithCompatibilityMapping }).count == steps.count)
    }

    @Test func generatesRowsForMeasuring() async throws {
        try await TestClient.run { client async throws in
            client.emulator.addGeneratedSpreadsheet(rows: 2_000, sharedWith: [TestClient.email])
            let answer = try await client.get(
                "/v4/spreadsheets/bench/values/bench?valueRenderOption=UNFORMATTED_VALUE&prettyPrint=false")
            let rows = try #require(answer.values?.elements)
            #expect(rows.count == 2_001)
            #expect(answer.json["range"] == .string("bench!A1:J2001"))
            #expect(rows[2_000].elements?.first == .integer(2_000))
            let written = BenchSamples.sheet(rows: 2_000, seed: 42)
            #expect(try client.emulator.rows("bench", tab: "bench") == written.rows)
        }
    }

    @Test(arguments: [3, 8, 10]) func generatesAsManyColumnsAsAreAskedFor(columns: Int) async throws {
        try await TestClient.run { client async throws in
            client.emulator.addGeneratedSpreadsheet(rows: 50, columns: columns, sharedWith: [TestClient.email])
            let answer = try await client.get(
                "/v4/spreadsheets/bench/values/bench?valueRenderOption=UNFORMATTED_VALUE&prettyPrint=false")
            let rows = try #require(answer.values?.elements)
            #expect(rows.count == 51)
            #expect(rows.allSatisfy { $0.elements?.count == columns })
            #expect(rows[0].elements?.first == .string("id") && rows[0].elements?.last == .string("flag"))
        }
    }
}
