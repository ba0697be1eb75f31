import Compression
import MySQL
import ObjectStorage
import TestSupport
import Testing

@testable import QueryUnload

@Suite(.enabled(if: ObjectStoreServer.shared != nil, "\(ObjectStoreServer.reason)"), .timeLimit(.minutes(2)))
struct ObjectDestinationTests {
    private struct Bucket {
        let store: ObjectStore
        let location: ObjectLocation
        let destination: ObjectDestination

        init() throws {
            let server = try #require(ObjectStoreServer.shared)
            let configuration = try ObjectStoreConfiguration.fromEnvironment(server.environment) { _ in nil }
            store = try ObjectStore(bucket: ObjectStoreServer.bucket, configuration: configuration)
            location = try ObjectLocation(bucket: ObjectStoreServer.bucket, prefix: ObjectStoreServer.prefix())
            destination = try ObjectDestination(store: store, location: location).under("query-1")
        }

        func keys() async throws -> [String] { try await store.list(location.key("")).map(\.key) }
    }

    @Test func theFilesStandInTheBucketAndHoldTheRows() async throws {
        let bucket = try Bucket()
        try await Bench.with { bench in
            let limits = UnloadLimits(workers: 2, partSize: 20_000, pieceSize: 5_000)
            let result = try await bench.unloader(limits: limits).run(
                "SELECT seq FROM seq_1_to_30000 ORDER BY seq", format: .queuery, castsDates: false,
                into: bucket.destination)
            #expect(result.parts.count > 1)
            var decoded: [UInt8] = []
            for part in result.parts {
                let key = bucket.location.key("query-1/\(part.name)")
                let info = try #require(try await bucket.store.info(key))
                #expect(info.size == part.bytes && info.contentType == "application/gzip")
                let bytes = try await bucket.store.bytes(of: key, upTo: 1 << 24)
                let decoder = try #require(GzipDecoder())
                try bytes.withUnsafeBytes { try decoder.decode($0, into: &decoded) }
                let link = try bucket.destination.link(part.name, expires: .seconds(60))
                #expect(link.contains("/query-1/\(part.name)?") && link.contains("X-Amz-Expires=60"))
            }
            #expect(decoded == Array((1...30_000).map { "\"\($0)\"\n" }.joined().utf8))
            try await bucket.destination.removeAll()
            #expect(try await bucket.keys().isEmpty)
        }
    }

    @Test func aFileOfManyMegabytesArrivesWholeAndAFailedQueryLeavesNothing() async throws {
        let bucket = try Bucket()
        try await Bench.with { bench in
            // Random bytes, so that they stay as many: several parts of a multipart upload.
            let sql = "SELECT HEX(RANDOM_BYTES(1000)) FROM seq_1_to_20000"
            let result = try await bench.unloader().run(
                sql, format: .queuery, castsDates: false, into: bucket.destination)
            let info = try await bucket.store.info(bucket.location.key("query-1/part-00001.csv.gz"))
            #expect(info.map { Int($0.size) } == result.bytes && result.bytes > 20 << 20)
            let second = try ObjectDestination(store: bucket.store, location: bucket.location).under("query-2")
            await expectProblem(.tooMuch) {
                _ = try await bench.unloader(limits: UnloadLimits(rows: 19_000)).run(
                    sql, format: .queuery, castsDates: false, into: second)
            }
            #expect(try await bucket.keys().count == 1)
            #expect(try await bucket.store.unfinishedUploads(bucket.location.key("")).isEmpty)
        }
    }

    @Test func aBucketThatCannotBeWrittenEndsTheQuery() async throws {
        let server = try #require(ObjectStoreServer.shared)
        let configuration = try ObjectStoreConfiguration.fromEnvironment(server.environment) { _ in nil }
        let destination = ObjectDestination(
            store: try ObjectStore(bucket: ObjectStoreServer.lockedBucket, configuration: configuration),
            location: try ObjectLocation(bucket: ObjectStoreServer.lockedBucket, prefix: "queries"))
        try await Bench.with { bench in
            await expectProblem(.output, naming: "denied") {
                _ = try await bench.unloader().run("SELECT 1", format: .queuery, castsDates: false, into: destination)
            }
            try await bench.asRoot("SELECT 1")
        }
    }
}
