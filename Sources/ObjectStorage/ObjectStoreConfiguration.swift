package import HTTPTransfer

/// Which object store, and as whom.
package struct ObjectStoreConfiguration: Sendable {
    /// How a bucket stands in an address.
    package enum Addressing: Sendable, Hashable {
        /// `https://bucket.host/key`, as Amazon prefers it.
        case virtualHost
        /// `https://host/bucket/key`, as most other stores have it.
        case path
    }

    /// The region to sign for.
    package var region: String
    /// Who asks.
    package var credentials: ObjectStoreCredentials
    /// The server, without a bucket; Amazon's own of the region unless another one is given.
    package private(set) var endpoint: ObjectStoreEndpoint
    /// How a bucket stands in an address.
    package var addressing: Addressing
    /// A PEM file of the authorities to trust, instead of those of the system.
    package var certificateAuthorityFile: String?
    /// Whether and when to try again.
    package var retries = RetryPolicy()

    /// A store.
    ///
    /// - Parameters:
    ///   - region: the region to sign for, such as `eu-central-1`.
    ///   - credentials: who asks.
    ///   - endpoint: the address of a store other than Amazon's own, which is then asked in the style of paths.
    /// - Throws: `ObjectStorageError` `invalid` for a region or an address that cannot be one.
    package init(region: String, credentials: ObjectStoreCredentials, endpoint: String? = nil)
        throws(ObjectStorageError)
    {
        guard !region.isEmpty, region.utf8.count <= 64, region.utf8.allSatisfy(isRegionCharacter) else {
            throw ObjectStorageError(
                .invalid, "the region \(ObjectKey.quoted(region)) cannot be one",
                hint: "Regions are named like eu-central-1; stores without regions take us-east-1.")
        }
        self.region = region
        self.credentials = credentials
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        self.endpoint = try ObjectStoreEndpoint(endpoint ?? "https://s3.\(region).\(domain)")
        addressing = endpoint == nil ? .virtualHost : .path
        // Somebody may be waiting at a terminal: a store that is not there is told after some ten seconds.
        retries.maximumAttempts = 6
    }

    /// The configuration that a client for this store needs.
    package var http: HTTPConfiguration {
        var http = HTTPConfiguration()
        http.maximumRedirects = 0
        http.certificateAuthorityFile = certificateAuthorityFile
        // Nothing but lists and errors is collected.
        http.maximumBufferedBody = 16 << 20
        return http
    }

    /// Where a bucket, or an object of it, is asked for.
    func address(bucket: String, key: String?) -> ObjectAddress {
        let path = key.map { PercentEncoding.encoded($0, keepingSlashes: true) }
        // A certificate for `*.s3.….amazonaws.com` is not one for a bucket's name with a dot.
        let isVirtual = addressing == .virtualHost && !bucket.contains(".")
        return ObjectAddress(
            scheme: endpoint.scheme, authority: isVirtual ? "\(bucket).\(endpoint.authority)" : endpoint.authority,
            path: isVirtual
                ? "\(endpoint.path)/\(path ?? "")" : "\(endpoint.path)/\(bucket)\(path.map { "/" + $0 } ?? "")")
    }
}

/// Where a request goes: percent-encoded, as it is signed and sent.
struct ObjectAddress: Sendable, Hashable {
    let scheme: String
    /// The host, with its port where that is not the usual one.
    let authority: String
    let path: String

    func url(_ query: [(name: String, value: String)]) -> String {
        let base = "\(scheme)://\(authority)\(path)"
        return query.isEmpty ? base : "\(base)?\(PercentEncoding.query(query))"
    }
}

/// The address of an object store, without a bucket.
package struct ObjectStoreEndpoint: Sendable, Hashable, CustomStringConvertible {
    let scheme: String
    let authority: String
    /// Before the bucket's name: empty, or with a slash at its beginning and none at its end.
    let path: String

    /// Reads `http://host:port` or `https://host`.
    ///
    /// - Parameter text: what someone wrote.
    /// - Throws: `ObjectStorageError` `invalid`, which does not repeat a text that could hold credentials.
    init(_ text: String) throws(ObjectStorageError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let scheme = parts[0].lowercased()
        guard parts.count >= 3, parts[1].isEmpty, scheme == "https:" || scheme == "http:",
            let authority = Self.authority(parts[2].lowercased(), scheme: scheme),
            parts.dropFirst(3).dropLast().allSatisfy({ !$0.isEmpty }),
            parts.dropFirst(3).allSatisfy({ PercentEncoding.encoded($0) == $0 && $0 != "." && $0 != ".." })
        else {
            throw ObjectStorageError(
                .invalid, "the address of the object store is not that of a server",
                hint: "Write http://HOST:PORT or https://HOST, without credentials, a query or a bucket.")
        }
        self.scheme = String(scheme.dropLast())
        self.authority = authority
        path = parts.dropFirst(3).filter { !$0.isEmpty }.map { "/" + $0 }.joined()
    }

    /// The address as it was written.
    package var description: String { "\(scheme)://\(authority)\(path)" }

    /// Host and port as clients put them into `Host`: the usual port is left out.
    private static func authority(_ text: String, scheme: String) -> String? {
        var host = text[...]
        var port: Int?
        // What follows the last colon is the port, unless the colon stands inside of an IPv6 address.
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
            (host, port) = (text[..<colon], Int(number))
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let name = isBracketed ? host.dropFirst().dropLast() : host
        let isGood =
            !name.isEmpty
            && name.utf8.allSatisfy {
                isRegionCharacter($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                    || isBracketed && $0 == UInt8(ascii: ":")
            }
        guard isGood else { return nil }
        return port.map { $0 == (scheme == "https:" ? 443 : 80) ? String(host) : "\(host):\($0)" } ?? String(host)
    }
}

private func isRegionCharacter(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
    default: false
    }
}
