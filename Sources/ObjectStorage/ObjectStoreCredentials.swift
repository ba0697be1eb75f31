/// Who asks an object store, and what proves it.
package struct ObjectStoreCredentials: Sendable, Hashable {
    /// The public half.
    package let accessKey: String
    let secretKey: String
    let sessionToken: String?

    /// Credentials from their parts.
    ///
    /// - Parameters:
    ///   - accessKey: the public half.
    ///   - secretKey: the secret half, which never leaves the process.
    ///   - sessionToken: for credentials that are good for some hours only.
    /// - Throws: `ObjectStorageError` `invalid`, without any part of them, if one holds a blank or a line break, as it does
    ///   when it was copied badly.
    package init(accessKey: String, secretKey: String, sessionToken: String? = nil) throws(ObjectStorageError) {
        let parts = ["access key": accessKey, "secret key": secretKey, "session token": sessionToken ?? "-"]
        for (name, text) in parts.sorted(by: { $0.key < $1.key }) {
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
                throw ObjectStorageError(
                    .invalid, "the \(name) of the object store is empty or holds a character that none has",
                    hint: "Copy it again, without blanks or line breaks.")
            }
        }
        (self.accessKey, self.secretKey, self.sessionToken) = (accessKey, secretKey, sessionToken)
    }

    /// Whether a text that came from elsewhere gives any of this away.
    func leak(into text: String) -> Bool {
        [accessKey, secretKey, sessionToken].compactMap(\.self).contains { text.contains($0) }
            || text.lowercased().contains("signature=")
    }
}

/// Printed or dumped, they show no secret.
extension ObjectStoreCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That there are some.
    package var description: String { "credentials" }
    /// The same as the description.
    package var debugDescription: String { description }
    /// Nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
