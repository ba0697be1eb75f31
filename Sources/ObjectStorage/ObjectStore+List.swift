internal import HTTPTransfer

/// Some of a bucket's objects, in the order of their names' bytes.
package struct ObjectPage: Sendable, Equatable {
    /// An object of a list.
    package struct Entry: Sendable, Equatable {
        package var key: String
        package var size: Int64
        /// Its entity tag, without quotes.
        package var etag: String
    }

    package var objects: [Entry]
    /// What asks for the next page; `nil` at the end.
    package var continuation: String?
}

/// A multipart upload that is neither completed nor aborted.
package struct UnfinishedUpload: Sendable, Hashable {
    package let key: String
    package let uploadID: String
    /// When it was begun, as the store says it.
    package let begun: String
}

extension ObjectStore {
    /// One page of the objects below a prefix.
    ///
    /// - Parameters:
    ///   - prefix: what their names begin with; empty for all.
    ///   - continuation: that of the page before.
    ///   - limit: how many at most, up to 1,000.
    /// - Returns: the page.
    /// - Throws: `ObjectStorageError`.
    package func page(
        _ prefix: String, after continuation: String? = nil, limit: Int = 1_000
    ) async throws -> ObjectPage {
        var call = StoreCall(
            verb: "list", query: [("list-type", "2"), ("encoding-type", "url"), ("max-keys", "\(limit)")])
        if !prefix.isEmpty { call.query.append(("prefix", prefix)) }
        if let continuation { call.query.append(("continuation-token", continuation)) }
        let root = try markup(try await perform(call).body, of: call, named: "ListBucketResult")
        let isEncoded = root["EncodingType"] == "url"
        var page = ObjectPage(objects: [], continuation: nil)
        for entry in root.all("Contents") {
            guard let key = entry["Key"].flatMap({ isEncoded ? PercentEncoding.decoded($0) : $0 }),
                let size = entry["Size"].flatMap({ Int64($0) }), size >= 0, key.hasPrefix(prefix) || prefix.isEmpty
            else { throw strange(call, "an object has no name or no size, or was not asked for") }
            page.objects.append(ObjectPage.Entry(key: key, size: size, etag: unquoted(entry["ETag"] ?? "")))
        }
        if root["IsTruncated"] == "true" {
            guard let next = root["NextContinuationToken"], !next.isEmpty, next != continuation else {
                throw strange(call, "it says that there are more objects, and not how to ask for them")
            }
            page.continuation = next
        }
        return page
    }

    /// All objects below a prefix.
    ///
    /// - Parameters:
    ///   - prefix: what their names begin with.
    ///   - limit: how many there may be: a list of more is not held in memory.
    /// - Returns: them, in the order of their names' bytes.
    /// - Throws: `ObjectStorageError`: `invalid` if there are more.
    package func list(_ prefix: String, limit: Int = 100_000) async throws -> [ObjectPage.Entry] {
        var objects: [ObjectPage.Entry] = []
        var continuation: String?
        repeat {
            let page = try await page(prefix, after: continuation)
            objects += page.objects
            guard objects.count <= limit else {
                throw ObjectStorageError(
                    .invalid, "list \(shown(prefix)): there are more than \(limit) objects",
                    hint: "Give a longer prefix.")
            }
            continuation = page.continuation
        } while continuation != nil
        return objects
    }

    /// The multipart uploads below a prefix that nobody has completed or aborted.
    ///
    /// They cost storage and are seen by no reader; whoever began them may have died.
    ///
    /// - Parameter prefix: what their objects' names begin with.
    /// - Returns: them, at most some ten thousand.
    /// - Throws: `ObjectStorageError`.
    package func unfinishedUploads(_ prefix: String) async throws -> [UnfinishedUpload] {
        var uploads: [UnfinishedUpload] = []
        var markers: [(name: String, value: String)] = []
        while true {
            var call = StoreCall(verb: "list uploads", query: [("uploads", ""), ("encoding-type", "url")] + markers)
            if !prefix.isEmpty { call.query.append(("prefix", prefix)) }
            let root = try markup(try await perform(call).body, of: call, named: "ListMultipartUploadsResult")
            let isEncoded = root["EncodingType"] == "url"
            let decoded = { (text: String) in isEncoded ? PercentEncoding.decoded(text) : text }
            for entry in root.all("Upload") {
                guard let key = entry["Key"].flatMap(decoded), let id = entry["UploadId"] else {
                    throw strange(call, "an upload has no name or no number")
                }
                // Not every store heeds the prefix.
                guard prefix.isEmpty || key.hasPrefix(prefix) else { continue }
                uploads.append(UnfinishedUpload(key: key, uploadID: id, begun: entry["Initiated"] ?? ""))
            }
            guard root["IsTruncated"] == "true", uploads.count < 10_000 else { return uploads }
            let next: [(name: String, value: String)] = [
                ("key-marker", root["NextKeyMarker"].flatMap(decoded) ?? ""),
                ("upload-id-marker", root["NextUploadIdMarker"] ?? ""),
            ]
            guard !next[0].value.isEmpty, next.map(\.value) != markers.map(\.value) else {
                throw strange(call, "it says that there are more uploads, and not how to ask for them")
            }
            markers = next
        }
    }

    /// Throws an upload's parts away; that there is no such upload any more is fine.
    ///
    /// - Parameter upload: one that `unfinishedUploads(_:)` found.
    /// - Throws: `ObjectStorageError`.
    package func abort(_ upload: UnfinishedUpload) async throws {
        do {
            _ = try await perform(
                StoreCall(
                    verb: "abort the upload of", method: "DELETE", key: upload.key,
                    query: [("uploadId", upload.uploadID)]))
        } catch let error as ObjectStorageError where error.code == .missing {}
    }
}
