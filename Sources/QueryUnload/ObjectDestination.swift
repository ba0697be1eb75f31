package import ObjectStorage

/// A prefix in a bucket.
package struct ObjectDestination: UnloadDestination {
    private let store: ObjectStore
    private let location: ObjectLocation

    /// A place for files.
    ///
    /// - Parameters:
    ///   - store: the bucket of the location.
    ///   - location: the prefix under which the files stand.
    package init(store: ObjectStore, location: ObjectLocation) {
        (self.store, self.location) = (store, location)
    }

    /// A place under this one.
    ///
    /// - Parameter name: letters, digits and hyphens.
    /// - Returns: the place.
    /// - Throws: `ObjectStorageError`.
    package func under(_ name: String) throws -> ObjectDestination {
        ObjectDestination(
            store: store, location: try ObjectLocation(bucket: location.bucket, prefix: location.key(name)))
    }

    /// An address by which a file can be read for a while, without credentials.
    ///
    /// - Parameters:
    ///   - name: the file's.
    ///   - expires: how long it works, seven days at most.
    /// - Returns: the address.
    /// - Throws: `ObjectStorageError`.
    package func link(_ name: String, expires: Duration) throws -> String {
        try store.presignedURL(location.key(name), expires: expires)
    }

    package func begin(_ name: String) async throws -> any UnloadFile {
        // Read by clients that do not look: a file, and not a body that was compressed on its way.
        ObjectFile(try store.stream(location.key(name), ObjectWriting(contentType: "application/gzip")))
    }

    package func removeAll() async throws {
        try await reporting {
            for object in try await store.list(location.key("")) { try await store.delete(object.key) }
            for upload in try await store.unfinishedUploads(location.key("")) { try await store.abort(upload) }
        }
    }
}

/// An object that appears when it is whole.
private struct ObjectFile: UnloadFile {
    private let stream: ObjectStream

    init(_ stream: ObjectStream) {
        self.stream = stream
    }

    func write(_ bytes: [UInt8]) async throws { try await reporting { try await stream.write(bytes) } }

    func finish() async throws { try await reporting { _ = try await stream.finish() } }

    func abort() async { try? await stream.abandon() }
}

/// What goes wrong with the bucket is no matter of the client's, who is told that much.
private func reporting(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as ObjectStorageError {
        throw UnloadProblem(
            .output, "The result could not be written to object storage (\(error.code.rawValue)).",
            hint: "Whoever runs Sheaf can tell why: the bucket, its rights, the network.")
    }
}
