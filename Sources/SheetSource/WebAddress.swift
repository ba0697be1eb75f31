#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The address of a file on the web, and what may be said of it.
///
/// A query may hold a secret (a signature, a key): it is sent, and nowhere told.
package struct WebAddress: Sendable, Hashable {
    /// Why a text is not the address of a file.
    package struct Mistake: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// The whole address, as it is asked for.
    let url: String
    /// The address as messages and the store name it: a hash of the query in place of the query.
    ///
    /// At most 600 bytes, and told apart from every other address.
    package let name: String
    /// What a person calls the file: the end of its path, or else its server.
    let title: String
    /// Whether a secret could be read on its way there.
    package let isOpenToEavesdroppers: Bool

    /// Reads an address, such as `https://data.example/labels.csv`.
    ///
    /// - Parameter text: an absolute `http://` or `https://` URL; what must be percent-encoded in it may be, or not.
    /// - Throws: what is wrong with it, and what to do, without a word of the address itself.
    package init(_ text: String) throws(Mistake) {
        guard let components = URL(string: text).flatMap({ URLComponents(url: $0, resolvingAgainstBaseURL: false) }),
            let scheme = components.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = components.host, !host.isEmpty
        else { throw Mistake(description: "must be an address such as https://data.example/labels.csv") }
        guard components.user == nil, components.password == nil else {
            throw Mistake(
                description: "holds a user or password; put `Basic …` into a file and name it with `authorization_file`"
            )
        }
        guard components.fragment == nil else {
            throw Mistake(description: "has a part after #, which no server is told; take it out")
        }
        var bare = components
        bare.query = nil
        guard let url = components.string, let shown = bare.string, url.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw Mistake(description: "must be an address such as https://data.example/labels.csv")
        }
        self.url = url
        // A long path is told by its beginning, and told apart by the hash of all of it.
        let isLong = shown.utf8.count > Self.maximumName
        let hashed = components.percentEncodedQuery.map { "?\(String(shortHash($0).prefix(16)))" } ?? ""
        name = isLong ? "\(shown.prefix(Self.maximumName - 64))…?\(String(shortHash(url).prefix(16)))" : shown + hashed
        let last = bare.path.split(separator: "/").last.map(String.init) ?? ""
        let isPlain = last.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        title = last.isEmpty || !isPlain ? host : last
        let isLoopback = host == "localhost" || host == "[::1]" || host == "::1" || host.hasPrefix("127.")
        isOpenToEavesdroppers = scheme == "http" && !isLoopback
    }

    private static let maximumName = 600
}
