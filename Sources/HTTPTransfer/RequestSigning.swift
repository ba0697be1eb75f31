/// What a request is signed with: AWS Signature Version 4, as libcurl makes it.
///
/// libcurl signs the path and the query as they stand: the caller percent-encodes all but `A-Za-z0-9-._~` (and `/` in
/// the path), sorts the query's members, and gives each a `=`. The caller also sets `x-amz-content-sha256`, which other
/// versions of libcurl would make in other ways.
///
/// A signed request follows no redirect: another server would be told the session token.
package struct RequestSigning: Sendable {
    /// Whose names the header fields have; `aws:amz` for Amazon and all who speak its protocol.
    package var provider: String
    /// Such as `eu-central-1`.
    package var region: String
    /// Such as `s3`.
    package var service: String
    /// The public half of the credentials.
    package var accessKey: String
    let secretKey: String
    let sessionToken: String?

    /// How to sign.
    ///
    /// - Parameters:
    ///   - provider: whose names the header fields have.
    ///   - region: where the service is.
    ///   - service: which service is called.
    ///   - accessKey: the public half of the credentials.
    ///   - secretKey: their secret half, which is never sent.
    ///   - sessionToken: for credentials that are good for some hours only.
    package init(
        provider: String = "aws:amz", region: String, service: String, accessKey: String, secretKey: String,
        sessionToken: String? = nil
    ) {
        (self.provider, self.region, self.service) = (provider, region, service)
        (self.accessKey, self.secretKey, self.sessionToken) = (accessKey, secretKey, sessionToken)
    }

    /// The four names, as libcurl's option takes them.
    ///
    /// - Returns: `nil` if one of them holds what would be taken for something else.
    var option: String? {
        let names =
            provider.split(separator: ":", omittingEmptySubsequences: false).map(String.init) + [region, service]
        let areGood = names.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isNameCharacter) }
        return areGood && names.count == 4 ? names.joined(separator: ":") : nil
    }

    /// Whether the credentials can be handed to C, and the token stand in a header field.
    var hasGoodCredentials: Bool {
        [accessKey, secretKey, sessionToken ?? "-"].allSatisfy { text in
            !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        }
    }
}

/// Printed or dumped, it shows no secret.
extension RequestSigning: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// For which service, and by whom.
    package var description: String { "\(service) in \(region) as \(accessKey)" }
    /// The same as the description.
    package var debugDescription: String { description }
    /// The description's parts.
    package var customMirror: Mirror {
        Mirror(self, children: ["service": service, "region": region, "accessKey": accessKey])
    }
}

private func isNameCharacter(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
    default: false
    }
}
