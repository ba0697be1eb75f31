internal import Foundation
internal import HTTPTypes
internal import HummingbirdCore
internal import LabelStore
internal import QueryUnload

/// Links to the files of results.
struct QueryLinks: Sendable {
    let signer: LinkSigner
    let place: QueryPlace
    /// The address that others know the server by.
    let address: String?
    let lifetime: Duration

    /// The name of the manifest among the files.
    static let manifest = "manifest"

    /// The links to a result's files, in their order.
    ///
    /// - Parameters:
    ///   - query: one that succeeded.
    ///   - document: what it gave.
    ///   - now: the time by the database's clock.
    ///   - call: whoever asks, for the address that they reached the server by.
    /// - Returns: the links.
    /// - Throws: what the bucket throws.
    func files(_ query: QueryRecord, _ document: QueryDocument, now: StoreTime, _ call: APICall) throws -> [String] {
        switch place {
        case .folder:
            return document.parts.indices.map { link(query, file: "\($0 + 1)", now: now, call) }
        case .objects(let objects):
            let lifetime = min(lifetime, max(.seconds(1), query.expiresIn ?? lifetime))
            let destination = try objects.under(query.place ?? "")
            return try document.parts.map { try destination.link($0.name, expires: lifetime) }
        }
    }

    /// The link to a result's manifest, which is always this server's.
    func manifest(_ query: QueryRecord, now: StoreTime, _ call: APICall) -> String {
        link(query, file: Self.manifest, now: now, call)
    }

    /// A link works no longer than the result is there.
    private func link(_ query: QueryRecord, file: String, now: StoreTime, _ call: APICall) -> String {
        let left = min(lifetime, query.expiresIn ?? lifetime)
        let expires = Int(now.microseconds / 1_000_000) + Int(max(1, left.components.seconds))
        let signature = signer.signature(query: query.id, file: file, expires: expires)
        return "\(base(call))/v1/queries/\(query.id)/files/\(file)?expires=\(expires)&signature=\(signature)"
    }

    private func base(_ call: APICall) -> String {
        if let address { return address }
        // As the client reached it; it goes back to nobody else.
        return "http://\(call.request.head.authority ?? "127.0.0.1")"
    }
}
