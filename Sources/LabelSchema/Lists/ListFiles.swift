/// Where a schema's list files come from: names to bytes, so that reading a schema touches no file itself.
package struct ListFiles: Sendable {
    private let bytes: @Sendable (String) -> [UInt8]?

    /// - Parameter bytes: the content of a list file by its name in the schema, which is relative to the schema's own
    ///   place; nil if there is none that can be read.
    package init(_ bytes: @escaping @Sendable (String) -> [UInt8]?) {
        self.bytes = bytes
    }

    /// No list files: a schema that names one has a mistake, unless it carries the list itself.
    package static let none = ListFiles { _ in nil }

    func read(_ name: String) -> [UInt8]? {
        bytes(name)
    }
}

/// A list of values that a schema refers to: a table of texts with a header.
struct SchemaList: Sendable {
    let name: String
    let header: [String]
    let rows: [[String]]
    /// The line of each row, counted from 1; all the same where the list stands in the schema itself.
    let lines: [Int]
    /// The file that the lines count in; nil where the list stands in the schema itself.
    let file: String?

    /// The column under a header, counted from 0.
    func column(_ name: String) -> Int? {
        header.firstIndex(of: name)
    }
}
