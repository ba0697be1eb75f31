/// The values that a field, or an item of a list, may have.
final class AllowedValues: Sendable {
    /// Allowed texts, of types whose values are text.
    private let texts: ByteLookup?
    /// The canonical JSON of each of them, one after the other, and where it ends.
    private let textJSON: [UInt8]
    private let textEnds: [Int]
    /// Allowed values of another type, as canonical JSON.
    private let values: ByteLookup?
    /// The first of them, for messages.
    let shown: String
    /// What people may have meant, each with the value it means.
    let candidates: [(text: String, meaning: String)]

    private static let shownValues = 12

    /// - Parameters:
    ///   - allowed: The values in canonical text; of a type whose values are JSON, canonical JSON.
    ///   - type: Their type.
    ///   - categories: What the values are called, where they have names.
    init(_ allowed: [String], type: FieldType, categories: [FieldCategory] = []) {
        if type.isText {
            texts = ByteLookup(allowed)
            let json = allowed.map(JSONText.string)
            textJSON = Array(json.joined())
            textEnds = json.reduce(into: []) { ends, text in ends.append((ends.last ?? 0) + text.count) }
            values = nil
        } else {
            texts = nil
            textJSON = []
            textEnds = []
            values = ByteLookup(allowed.compactMap { Self.json(of: $0, type) })
        }
        var labels: [String: String] = [:]
        for category in categories { labels[category.value] = category.label }
        let shown = allowed.prefix(Self.shownValues).map { value in
            let text = type == .list ? Self.items(of: value) : value
            return labels[value].map { "\(text) (\($0))" } ?? text
        }.joined(separator: " / ")
        self.shown = allowed.count > Self.shownValues ? shown + " / …" : shown
        candidates =
            allowed.map { ($0, $0) } + allowed.compactMap { value in labels[value].map { ($0, value) } }
    }

    private static func json(of text: String, _ type: FieldType) -> [UInt8]? {
        switch type {
        case .boolean, .list, .object, .array, .geojson, .geopoint: Array(text.utf8)
        default: ValueForm(type).canonical(text)
        }
    }

    /// A list as people read it.
    private static func items(of json: String) -> String {
        (try? JSONReader.read(Array(json.utf8))).map { LabelValue($0).displayText } ?? json
    }

    /// Appends the canonical JSON of a text that is allowed; false, with nothing appended, if it is not, or if values are
    /// no texts.
    func append(_ text: UnsafeBufferPointer<UInt8>, to arena: inout ByteArena) -> Bool {
        guard let index = texts?.index(of: text) else { return false }
        let start = index == 0 ? 0 : textEnds[index - 1]
        textJSON.withUnsafeBufferPointer { json in
            arena.append(UnsafeBufferPointer(rebasing: json[start..<textEnds[index]]))
        }
        return true
    }

    /// Whether a value is allowed, given as canonical JSON; of texts, that is for `append(_:to:)` to say.
    func contains(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
        values.map { $0.index(of: json) != nil } ?? true
    }
}
