import Foundation
import LabelSchema

extension ListFiles {
    /// The files beside a schema, by their place as seen from its folder.
    ///
    /// A place that is absolute, or that leaves the folder, names nothing: a schema from elsewhere reads no file of the
    /// machine.
    static func besides(schemaFile: String) -> ListFiles {
        let folder = URL(fileURLWithPath: schemaFile).deletingLastPathComponent()
        return ListFiles { name in
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else { return nil }
            return FileManager.default.contents(atPath: folder.appendingPathComponent(name).path).map(Array.init)
        }
    }
}
