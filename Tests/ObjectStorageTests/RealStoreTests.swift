import Foundation
import HTTPTransfer
import TestSupport
import Testing

@testable import ObjectStorage

/// Against a store that nobody here wrote, which judges every signature.
@Suite(.enabled(if: ObjectStoreServer.shared != nil, "\(ObjectStoreServer.reason)"), .timeLimit(.minutes(2)))
struct RealStoreTests {
    @Test func anObjectIsWrittenKnownReadAndDeleted() async throws {
        let store = try ObjectStore.real()
        let key = ObjectStoreServer.prefix() + "/labels.ndjson"
        #expect(try await store.info(key) == nil)
        let bytes = Array("{\"表\":\"値\"}\n".utf8)
        let etag = try await store.put(
            key, bytes, ObjectWriting(contentType: "application/x-ndjson", metadata: ["version": "12"]))
        let info = try #require(try await store.info(key))
        #expect(info.size == Int64(bytes.count))
        #expect(info.etag == etag && !etag.isEmpty)
        #expect(info.contentType == "application/x-ndjson")
        #expect(info.metadata["version"] == "12")
        #expect(try await store.bytes(of: key) == bytes)
        try await store.delete(key)
        try await store.delete(key)
        #expect(try await store.info(key) == nil)
        let error = try await storageFailure { _ = try await store.bytes(of: key) }
        #expect(error.code == .missing)
        #expect(error.message.contains("s3://sheaf-tests/\(key)"))
    }

    @Test(arguments: oddKeys) func anyNameCanBeWrittenReadAndListed(_ name: String) async throws {
        let store = try ObjectStore.real()
        let prefix = ObjectStoreServer.prefix()
        let key = "\(prefix)/\(name)"
        try await store.put(key, Array(name.utf8))
        #expect(try await store.bytes(of: key) == Array(name.utf8))
        #expect(try await store.list(prefix).map(\.key) == [key])
        try await store.delete(key)
        #expect(try await store.list(prefix).isEmpty)
    }

    @Test func anEmptyObjectIsOneToo() async throws {
        let store = try ObjectStore.real()
        let key = ObjectStoreServer.prefix()
        try await store.put(key, [])
        #expect(try await store.info(key)?.size == 0)
        #expect(try await store.bytes(of: key).isEmpty)
    }

    @Test func aRoleWithASessionTokenIsLetInAndWithoutItNot() async throws {
        let store = try ObjectStore.real(asRole: true)
        let key = ObjectStoreServer.prefix()
        try await store.put(key, [1, 2, 3])
        #expect(try await store.list(key).map(\.size) == [3])
        let server = try #require(ObjectStoreServer.shared)
        let other = try ObjectStore.at(
            server.address, accessKey: server.roleAccessKey, secretKey: server.roleSecretKey, sessionToken: "stale")
        let error = try await storageFailure { try await other.put(key, []) }
        #expect(error.code == .denied, "\(error)")
    }

    @Test func aWrongSecretIsRefusedAndNamedByNobody() async throws {
        let server = try #require(ObjectStoreServer.shared)
        let store = try ObjectStore.at(server.address, accessKey: server.accessKey)
        let calls: [() async throws -> Void] = [
            { try await store.put("k", [1]) }, { _ = try await store.info("k") },
            { _ = try await store.bytes(of: "k") },
            { try await store.delete("k") }, { _ = try await store.list("k") }, { _ = try await store.begin("k") },
        ]
        for call in calls {
            let error = try await storageFailure(of: call)
            #expect(error.code == .denied)
            #expect(error.hint.contains("AWS_SECRET_ACCESS_KEY"))
            #expect(!"\(error)".contains(server.accessKey) && !"\(error)".contains(ObjectStore.secretKey))
        }
    }

    @Test func whatMayNotBeDoneSaysWhichRightIsMissing() async throws {
        let store = try ObjectStore.real(bucket: ObjectStoreServer.lockedBucket)
        let error = try await storageFailure { try await store.put("k", [1]) }
        #expect(error.code == .denied)
        #expect("\(error)".contains("s3:PutObject"))
        let missing = try ObjectStore.real(bucket: "no-such-bucket-here")
        for call in [{ try await missing.put("k", [1]) }, { _ = try await missing.list("") }]
            as [() async throws -> Void]
        {
            let error = try await storageFailure(of: call)
            #expect(error.code == .missing, "\(error)")
            #expect("\(error)".contains("bucket"))
        }
    }

    @Test func whatIsThereIsNotOverwrittenWhereThatWasAsked() async throws {
        let store = try ObjectStore.real()
        let key = ObjectStoreServer.prefix()
        try await store.put(key, [1], ObjectWriting(onlyIfAbsent: true))
        let error = try await storageFailure { try await store.put(key, [2], ObjectWriting(onlyIfAbsent: true)) }
        #expect(error.code == .exists, "\(error)")
        #expect(try await store.bytes(of: key) == [1])
        try await store.put(key, [3])
        #expect(try await store.bytes(of: key) == [3])
    }

