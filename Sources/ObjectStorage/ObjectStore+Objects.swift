internal import Digest
internal import Foundation
internal import HTTPTransfer

/// How an object is written.
package struct ObjectWriting: Sendable {
    /// What it is, such as `text/csv`; `nil` leaves it to the store.
    package var contentType: String?
    /// What is remembered with it: names of small letters, digits and hyphens, values of visible ASCII.
    package var metadata: [String: String]
    /// Whether to refuse if an object of this name is there already (`If-None-Match: *`), where the store offers that.
    package var onlyIfAbsent: Bool

    /// How to write.
    ///
    /// - Parameters:
    ///   - contentType: what it is.
    ///   - metadata: what is remembered with it.
    ///   - onlyIfAbsent: whether to refuse if it is there already.
    package init(contentType: String? = nil, metadata: [String: String] = [:], onlyIfAbsent: Bool = false) {
        (self.contentType, self.metadata, self.onlyIfAbsent) = (contentType, metadata, onlyIfAbsent)
    }
}

/// What a store knows of an object.
package struct ObjectInfo: Sendable, Equatable {
    /// Its bytes, as they are stored.
    package var size: Int64
    /// Its entity tag, without quotes.
    package var etag: String
    /// What it is.
    package var contentType: String?
    /// What was remembered with it; names in small letters.
    package var metadata: [String: String]
}

extension ObjectStore {
    /// What an upload is known by in its own object, so that it finds out whether a lost answer was a yes.
    static let mark = "sheaf-upload"

    /// Writes an object in one request; readers see the old one, or none, until it is whole.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - bytes: what it holds, at most 5 GiB.
    ///   - writing: how.
    /// - Returns: its entity tag.
    /// - Throws: `ObjectStorageError`: `exists` if `writing.onlyIfAbsent` and it is there.
    @discardableResult
    package func put(_ key: String, _ bytes: [UInt8], _ writing: ObjectWriting = ObjectWriting()) async throws -> String
    {
        let mark = newMark()
        var call = StoreCall(
            verb: "put", method: "PUT", key: key, headers: try headers(writing, mark: mark), body: bytes)
        if writing.onlyIfAbsent { call.headers.append(("If-None-Match", "*")) }
        do {
            return etag(try await perform(call).headers)
        } catch let error as ObjectStorageError where error.code == .exists {
            return try await own(key, mark: mark, else: error)
        }
    }

    /// What there is to know of an object.
    ///
    /// - Parameter key: its name.
    /// - Returns: `nil` if there is none.
    /// - Throws: `ObjectStorageError`.
    package func info(_ key: String) async throws -> ObjectInfo? {
        do {
            return info(try await perform(StoreCall(verb: "head", method: "HEAD", key: key)).head)
        } catch let error as ObjectStorageError where error.code == .missing {
            return nil
        }
    }

    /// Reads an object as it comes in.
    ///
    /// What broke before the first byte is tried again; what breaks later is thrown while the body is read.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - body: is given what is known of it, and its bytes.
    /// - Returns: what `body` returns.
    /// - Throws: `ObjectStorageError`, and whatever `body` throws.
    package func get<R: Sendable>(
        _ key: String, _ body: (ObjectInfo, ObjectBody) async throws -> R
    ) async throws -> R {
        // Bytes that keep coming may take their time; what stands still is noticed by the client.
        let call = StoreCall(verb: "get", key: key, timeout: .seconds(24 * 3_600))
        let request = try request(call)
        let refusals = Refusals(call: call, store: self)
        return try await withRetries(configuration.retries) { number in
            var hasBegun = false
            do {
                return try await client.stream(request) { head, bytes in
                    guard (200..<300).contains(head.status) else {
                        let response = HTTPResponse(
                            status: head.status, headers: head.headers, body: try await bytes.collect(upTo: 1 << 20))
                        let refusal = refusals.refusal(response, attempt: number)
                        return .failure(refusal.error, RetryOutcome(head, isRetryable: refusal.isTransient))
                    }
                    hasBegun = true
                    return .success(try await body(info(head), ObjectBody(body: bytes, refusals: refusals)))
                }
            } catch let error as HTTPError where !hasBegun {
                return .failure(try refusals.failure(of: error), Refusals.outcome(of: error))
            }
        }
    }

    /// A small object as a whole.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - limit: how many bytes it may have.
    /// - Returns: its bytes.
    /// - Throws: `ObjectStorageError`: `missing` if there is none, `invalid` if it has more bytes.
    package func bytes(of key: String, upTo limit: Int = 1 << 20) async throws -> [UInt8] {
        try await get(key) { _, body in
            var bytes: [UInt8] = []
            for try await chunk in body {
                bytes += chunk
                guard bytes.count <= limit else {
                    throw ObjectStorageError(.invalid, "get \(shown(key)): it has more than \(limit) bytes.")
                }
            }
            return bytes
        }
    }

