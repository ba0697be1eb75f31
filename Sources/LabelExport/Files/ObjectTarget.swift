package import ObjectStorage
internal import Synchronization

/// Objects under a prefix that an export is written to.
///
/// Each object appears whole or not at all, and the manifest last: readers begin with it. Until then a journal says what is
/// whole. Two who write the same export at once write the same bytes.
package final class ObjectTarget: ExportTarget {
    private let store: ObjectStore
    private let location: ObjectLocation
    /// Objects of an export that was there before, and of this one.
    private let paths = Mutex<(old: Set<String>, new: Set<String>)>(([], []))

    private static let journal = "export-journal.json"
    private static let largestDocument = 64 << 20

    /// - Parameters:
    ///   - location: the bucket and the prefix.
    ///   - configuration: where the store is, and who asks.
    /// - Throws: `ObjectStorageError` for a name that no bucket can have.
    package init(_ location: ObjectLocation, _ configuration: ObjectStoreConfiguration) throws(ObjectStorageError) {
        self.location = location
        store = try ObjectStore(bucket: location.bucket, configuration: configuration)
    }

    package func begin(identity: String, replaces: Bool) async throws -> ExportRemains {
        if let manifest = try await document(ExportManifest.self, ExportManifest.path) {
            if manifest.identity == identity, try await whole(manifest.parts).count == manifest.parts.count {
                try await finishClearing(manifest)
                return .everything(manifest)
            }
            try require(
                replaces, "another export, of \(manifest.dataset)@\(manifest.version), or parts of it changed")
            paths.withLock { $0.old = Set(manifest.parts.map(\.path) + [DataPackage.goneSchema]) }
            // First what there is to clear away: another try knows of it by this alone.
            try await note(ExportJournal(identity: identity, parts: []))
            // Whoever begins to read now is told that nothing whole is there.
            try await store.delete(location.key(ExportManifest.path))
            return .nothing
        } else if let journal = try await document(ExportJournal.self, Self.journal) {
            paths.withLock { $0.old = Set(journal.replaced ?? []) }
            if journal.identity == identity {
                let parts = try await whole(journal.parts)
                paths.withLock { $0.new = Set(parts.map(\.path)) }
                return .parts(parts)
            }
            try require(replaces, "another export that is not over")
            paths.withLock { $0.old.formUnion(journal.parts.map(\.path) + [DataPackage.goneSchema]) }
        } else if let other = try await store.page(location.key(""), limit: 1).objects.first {
            throw ExportProblem(
                .occupied, "There are objects already, such as \(other.key), and no export.",
                hint: "Name another prefix.")
        }
        try await note(ExportJournal(identity: identity, parts: []))
        return .nothing
    }

    private func require(_ replaces: Bool, _ what: String) throws {
        guard !replaces else { return }
        throw ExportProblem(
            .occupied, "s3://\(location.bucket)/\(location.prefix) holds \(what).",
            hint: "Name another prefix, or give --replace.")
    }

    package func makeFile(_ path: String) async throws -> any ExportFile {
        paths.withLock { paths in
            _ = paths.new.insert(path)
        }
        return ObjectFile(try store.stream(location.key(path), ObjectWriting(contentType: Self.mediaType(path))))
    }

    package func note(_ journal: ExportJournal) async throws {
        var journal = journal
        journal.replaced = paths.withLock(\.old).sorted()
        try await store.put(location.key(Self.journal), try ExportManifest.encode(journal))
    }

    package func finish() async throws {
        let left = paths.withLock { $0.old.subtracting($0.new) }
        for path in left.sorted() { try await store.delete(location.key(path)) }
        try await store.delete(location.key(Self.journal))
    }

    /// Clears away what a try that was cut short behind its manifest has left.
    private func finishClearing(_ manifest: ExportManifest) async throws {
        guard let journal = try await document(ExportJournal.self, Self.journal),
            journal.identity == manifest.identity
        else { return }
        let own = Set(manifest.parts.map(\.path) + [DataPackage.goneSchema])
        paths.withLock { $0 = (Set(journal.replaced ?? []), own) }
        try await finish()
    }

    /// What is whole stays, and the journal says so.
    package func leave() async {}

    // MARK: - What is there

    private func document<T: Decodable>(_ type: T.Type, _ path: String) async throws -> T? {
        let bytes: [UInt8]
        do {
            bytes = try await store.bytes(of: location.key(path), upTo: Self.largestDocument)
        } catch let error as ObjectStorageError where error.code == .missing {
            return nil
        }
        return try? ExportManifest.decode(type, bytes)
    }

    /// Those of some parts that are there with the size they should have.
    private func whole(_ parts: [ExportManifest.Part]) async throws -> [ExportManifest.Part] {
        var whole: [ExportManifest.Part] = []
        for part in parts {
            let info = try await store.info(location.key(part.path))
            if info?.size == Int64(part.bytes) { whole.append(part) }
        }
        return whole
    }

    private static func mediaType(_ path: String) -> String {
        if path.hasSuffix(".gz") { return "application/gzip" }
        if path.hasSuffix(".csv") { return "text/csv; charset=utf-8" }
        return path.hasSuffix(".ndjson") ? "application/x-ndjson" : "application/json"
    }
}

/// One object on its way.
private final class ObjectFile: ExportFile {
    private let stream: ObjectStream

    init(_ stream: ObjectStream) {
        self.stream = stream
    }

    func write(_ bytes: [UInt8]) async throws {
        try await stream.write(bytes)
    }

    func finish() async throws {
        try await stream.finish()
    }

    func discard() async {
        // A task of its own is not cancelled along. What cannot be aborted is seen by nobody, and found by its name.
        let stream = stream
        _ = await Task { try await stream.abandon() }.result
    }
}
