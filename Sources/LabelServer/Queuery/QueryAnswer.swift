internal import LabelStore
internal import QueryUnload

/// A query, as the protocol's clients want to hear of it.
///
/// All four members are always there, `id` is a number, and a client asks for ever if `status` is none that it knows.
struct QueryAnswer: Encodable {
    let id: UInt64
    var dataFileURLs: [String] = []
    let error: String?
    let status: String
    /// Only where it was asked for.
    var manifestFileURL: String??

    enum CodingKeys: String, CodingKey {
        case id, error, status
        case dataFileURLs = "data_file_urls"
        case manifestFileURL = "manifest_file_url"
    }

    init(_ query: QueryRecord) {
        id = query.id
        switch query.state {
        case .pending, .running: (status, error) = (query.state.rawValue, nil)
        case .success: (status, error) = ("success", nil)
        case .failed, .cancelled: (status, error) = ("failed", query.error ?? "The query failed.")
        case .expired:
            (status, error) = ("failed", "The result was deleted, since its time was over. Send the query again.")
        }
    }

    /// Of a query that was just noted.
    init(pending id: UInt64) {
        (self.id, error, status) = (id, nil, "pending")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(dataFileURLs, forKey: .dataFileURLs)
        try container.encode(error, forKey: .error)
        try container.encode(status, forKey: .status)
        if let manifestFileURL { try container.encode(manifestFileURL, forKey: .manifestFileURL) }
    }
}

/// What the files hold, as Redshift's MANIFEST VERBOSE has it.
struct QueryManifest: Encodable {
    struct Meta: Encodable {
        var contentLength: Int
        var recordCount: Int
    }

    struct Entry: Encodable {
        var url: String
        var meta: Meta
    }

    struct Element: Encodable {
        struct Base: Encodable {
            var base: String
        }

        var name: String
        var type: Base
    }

    struct Schema: Encodable {
        var elements: [Element]
    }

    var entries: [Entry]
    var schema: Schema
    var meta: Meta

    /// - Parameters:
    ///   - document: what the query gave.
    ///   - links: of its files, in their order.
    init(_ document: QueryDocument, links: [String]) {
        entries = zip(document.parts, links).map { part, link in
            Entry(url: link, meta: Meta(contentLength: part.bytes, recordCount: part.rows))
        }
        schema = Schema(
            elements: document.columns.map { Element(name: $0.name, type: Element.Base(base: $0.type)) })
        meta = Meta(
            contentLength: document.parts.reduce(0) { $0 + $1.bytes },
            recordCount: document.parts.reduce(0) { $0 + $1.rows })
    }
}
