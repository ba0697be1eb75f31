/// The values that a field, or an item of a list, may have.
final class AllowedValues: Sendable {
    /// Allowed texts, of types whose values are text.
    private let texts: ByteLookup?
    /// The canonical JSON of each of them.
    private let textJSON: [[UInt8]]
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
            textJSON = allowed.map(JSONText.string)
            values = nil
        } else {
            texts = nil
            textJSON = []
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

    /// The canonical JSON of a text that is allowed; nil if it is not, or if values are no texts.
    func json(ofText text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        texts?.index(of: text).map { textJSON[$0] }
    }

    /// Whether a value is allowed, given as canonical JSON; of texts, that is for `json(ofText:)` to say.
    func contains(_ json: UnsafeBufferPointer<UInt8>) -> Bool {
        values.map { $0.index(of: json) != nil } ?? true
    }
}
