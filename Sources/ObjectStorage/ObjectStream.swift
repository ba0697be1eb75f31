/// An object that is written as its bytes come, in constant memory.
///
/// What is smaller than a part becomes one request, everything else a multipart upload; either way readers see it whole or
/// not at all. Written by one task at a time.
package actor ObjectStream {
    private let store: ObjectStore
    private let key: String
    private let writing: ObjectWriting
    private let partSize: Int
    private let parallel: Int

    private var buffer: [UInt8] = []
    private var upload: MultipartUpload?
    private var running: [Task<MultipartUpload.Part, any Error>] = []
    private var parts: [MultipartUpload.Part] = []
    private var nextNumber = 1

    init(store: ObjectStore, key: String, writing: ObjectWriting, partSize: Int, parallel: Int) {
        (self.store, self.key, self.writing) = (store, key, writing)
        (self.partSize, self.parallel) = (max(partSize, MultipartUpload.smallestPart), max(parallel, 1))
    }

    /// Writes some more bytes; returns when there is room for more.
    ///
    /// - Parameter bytes: what follows what was written before.
    /// - Throws: `ObjectStorageError`, also of a part that was written before.
    package func write(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            if buffer.isEmpty { buffer.reserveCapacity(min(partSize, max(rest.count, 64 << 10))) }
            let piece = rest.prefix(partSize - buffer.count)
            buffer += piece
            rest = rest.dropFirst(piece.count)
            if buffer.count == partSize { try await send() }
        }
    }

    /// Uploads what is left and makes the object visible.
    ///
    /// - Returns: the object's entity tag.
    /// - Throws: `ObjectStorageError`, also of a part that was written before.
    @discardableResult
    package func finish() async throws -> String {
        if upload == nil { return try await store.put(key, buffer, writing) }
        if !buffer.isEmpty { try await send() }
        while !running.isEmpty { try await collect() }
        guard let upload else { return "" }
        return try await upload.complete(parts)
    }

    /// Ends what runs and throws away what was uploaded.
    ///
    /// - Throws: `ObjectStorageError` if the upload could not be aborted; nothing is visible of it all the same.
    package func abandon() async throws {
        for task in running { task.cancel() }
        for task in running { _ = await task.result }
        running = []
        buffer = []
        try await upload?.abort()
    }

    /// Sends the buffer as the next part, as soon as one of those before has arrived.
    private func send() async throws {
        let (bytes, number) = (buffer, nextNumber)
        buffer = []
        nextNumber += 1
        let upload = try await begun()
        while running.count >= parallel { try await collect() }
        running.append(Task { try await upload.upload(part: number, bytes) })
    }

    private func begun() async throws -> MultipartUpload {
        if let upload { return upload }
        let begun = try await store.begin(key, writing)
        upload = begun
        return begun
    }

    /// Waits for the oldest part on its way.
    private func collect() async throws {
        let task = running.removeFirst()
        parts.append(
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            })
    }
}

extension ObjectStore {
    /// An object to be written as its bytes come, by somebody who ends it with `finish()` or `abandon()`.
    ///
    /// - Parameters:
    ///   - key: the object's name.
    ///   - writing: how.
    ///   - partSize: how many bytes a part has, at least 5 MiB; an object has at most 10,000 parts.
    ///   - parallel: how many parts are on their way at a time.
    /// - Returns: what takes the bytes.
    /// - Throws: `ObjectStorageError` for a name that no object can have.
    package func stream(
        _ key: String, _ writing: ObjectWriting = ObjectWriting(), partSize: Int = 8 << 20, parallel: Int = 2
    ) throws(ObjectStorageError) -> ObjectStream {
        try ObjectKey.check(key, in: bucket)
        return ObjectStream(store: self, key: key, writing: writing, partSize: partSize, parallel: parallel)
    }

    /// Writes an object as its bytes come, in constant memory: at most `parallel + 1` parts, each held twice while it is sent.
    ///
    /// If anything fails, or the task is cancelled, nothing becomes visible and the upload is aborted. What a killed process
    /// leaves is found by `unfinishedUploads(_:)`.
    ///
    /// - Parameters:
    ///   - key: the object's name.
    ///   - writing: how.
    ///   - partSize: how many bytes a part has, at least 5 MiB; an object has at most 10,000 parts.
    ///   - parallel: how many parts are on their way at a time.
    ///   - body: writes the bytes.
    /// - Returns: the object's entity tag.
    /// - Throws: `ObjectStorageError`, and whatever `body` throws.
    @discardableResult
    package func upload(
        _ key: String, _ writing: ObjectWriting = ObjectWriting(), partSize: Int = 8 << 20, parallel: Int = 2,
        _ body: (ObjectStream) async throws -> Void
    ) async throws -> String {
        let stream = try self.stream(key, writing, partSize: partSize, parallel: parallel)
        do {
            try await body(stream)
            return try await stream.finish()
        } catch {
            // Also where this task is cancelled: a task of its own is not.
            let abandoning = Task { try await stream.abandon() }
            if case .failure(let left) = await abandoning.result, let error = error as? ObjectStorageError {
                throw ObjectStorageError(
                    error.code, "\(error.message) The upload could not be aborted either: \(left)",
                    hint:
                        "Nothing is visible of it. Abort what is unfinished of \(shown(key)), or let a lifecycle rule do it."
                )
            }
            throw error
        }
    }
}
