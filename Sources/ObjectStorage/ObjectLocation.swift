/// A place in an object store, as people write it: `s3://bucket/prefix`.
package struct ObjectLocation: Sendable, Hashable {
    /// The bucket's name.
    package let bucket: String
    /// What the names of the objects there begin with, without a slash at its end; empty for the whole bucket.
    package let prefix: String

    /// Reads `s3://bucket/prefix`.
    ///
    /// - Parameter text: what someone wrote.
    /// - Throws: `ObjectStorageError` `invalid`, which does not repeat a text that could hold credentials.
    package init(_ text: String) throws(ObjectStorageError) {
        guard text.hasPrefix("s3://") else {
            throw ObjectStorageError(
                .invalid, "a place in an object store begins with s3://", hint: "Write s3://BUCKET/PREFIX.")
        }
        let parts = text.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bucket = parts.first.map(String.init) ?? ""
        guard !bucket.contains("@"), !bucket.contains(":") else {
            throw ObjectStorageError(
                .invalid, "a place in an object store takes no credentials and no port",
                hint: "Give credentials by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or by a credentials file, "
                    + "and a server of your own by AWS_ENDPOINT_URL_S3.")
        }
        var prefix = parts.count > 1 ? String(parts[1]) : ""
        if prefix.hasSuffix("/") { prefix.removeLast() }
        try self.init(bucket: bucket, prefix: prefix)
    }

    /// A place by its two parts.
    ///
    /// - Parameters:
    ///   - bucket: the bucket's name.
    ///   - prefix: what names there begin with, without a slash at its end.
    /// - Throws: `ObjectStorageError` `invalid` for a name that no bucket or object can have.
    package init(bucket: String, prefix: String) throws(ObjectStorageError) {
        try BucketName.check(bucket)
        if !prefix.isEmpty { try ObjectKey.check(prefix, in: bucket) }
        (self.bucket, self.prefix) = (bucket, prefix)
    }

    /// The key of an object here.
    ///
    /// - Parameter name: its name below the prefix.
    /// - Returns: prefix and name.
    package func key(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix)/\(name)" }
}

extension ObjectLocation: CustomStringConvertible {
    /// As it is written, with control characters made visible.
    package var description: String { ObjectKey.shown(prefix, in: bucket) }
}

/// What a bucket may be called: S3's rules, since the name becomes part of a host's name.
enum BucketName {
    static func check(_ name: String) throws(ObjectStorageError) {
        let isGood =
            (3...63).contains(name.utf8.count) && name.utf8.allSatisfy(isAllowed)
            && [name.utf8.first, name.utf8.last].allSatisfy { $0.map(isLetterOrDigit) == true }
            && !name.contains("..") && !isAddress(name)
        guard isGood else {
            throw ObjectStorageError(
                .invalid, "the bucket's name \(ObjectKey.quoted(name)) is not one that S3 allows",
                hint: "Bucket names have 3 to 63 characters: small letters, digits, hyphens and dots.")
        }
    }

    private static func isAllowed(_ character: UInt8) -> Bool {
        isLetterOrDigit(character) || character == UInt8(ascii: "-") || character == UInt8(ascii: ".")
    }

    private static func isLetterOrDigit(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    /// `192.168.0.1` is the address of a machine.
    private static func isAddress(_ name: String) -> Bool {
        name.split(separator: ".", omittingEmptySubsequences: false).count == 4
            && name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    }
}
