import Foundation
import HTTPTransfer
import LabelStore
import Testing

@testable import LabelServer

/// Readers that are slow, many, or gone.
@Suite(.serialized, .timeLimit(.minutes(5))) struct APIStreamTests {
    private static let path = "/v1/datasets/dish/versions/1/labels"

    /// Asks for all labels uncompressed, and reads the head of the answer and no more.
    private func stuck(_ scene: APIScene, _ key: String, _ path: String = path) async throws -> RawHTTP {
        let connection = try RawHTTP(scene.port, receiveBuffer: 200_000)
        try connection.send(
            "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\nAccept-Encoding: identity\r\n\r\n")
        let head = await connection.receive(15)
        #expect(String(decoding: head, as: UTF8.self) == "HTTP/1.1 200 OK")
        return connection
    }

    /// Waits until something is so.
    private func until(_ what: String, _ body: () async throws -> Bool) async throws {
        for _ in 0..<400 {
            if try await body() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("it did not come to be: \(what)")
    }

    /// Waits until nothing is open or under way in the database.
    private func quiet(_ data: APIData) async throws {
        var open = try await data.openTransactions()
        // InnoDB's list is a copy that is made anew only when nobody has looked at it for a tenth of a second.
        for _ in 0..<40 where !open.isEmpty {
            try await Task.sleep(for: .milliseconds(250))
            open = try await data.openTransactions()
        }
        #expect(open == [])
    }

    /// Some 15 MB, which no buffer on the way takes in.
    private static func manyRows() -> [[String]] { APIData.rows(10_000, longer: 500) }

    @Test func readersThatReadNothingHoldNeitherATransactionNorAConnection() async throws {
        try await APIData.serve(connections: 2) { scene, data in
            try await data.sync(Self.manyRows())
            try await data.sync([["1", "a", "主食"]], dataset: "small")
            let key = try await scene.key()
            var stuck: [RawHTTP] = []
            for _ in 0..<8 { stuck.append(try await self.stuck(scene, key)) }
            // They have all that fits, and wait; the pool has two connections, and both are free.
            try await quiet(data)
            for _ in 0..<20 {
                let answer = try await scene.ask("GET", "/v1/datasets/small/versions/1/labels", token: key)
                #expect(answer.status == 200 && answer.text.contains(#""id":1"#))
            }
            try await quiet(data)
            // And each of them still gets every byte.
            let expected = try await data.lines(1).reduce(0) { $0 + $1.utf8.count + 1 }
            let rest = await stuck[0].receive(64)
            #expect(!rest.isEmpty)
            var size = 0
            let drained = stuck[1]
            while size < expected {
                let some = await drained.receive(1 << 20)
                if some.isEmpty { break }
                size += some.count
            }
            #expect(size >= expected)
            for connection in stuck { connection.close() }
        }
    }

    @Test func aReaderThatGoesAwayFreesItsPlaceAtOnce() async throws {
        var settings = APIServer.Settings()
        settings.maximumStreams = 3
        try await APIData.serve(settings) { scene, data in
            try await data.sync(Self.manyRows())
            let key = try await scene.key()
            for round in 0..<3 {
                var stuck: [RawHTTP] = []
                for _ in 0..<3 { stuck.append(try await self.stuck(scene, key)) }
                let refused = try await scene.ask("GET", Self.path, token: key)
                #expect(refused.status == 503 && refused.code == "too-many-streams")
                #expect(refused.headers["Retry-After"] != nil)
                // What is no stream goes on, and so does what is not sent.
                #expect(try await scene.ask("GET", "/v1/datasets", token: key).status == 200)
                for connection in stuck { round == 1 ? connection.close() : connection.reset() }
                try await until("a place is free") {
                    try await scene.ask("GET", "\(Self.path)?limit=1", token: key).status == 200
                }
            }
            // HEAD and 304 take no place for longer than they last.
            for _ in 0..<10 { #expect(try await scene.ask("HEAD", Self.path, token: key).status == 200) }
            try await until("cuts are told") { scene.log.all.filter { $0.contains("ended=cut") }.count >= 9 }
            #expect(scene.log.all.allSatisfy { !$0.contains(key.suffix(43)) })
            // Where a reader was that is gone is told all the same.
            #expect(scene.log.all.allSatisfy { !$0.contains("ended=cut") || $0.contains("peer=127.0.0.1") })
        }
    }

    @Test func aReaderThatStopsReadingIsLetGoInTheEnd() async throws {
        var settings = APIServer.Settings()
        settings.maximumStreams = 1
        settings.writeTimeout = .seconds(1)
        try await APIData.serve(settings) { scene, data in
            try await data.sync(Self.manyRows())
            let key = try await scene.key()
            let connection = try await self.stuck(scene, key)
            try await until("its place is free") {
                try await scene.ask("GET", "\(Self.path)?limit=1", token: key).status == 200
            }
            connection.close()
        }
    }

    /// Whether the server ends a connection.
    private func ends(_ connection: RawHTTP, sending: String = "") async throws {
        try await until("the connection is ended") {
            do { try connection.send(sending) } catch { return true }
            return connection.isReset
        }
        connection.close()
    }

    @Test func whoTakesNoAnswerIsLetGoAlsoWithoutAToken() async throws {
        var settings = APIServer.Settings()
        settings.writeTimeout = .seconds(1)
        try await APIData.serve(settings) { scene, _ in
            let connection = try RawHTTP(scene.port, receiveBuffer: 4_096)
            // More than buffers hold, of an answer that is no stream.
            let ask = String(repeating: "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", count: 400)
            try connection.send(ask)
            try await ends(connection, sending: "\r\n")
        }
    }

    @Test func aBodyThatComesByteByByteIsNotWaitedForWhetherItIsReadOrNot() async throws {
        var settings = APIServer.Settings()
        settings.requestTimeout = .seconds(1)
        try await APIData.serve(settings) { scene, _ in
            let key = try await scene.key(.operator)
            let head = "POST /v1/holds/1/approve HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n"
            for token in ["", "Authorization: Bearer \(key)\r\n"] {
                let connection = try RawHTTP(scene.port)
                try connection.send("\(head)\(token)\r\n")
                try await ends(connection, sending: " ")
            }
            // A body that nobody wants, but that comes, costs nobody the connection.
            let connection = try RawHTTP(scene.port)
            let health = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            try connection.send("\(head)\r\n\(String(repeating: " ", count: 5_000))\(health)")
            let answers = String(decoding: await connection.receiveAll(), as: UTF8.self)
            #expect(answers.hasPrefix("HTTP/1.1 401") && answers.hasSuffix("ok\n"))
            connection.close()
        }
    }

    @Test func oneTokenLeavesPlacesToOthers() async throws {
        let gate = StreamGate(limit: 8)
        var places = try (0..<6).map { _ in try gate.enter("greedy") }
        #expect(throws: APIProblem.self) { try gate.enter("greedy") }
        let others = try [gate.enter("other"), gate.enter("third")]
        #expect(throws: APIProblem.self) { try gate.enter("fourth") }
        #expect(gate.count == 8)
        places.removeAll()
        #expect(gate.count == others.count)
        _ = try gate.enter("greedy")
    }

    @Test func aDownloadEndsSoonAfterItsTokenIsRevoked() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(Self.manyRows())
            let token = try await scene.token()
            let connection = try await self.stuck(scene, token.revealed)
            _ = try await data.store.revokeToken(publicID: token.publicID, actor: "aki", why: nil)
            try await Task.sleep(for: Authenticator.trust + .milliseconds(100))
            let rest = RawHTTP.Answer(head: "", body: await connection.receiveAll())
            #expect(!rest.isWhole)
            connection.close()
            try await until("it is told") { scene.log.all.contains { $0.contains("reason=token-revoked") } }
            #expect(try await scene.ask("GET", "/v1/datasets", token: token.revealed).code == "revoked-token")
        }
    }

    @Test func manyReadersAtOnceAllGetTheSame() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(12_000))
            let key = try await scene.key()
            let expected = try await data.lines(1).map { $0 + "\n" }.joined()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<24 {
                    group.addTask {
                        let encoding = index.isMultiple(of: 2) ? "identity" : "gzip"
                        let answer = try await scene.ask(
                            "GET", Self.path, token: key, headers: ["Accept-Encoding": encoding])
                        return answer.status == 200 && answer.text == expected
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }

    @Test func aVersionThatIsPrunedMeanwhileIsCutAndNotEndedEarly() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(Self.manyRows())
            try await data.sync(APIData.rows(1))
            let key = try await scene.key()
            let connection = try await self.stuck(scene, key)
            try await data.execute("UPDATE sheaf_versions SET state = 'pruned' WHERE version = 1")
            let rest = RawHTTP.Answer(head: "", body: await connection.receiveAll())
            #expect(!rest.isWhole)
            connection.close()
            try await until("it is told") { scene.log.all.contains { $0.contains("reason=pruned-version") } }
        }
    }

    @Test func aServerThatIsToldToEndLetsADownloadEndFirst() async throws {
        var settings = APIServer.Settings()
        settings.drain = .seconds(60)
        let (connection, expected) = try await TestStoreRun.endingServer(settings, Self.manyRows()) { scene, key in
            try await self.stuck(scene, key)
        } read: { connection in
            await connection.receiveAll()
        }
        #expect(connection.count > expected)
        #expect(RawHTTP.Answer(head: "", body: connection).isWhole)
    }

    @Test func aDownloadThatTakesTooLongIsCutWhenTheServerEnds() async throws {
        var settings = APIServer.Settings()
        settings.drain = .seconds(1)
        let (rest, expected) = try await TestStoreRun.endingServer(settings, Self.manyRows()) { scene, key in
            try await self.stuck(scene, key)
        } read: { _ in
            // Reads nothing: the server must end all the same.
            []
        }
        #expect(rest.isEmpty && expected > 0)
    }
}

/// A server that is told to end while somebody reads.
private enum TestStoreRun {
    /// - Returns: what was read after the server was told to end, and how many bytes the labels have.
    static func endingServer(
        _ settings: APIServer.Settings, _ rows: [[String]],
        begin: (APIScene, String) async throws -> RawHTTP, read: @Sendable @escaping (RawHTTP) async -> [UInt8]
    ) async throws -> (rest: [UInt8], expected: Int) {
        let reading = Reading()
        let expected = try await APIData.serve(settings) { scene, data in
            try await data.sync(rows)
            let connection = try await begin(scene, try await scene.key())
            reading.task = Task {
                // The scene ends now: whoever connects later is refused, and this one goes on.
                while (try? RawHTTP(scene.port).close()) != nil { try? await Task.sleep(for: .milliseconds(20)) }
                let rest = await read(connection)
                return (rest, connection)
            }
            return try await data.lines(1).reduce(0) { $0 + $1.utf8.count + 1 }
        }
        let (rest, connection) = try #require(await reading.task?.value)
        connection.close()
        return (rest, expected)
    }

    private final class Reading: @unchecked Sendable {
        nonisolated(unsafe) var task: Task<([UInt8], RawHTTP), Never>?
    }
}
