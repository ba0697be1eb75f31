import Foundation
import LabelSchema

/// The schemas that come with Sheaf.
enum SampleSchemas {
    static let names = ["recipe_category", "ingredient_name", "step_tags", "photo_food"]

    private static var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schemas")
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: "\(name).yaml"), encoding: .utf8)
    }

    /// The lists beside the schemas.
    static var lists: ListFiles {
        let folder = folder
        return ListFiles { (try? Data(contentsOf: folder.appending(path: $0))).map(Array.init) }
    }

    static func read(_ name: String) throws -> LabelSchema {
        try LabelSchema.parse(text(name), file: "schemas/\(name).yaml", lists: lists)
    }
}
