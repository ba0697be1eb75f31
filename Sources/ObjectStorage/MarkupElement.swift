/// An element of an answer in XML, with its text and its children.
///
/// Attributes and the prefixes of names are left out: S3's answers say nothing by them.
struct MarkupElement: Equatable {
    var name: String
    /// The text that stands directly in it, between children too.
    var text = ""
    var children: [MarkupElement] = []

    /// The text of the first child of this name.
    subscript(_ name: String) -> String? { children.first { $0.name == name }?.text }

    /// All children of this name.
    func all(_ name: String) -> [MarkupElement] { children.filter { $0.name == name } }

    /// A text as it stands between tags.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

/// Why an answer is no XML that this reader takes.
struct MarkupProblem: Error, Equatable {
    /// How many bytes stood before it.
    var offset: Int
    var reason: String
}
