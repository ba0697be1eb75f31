internal import HTTPTransfer

/// An object that is uploaded in parts: nobody sees it before all of it is there.
package struct MultipartUpload: Sendable {
    /// The least that S3 takes for a part that is not the last.
    package static let smallestPart = 5 << 20
    /// How many parts S3 takes.
    package static let mostParts = 10_000

    /// A part that the store has.
    package struct Part: Sendable, Hashable {
        package let number: Int
        /// Its entity tag, as the store gave it.
        package let etag: String
    }

    let store: ObjectStore
    /// The name that the object gets.
    package let key: String
    /// What the store knows it by.
    package let uploadID: String
    let mark: String
    let onlyIfAbsent: Bool

    /// Uploads a part; one that is uploaded again replaces what was there.
    ///
    /// - Parameters:
    ///   - number: 1 to 10,000: parts are put together in this order.
    ///   - bytes: at least 5 MiB, unless it is the last one.
    /// - Returns: the part, for `complete(_:)`.
    /// - Throws: `ObjectStorageError`.
    package func upload(part number: Int, _ bytes: [UInt8]) async throws -> Part {
        guard (1...Self.mostParts).contains(number) else {
            throw ObjectStorageError(
                .invalid, "upload \(store.shown(key)): it would have a part \(number), and 10,000 are the most",
                hint: "Write larger parts, or more objects.")
        }
        let call = StoreCall(
            verb: "upload part \(number) of", method: "PUT", key: key,
            query: [("partNumber", "\(number)"), ("uploadId", uploadID)], body: bytes)
        let answer = try await store.perform(call) { response throws(ObjectStorageError) in
            guard response.headers["ETag"]?.isEmpty == false else { throw store.strange(call, "the part has no ETag") }
        }
        return Part(number: number, etag: answer.headers["ETag"] ?? "")
    }

    /// Makes the object of its parts; from then on readers see it.
    ///
    /// - Parameter parts: all of them, in any order.
    /// - Returns: the object's entity tag.
    /// - Throws: `ObjectStorageError`: `exists` if it was to be absent, and is not; `missing` if the upload was aborted.
    @discardableResult
    package func complete(_ parts: [Part]) async throws -> String {
        let items = parts.sorted { $0.number < $1.number }.map {
            "<Part><PartNumber>\($0.number)</PartNumber><ETag>\(MarkupElement.escaped($0.etag))</ETag></Part>"
        }
        let space = "http://s3.amazonaws.com/doc/2006-03-01/"
        let body = "<CompleteMultipartUpload xmlns=\"\(space)\">\(items.joined())</CompleteMultipartUpload>"
        var call = StoreCall(
            verb: "complete the upload of", method: "POST", key: key, query: [("uploadId", uploadID)],
            headers: [("Content-Type", "application/xml")], body: Array(body.utf8),
            // A store may take minutes to put a large object together.
            timeout: .seconds(600))
        if onlyIfAbsent { call.headers.append(("If-None-Match", "*")) }
        let asked = call
        do {
            let answer = try await store.perform(asked) { response throws(ObjectStorageError) in
                try check(response, of: asked)
            }
            return unquoted((try? MarkupReader.read(answer.body))?["ETag"] ?? "")
        } catch let error as ObjectStorageError where error.code == .missing || error.code == .exists {
            // Gone, or in the way: perhaps because it was completed, and only the answer was lost.
            return try await store.own(key, mark: mark, else: error)
        }
    }

    /// Throws the parts away; that it is done already is fine.
    ///
    /// - Throws: `ObjectStorageError`.
    package func abort() async throws {
        try await store.abort(UnfinishedUpload(key: key, uploadID: uploadID, begun: ""))
    }

    /// S3 answers 200 before it has put the parts together, and may then have to say that it could not.
    private func check(_ response: HTTPResponse, of call: StoreCall) throws(ObjectStorageError) {
        let root: MarkupElement
        do {
            root = try MarkupReader.read(response.body)
        } catch {
            throw store.strange(call, "\(error.reason), at byte \(error.offset)")
        }
        switch root.name {
        case "CompleteMultipartUploadResult": return
        case "Error":
            throw Refusals(call: call, store: store)
                .refusal(status: response.status, answer: root, headers: response.headers).error
        default: throw store.strange(call, "it is not a CompleteMultipartUploadResult")
        }
    }
}

extension ObjectStore {
    /// Begins the upload of an object in parts.
    ///
    /// Whoever begins must complete or abort: until then the parts cost storage.
    ///
    /// - Parameters:
    ///   - key: the name that the object gets.
    ///   - writing: how.
    /// - Returns: the upload.
    /// - Throws: `ObjectStorageError`.
    package func begin(_ key: String, _ writing: ObjectWriting = ObjectWriting()) async throws -> MultipartUpload {
        let mark = newMark()
        let call = StoreCall(
            verb: "begin the upload of", method: "POST", key: key, query: [("uploads", "")],
            headers: try headers(writing, mark: mark))
        let root = try markup(
            try await perform(call).body, of: call, named: "InitiateMultipartUploadResult")
        guard let id = root["UploadId"], !id.isEmpty else { throw strange(call, "the upload has no number") }
        return MultipartUpload(store: self, key: key, uploadID: id, mark: mark, onlyIfAbsent: writing.onlyIfAbsent)
    }
}