    @Test func aListGoesOnPageByPage() async throws {
        let store = try ObjectStore.real()
        let prefix = ObjectStoreServer.prefix() + "/"
        let keys = (0..<7).map { "\(prefix)part \($0)+.csv" }
        for key in keys { try await store.put(key, [0]) }
        var seen: [[String]] = []
        var continuation: String?
        repeat {
            let page = try await store.page(prefix, after: continuation, limit: 3)
            seen.append(page.objects.map(\.key))
            continuation = page.continuation
        } while continuation != nil
        #expect(seen == [Array(keys[0..<3]), Array(keys[3..<6]), Array(keys[6...])])
        #expect(try await store.list(prefix).map(\.key) == keys)
        let error = try await storageFailure { _ = try await store.list(prefix, limit: 6) }
        #expect(error.code == .invalid)
    }

    // MARK: Multipart

    @Test func aStreamBecomesPartsAndTheObjectIsWhole() async throws {
        let store = try ObjectStore.real()
        let key = ObjectStoreServer.prefix()
        let chunk = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await store.upload(key, ObjectWriting(contentType: "text/csv"), partSize: 5 << 20, parallel: 3) { stream in
            for _ in 0..<17 { try await stream.write(chunk) }
        }
        let info = try #require(try await store.info(key))
        #expect(info.size == Int64(chunk.count * 17))
        #expect(info.etag.hasSuffix("-4"), "17 MB are 4 parts of 5 MiB")
        #expect(info.contentType == "text/csv")
        let read = try await store.bytes(of: key, upTo: 1 << 25)
        #expect(read == Array((0..<17).map { _ in chunk }.joined()))
        #expect(try await store.unfinishedUploads(key).isEmpty)
        try await store.delete(key)
    }

    @Test func aSmallStreamIsOneRequest() async throws {
        let store = try ObjectStore.real()
        let key = ObjectStoreServer.prefix()
        try await store.upload(key) { stream in
            for byte in 0..<10 as Range<UInt8> { try await stream.write([byte]) }
        }
        #expect(try await store.bytes(of: key) == Array(0..<10))
        #expect(try await store.info(key)?.etag.contains("-") == false)
    }

    @Test func anUploadThatFailsHalfWayLeavesNothing() async throws {
        struct Stop: Error {}
        let store = try ObjectStore.real()
        let key = ObjectStoreServer.prefix()
        await #expect(throws: Stop.self) {
            try await store.upload(key, partSize: 5 << 20) { stream in
                try await stream.write([UInt8](repeating: 7, count: 11 << 20))
                throw Stop()
            }
        }
        #expect(try await store.info(key) == nil)
        #expect(try await store.unfinishedUploads(key).isEmpty)
    }

    @Test func aCancelledUploadLeavesNothing() async throws {
        let store = try ObjectStore.real()
        let key = ObjectStoreServer.prefix()
        let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            defer { hasBegun.finish() }
            try await store.upload(key, partSize: 5 << 20, parallel: 1) { stream in
                try await stream.write([UInt8](repeating: 7, count: 12 << 20))
                hasBegun.yield()
                while true { try await stream.write([UInt8](repeating: 7, count: 1 << 20)) }
            }
        }
        for await _ in begun { break }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(try await store.info(key) == nil)
        #expect(try await store.unfinishedUploads(key).isEmpty)
    }

    /// As after `kill -9`: nobody has completed or aborted it.
    @Test func whatWasLeftByTheDeadIsInvisibleAndFoundAndAborted() async throws {
        let store = try ObjectStore.real()
        let prefix = ObjectStoreServer.prefix()
        let key = "\(prefix)/part 1+.csv"
        let upload = try await store.begin(key)
        let part = try await upload.upload(part: 1, [UInt8](repeating: 1, count: 5 << 20))
        #expect(try await store.info(key) == nil)
        #expect(try await store.list(prefix).isEmpty)
        let found = try await store.unfinishedUploads(prefix)
        #expect(found.map(\.key) == [key])
        for upload in found { try await store.abort(upload) }
        #expect(try await store.unfinishedUploads(prefix).isEmpty)
        try await upload.abort()
        // moto answers 500 to that; what a store says is in `FaultTests`.
        _ = try await storageFailure { try await upload.complete([part]) }
        #expect(try await store.info(key) == nil)
    }

    @Test func aPartThatIsTooSmallIsRefusedAtTheEnd() async throws {
        let store = try ObjectStore.real()
        let upload = try await store.begin(ObjectStoreServer.prefix())
        var parts: [MultipartUpload.Part] = []
        for number in 1...2 { parts.append(try await upload.upload(part: number, [1, 2, 3])) }
        let uploaded = parts
        let error = try await storageFailure { try await upload.complete(uploaded) }
        #expect(error.code == .invalid, "\(error)")
        #expect(error.hint.contains("5 MiB"))
        try await upload.abort()
        for number in [0, 10_001] {
            let error = try await storageFailure { _ = try await upload.upload(part: number, []) }
            #expect(error.code == .invalid)
        }
    }

    @Test func aProgramFindsItByItsEnvironment() async throws {
        let server = try #require(ObjectStoreServer.shared)
        let configuration = try ObjectStoreConfiguration.fromEnvironment(server.environment) { _ in nil }
        let place = try ObjectLocation("s3://sheaf-tests/\(ObjectStoreServer.prefix())/")
        let store = try ObjectStore(bucket: place.bucket, configuration: configuration)
        try await store.put(place.key("labels.csv"), [1])
        #expect(try await store.list(place.prefix).count == 1)
    }
}
