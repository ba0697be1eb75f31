import Foundation
import LabelSchema

/// The schemas that come with Sheaf.
enum SampleSchemas {
    static let names = ["recipe_category", "ingredient_name", "step_tags", "photo_food"]

    static func text(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "schemas/\(name).yaml"), encoding: .utf8)
    }

    static func read(_ name: String) throws -> LabelSchema {
        try LabelSchema.parse(text(name), file: "schemas/\(name).yaml")
    }
}
