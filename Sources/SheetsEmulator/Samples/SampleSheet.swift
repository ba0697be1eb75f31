import Foundation
import Tabular

/// One spreadsheet of the samples, with its only tab.
struct SampleSheet {
    let id: String
    let title: String
    let tab: String
    let sheetId: Int
    /// Texts as a person would type them; the first row is the header.
    var rows: [[String]]

    var file: String { "\(id).csv" }

    /// The rows as a CSV file.
    var csv: [UInt8] {
        var writer = CSVWriter()
        for row in rows { writer.append(row: row) }
        return writer.bytes
    }
}

/// Sample sheets as annotators of recipes keep them, with the slips that people make.
package enum Samples {
    /// The sheets of one seed.
    static func sheets(seed: UInt64) -> [SampleSheet] {
        var random = SampleRandom(seed: seed)
        var recipes = RecipeSamples(random: SampleRandom(seed: random.next()))
        var ingredients = IngredientSamples(random: SampleRandom(seed: random.next()))
        var steps = StepSamples(random: SampleRandom(seed: random.next()))
        var photos = PhotoSamples(random: SampleRandom(seed: random.next()))
        return recipes.sheets() + [ingredients.sheet(), steps.sheet(), photos.sheet()]
    }

    /// Writes a folder that `SheetsEmulator.load(folder:)` reads: `spreadsheets.json` and a CSV file a tab.
    ///
    /// - Returns: one line for each file, saying what it is.
    /// - Throws: `EmulatorError` when the folder cannot be written.
    @discardableResult
    package static func write(seed: UInt64, to folder: String) throws -> [String] {
        try write(sheets(seed: seed), to: folder)
    }

    /// Writes a folder with one sheet of generated rows, for measuring.
    ///
    /// - Returns: one line for each file, saying what it is.
    /// - Throws: `EmulatorError` when the folder cannot be written.
    @discardableResult
    package static func writeBench(rows: Int, seed: UInt64, to folder: String) throws -> [String] {
        try write([BenchSamples.sheet(rows: rows, seed: seed)], to: folder)
    }

    private static func write(_ sheets: [SampleSheet], to folder: String) throws -> [String] {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for sheet in sheets { try Data(sheet.csv).write(to: URL(fileURLWithPath: "\(folder)/\(sheet.file)")) }
            let index = JSONWriter.bytes(.array(sheets.map(entry)), pretty: true)
            try Data(index).write(to: URL(fileURLWithPath: "\(folder)/spreadsheets.json"))
        } catch {
            throw EmulatorError(.folderNotWritable, "Could not write samples to \(folder): \(error)")
        }
        return sheets.map { "\($0.file): \($0.title), tab \($0.tab), \($0.rows.count - 1) rows" }
    }

    private static func entry(_ sheet: SampleSheet) -> JSONValue {
        .object([
            "id": .string(sheet.id), "title": .string(sheet.title), "locale": .string("ja_JP"),
            "timeZone": .string("Asia/Tokyo"),
            "sharedWith": .array([
                .string(SheetsEmulator.defaultServiceAccount), .string(SheetsEmulator.defaultEditorAccount),
            ]),
            "tabs": .array([
                .object([
                    "title": .string(sheet.tab), "sheetId": .integer(sheet.sheetId), "file": .string(sheet.file),
                ])
            ]),
        ])
    }
}

extension Samples {
    /// The categories of `recipe_category`, as its schema spells them.
    package static let recipeCategories = RecipeDish.all.map(\.category)

    /// The tags of `recipe_category`, as its schema spells them.
    package static let recipeTags = RecipeDish.allTags
}