    /// Deletes an object; that there is none is fine.
    ///
    /// - Parameter key: its name.
    /// - Throws: `ObjectStorageError`.
    package func delete(_ key: String) async throws {
        do {
            _ = try await perform(StoreCall(verb: "delete", method: "DELETE", key: key))
        } catch let error as ObjectStorageError where error.code == .missing {
            // A bucket that is not there is another matter.
            guard !error.message.contains("NoSuchBucket") else { throw error }
        }
    }

    /// An address by which anybody may read an object until it expires.
    ///
    /// It is as good as a secret until then: it belongs in no log.
    ///
    /// - Parameters:
    ///   - key: the object's name; whether it is there is not looked up.
    ///   - expires: how long the address is good, 1 second to 7 days, and no longer than the credentials.
    ///   - now: the time in seconds since 1970; `nil` is this machine's, as for every signature.
    /// - Returns: the URL.
    /// - Throws: `ObjectStorageError` `invalid`.
    package func presignedURL(
        _ key: String, expires: Duration, now: Int64? = nil
    ) throws(ObjectStorageError) -> String {
        try ObjectKey.check(key, in: bucket)
        let seconds = expires.components.seconds
        guard (1...Int64(PresignedURL.longestLife)).contains(seconds) else {
            throw ObjectStorageError(
                .invalid, "\(shown(key)): an address cannot be good for \(seconds) seconds",
                hint: "Give 1 second to 7 days.")
        }
        return PresignedURL(credentials: configuration.credentials, region: configuration.region).get(
            configuration.address(bucket: bucket, key: key), seconds: Int(seconds),
            now: now ?? Int64(Date().timeIntervalSince1970))
    }

    // MARK: What these share

    func newMark() -> String { base64URL(secureRandomBytes(16)) }

    func headers(
        _ writing: ObjectWriting, mark: String
    ) throws(ObjectStorageError) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = [("x-amz-meta-\(Self.mark)", mark)]
        if let type = writing.contentType { headers.append(("Content-Type", type)) }
        for (name, value) in writing.metadata.sorted(by: { $0.key < $1.key }) {
            let isGood =
                !name.isEmpty && name != Self.mark
                && name.utf8.allSatisfy { $0 == 45 || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) }
                && !value.isEmpty && value.utf8.allSatisfy { $0 > 32 && $0 < 127 }
            guard isGood else {
                throw ObjectStorageError(
                    .invalid, "the metadata \(ObjectKey.quoted(name)) cannot be stored",
                    hint: "Names are of small letters, digits and hyphens, values of visible ASCII without blanks.")
            }
            headers.append(("x-amz-meta-\(name)", value))
        }
        return headers
    }

    /// The entity tag of the object if it is our own doing, of which the answer was lost.
    ///
    /// - Throws: `error` if it is not.
    func own(_ key: String, mark: String, else error: ObjectStorageError) async throws -> String {
        guard let info = try await info(key), info.metadata[Self.mark] == mark else { throw error }
        return info.etag
    }

    func etag(_ headers: HTTPHeaders) -> String { unquoted(headers["ETag"] ?? "") }

    private func info(_ head: HTTPResponseHead) -> ObjectInfo {
        var metadata: [String: String] = [:]
        for field in head.headers.fields {
            let name = field.name.lowercased()
            if name.hasPrefix("x-amz-meta-") { metadata[String(name.dropFirst(11))] = field.value }
        }
        return ObjectInfo(
            size: head.headers["Content-Length"].flatMap { Int64($0) } ?? 0, etag: etag(head.headers),
            contentType: head.headers["Content-Type"], metadata: metadata)
    }
}

func unquoted(_ etag: String) -> String {
    etag.count >= 2 && etag.hasPrefix("\"") && etag.hasSuffix("\"") ? String(etag.dropFirst().dropLast()) : etag
}

/// The bytes of an object, chunk by chunk as they come in.
///
/// When it ends without an error, it was whole.
package struct ObjectBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    let body: HTTPBody
    let refusals: Refusals

    package func makeAsyncIterator() -> Iterator { Iterator(iterator: body.makeAsyncIterator(), refusals: refusals) }

    /// Reads the chunks one by one.
    package struct Iterator: AsyncIteratorProtocol {
        var iterator: HTTPBody.Iterator
        let refusals: Refusals

        /// The next chunk, never empty; `nil` at the end.
        ///
        /// - Returns: the chunk.
        /// - Throws: `ObjectStorageError` where the object was cut short.
        package mutating func next() async throws -> [UInt8]? {
            do {
                return try await iterator.next(isolation: nil)
            } catch {
                throw try refusals.failure(of: error)
            }
        }
    }
}
