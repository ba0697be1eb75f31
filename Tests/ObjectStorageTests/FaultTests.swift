import Foundation
import HTTPTransfer
import Synchronization
import TestServers
import Testing

@testable import ObjectStorage

/// Stores that fail, lie, stall or go away.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    /// A store that answers its requests one after the other; the last answer goes on.
    private static func store(_ answers: [ServerStep], token: String? = nil) throws -> (ObjectStore, TestServer) {
        let next = Mutex(0)
        let server = try TestServer { _ in
            let index = next.withLock { index in
                defer { index += 1 }
                return index
            }
            return [answers[min(index, answers.count - 1)]]
        }
        // A server that nobody holds is gone.
        held.withLock { $0.append(server) }
        return (try ObjectStore.at(server.url, bucket: "abc", sessionToken: token), server)
    }

    private static let held = Mutex<[TestServer]>([])

    private static func xml(_ status: Int, _ text: String, headers: [String] = []) -> ServerStep {
        .answer(status, headers: ["Content-Type: application/xml"] + headers, body: Array(text.utf8))
    }

    private static func refusal(_ status: Int, _ code: String, _ more: String = "") -> ServerStep {
        xml(status, "<Error><Code>\(code)</Code>\(more)</Error>")
    }

    private static let done = ServerStep.answer(headers: ["ETag: \"e\""])

    @Test(arguments: [
        [refusal(500, "InternalError"), refusal(503, "SlowDown"), done],
        [.reset, .text("HTTP/1.1 200 OK\r\nCont"), done],
        [refusal(400, "RequestTimeout"), refusal(409, "OperationAborted"), done],
    ])
    func aFaultOfTheMomentIsTriedAgain(_ answers: [ServerStep]) async throws {
        let (store, server) = try Self.store(answers)
        #expect(try await store.put("k", [1, 2]) == "e")
        #expect(server.requests.count == answers.count)
        for request in server.requests {
            #expect(request.method == "PUT" && request.target == "/abc/k" && request.body == [1, 2])
        }
    }

    struct Refused: Sendable {
        var step: ServerStep
        var code: ObjectStorageError.Code
        var words: String
        var attempts = 1
    }

    private static let message = "<Message>no \(ObjectStore.secretKey) here</Message>"

    static let refused: [Refused] = [
        Refused(step: refusal(403, "AccessDenied"), code: .denied, words: "s3:PutObject"),
        Refused(step: refusal(403, "SignatureDoesNotMatch", message), code: .denied, words: "AWS_SECRET_ACCESS_KEY"),
        Refused(step: refusal(403, "RequestTimeTooSkewed"), code: .denied, words: "clock"),
        Refused(step: refusal(400, "ExpiredToken"), code: .denied, words: "new credentials"),
        Refused(step: refusal(404, "NoSuchBucket"), code: .missing, words: "bucket's name"),
        Refused(step: refusal(404, "NoSuchUpload"), code: .missing, words: "begin anew"),
        Refused(
            step: refusal(400, "AuthorizationHeaderMalformed", "<Region>eu-west-9</Region>"), code: .invalid,
            words: "eu-west-9"),
        Refused(
            step: xml(301, "", headers: ["x-amz-bucket-region: eu-west-8", "Location: http://127.0.0.1:1/"]),
            code: .invalid,
            words: "eu-west-8"),
        Refused(step: refusal(400, "EntityTooLarge"), code: .invalid, words: "5 GiB"),
        Refused(
            step: refusal(400, "Whatever", "<Message>why \u{202E}not</Message>"), code: .invalid,
            words: "why \\u{202e}not"),
        Refused(step: refusal(400, "\u{1b}[2J"), code: .invalid, words: "answers 400"),
        Refused(step: xml(403, "<html>"), code: .denied, words: "AWS_ACCESS_KEY_ID"),
        Refused(step: xml(501, ""), code: .unavailable, words: "501"),
        Refused(step: refusal(503, "SlowDown"), code: .unavailable, words: "again later", attempts: 4),
        Refused(step: .reset, code: .unavailable, words: "connection-reset", attempts: 4),
    ]

    @Test(arguments: refused) func aRefusalSaysWhatToDoAndNoSecret(_ refused: Refused) async throws {
        let (store, server) = try Self.store([refused.step], token: ObjectStore.sessionToken)
        let error = try await storageFailure { try await store.put("a key", [1]) }
        #expect(error.code == refused.code)
        #expect("\(error)".contains(refused.words) && "\(error)".contains("s3://abc/a key"), "\(error)")
        #expect(server.requests.count == refused.attempts)
        for secret in [ObjectStore.secretKey, ObjectStore.sessionToken, ObjectStore.accessKey, "Signature="] {
            #expect(!"\(error)".contains(secret), "\(error)")
        }
        #expect(!"\(error)".unicodeScalars.contains { $0.value < 32 })
    }

    @Test func nothingThatIsPrintedHoldsASecret() throws {
        let store = try ObjectStore.at("http://127.0.0.1:1", bucket: "abc", sessionToken: ObjectStore.sessionToken)
        let request = try store.request(StoreCall(verb: "put", method: "PUT", key: "k"))
        var text = "\(store) \(store.configuration) \(request) \(String(reflecting: request))"
        dump(store, to: &text)
        dump(request, to: &text)
        #expect(!text.contains(ObjectStore.secretKey) && !text.contains(ObjectStore.sessionToken))
    }

    @Test func theSecretItselfIsNeverSent() async throws {
        let (store, server) = try Self.store([Self.done], token: ObjectStore.sessionToken)
        try await store.put("k", [1])
        let request = try #require(server.requests.first)
        #expect(request.header("Authorization")?.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") == true)
        #expect(request.header("X-Amz-Security-Token") == ObjectStore.sessionToken)
        #expect(!request.headerLines.contains { $0.contains(ObjectStore.secretKey) })
    }

    /// Another server would be told the session token.
    @Test(arguments: [301, 302, 307, 308]) func aRedirectIsNotFollowed(_ status: Int) async throws {
        let (_, other) = try Self.store([Self.done])
        let (store, _) = try Self.store([.answer(status, headers: ["Location: \(other.url)/abc/k"])])
        let error = try await storageFailure { _ = try await store.bytes(of: "k") }
        #expect(error.code == .invalid)
        #expect(other.requests.isEmpty)
    }

    // MARK: Answers that are lost, or come late

    private static func head(_ mark: String) -> ServerStep {
        .answer(headers: ["ETag: \"e2\"", "x-amz-meta-sheaf-upload: \(mark)"])
    }

    /// The first put arrived, and its answer did not: what the second one finds in its way is its own doing.
    @Test func anObjectOfOnesOwnIsNotInTheWay() async throws {
        for isOurs in [true, false] {
            let marks = Mutex<[String]>([])
            let real = try TestServer { request in
                if request.method == "HEAD" { return [Self.head(isOurs ? marks.withLock { $0[0] } : "other")] }
                let count = marks.withLock { marks in
                    marks.append(request.header("x-amz-meta-sheaf-upload") ?? "")
                    return marks.count
                }
                return [count == 1 ? .reset : Self.refusal(412, "PreconditionFailed")]
            }
            let store = try ObjectStore.at(real.url, bucket: "abc")
            let put = { try await store.put("k", [1], ObjectWriting(onlyIfAbsent: true)) }
            if isOurs {
                #expect(try await put() == "e2")
            } else {
                #expect(try await storageFailure { _ = try await put() }.code == .exists)
            }
            let sent = marks.withLock { $0 }
            #expect(sent.count == 2 && sent[0] == sent[1] && sent[0].count == 22)
            #expect(real.requests.allSatisfy { $0.method == "HEAD" || $0.header("If-None-Match") == "*" })
        }
    }

    private static let begun = xml(
        200, "<InitiateMultipartUploadResult><UploadId>u+/1</UploadId></InitiateMultipartUploadResult>")
    private static let completed = xml(
        200, "<CompleteMultipartUploadResult><ETag>&quot;e-1&quot;</ETag></CompleteMultipartUploadResult>")

    @Test func aYesThatTurnsIntoANoIsANo() async throws {
        let late = Self.xml(
            200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InternalError</Code></Error>")
        let (store, server) = try Self.store([Self.begun, late, late, Self.completed])
        let upload = try await store.begin("k")
        #expect(try await upload.complete([MultipartUpload.Part(number: 1, etag: "\"<&>\"")]) == "e-1")
        #expect(server.requests.map(\.method) == ["POST", "POST", "POST", "POST"])
        #expect(server.requests[1].target == "/abc/k?uploadId=u%2B%2F1")
        #expect(
            String(decoding: server.requests[1].body, as: UTF8.self).contains(
                "<Part><PartNumber>1</PartNumber><ETag>&quot;&lt;&amp;&gt;&quot;</ETag></Part>"))
    }

    @Test(arguments: [
        xml(200, "<Error><Code>AccessDenied</Code></Error>"), xml(200, ""), xml(200, "<html/>"), xml(200, "<a>&b;</a>"),
    ])
    func whatIsNoClearYesIsNone(_ answer: ServerStep) async throws {
        let (store, _) = try Self.store([Self.begun, answer])
        let upload = try await store.begin("k")
        let error = try await storageFailure { try await upload.complete([]) }
        #expect(error.code == .denied || error.code == .unavailable)
    }

    /// The store completed it, and its answer was lost: asked again, it knows of no such upload.
    @Test func anUploadThatIsCompleteAlreadyIsComplete() async throws {
        for isOurs in [true, false] {
            let mark = Mutex("")
            let completions = Mutex(0)
            let server = try TestServer { request in
                if request.method == "HEAD" { return [Self.head(isOurs ? mark.withLock { $0 } : "other")] }
                if let given = request.header("x-amz-meta-sheaf-upload") {
                    mark.withLock { $0 = given }
                    return [Self.begun]
                }
                let count = completions.withLock { count in
                    count += 1
                    return count
                }
                return [count == 1 ? .reset : Self.refusal(404, "NoSuchUpload")]
            }
            let store = try ObjectStore.at(server.url, bucket: "abc")
            let upload = try await store.begin("k")
            if isOurs {
                #expect(try await upload.complete([]) == "e2")
            } else {
                #expect(try await storageFailure { try await upload.complete([]) }.code == .missing)
            }
        }
    }

    @Test func aPartThatCannotBeSentEndsTheUploadAndAbortsIt() async throws {
        let server = try TestServer { request in
            switch request.method {
            case "POST": [Self.begun]
            case "DELETE": [.answer(204)]
            default: [Self.refusal(500, "InternalError")]
            }
        }
        let store = try ObjectStore.at(server.url, bucket: "abc")
        let error = try await storageFailure {
            try await store.upload("k", partSize: 5 << 20) { stream in
                for _ in 0..<40 { try await stream.write([UInt8](repeating: 1, count: 1 << 20)) }
            }
        }
        #expect(error.code == .unavailable && error.message.contains("part"))
        #expect(server.requests.last?.method == "DELETE")
        #expect(server.requests.last?.target == "/abc/k?uploadId=u%2B%2F1")
        #expect(!server.requests.contains { $0.target.hasSuffix("?uploadId=u%2B%2F1") && $0.method == "POST" })
    }

    @Test func anAbortThatFailsIsSaid() async throws {
        let server = try TestServer { request in
            request.target.hasSuffix("?uploads=") ? [Self.begun] : [Self.refusal(403, "AccessDenied")]
        }
        let store = try ObjectStore.at(server.url, bucket: "abc")
        let error = try await storageFailure {
            try await store.upload("k") { try await $0.write([UInt8](repeating: 1, count: 9 << 20)) }
        }
        #expect(error.message.contains("could not be aborted") && error.hint.contains("lifecycle"), "\(error)")
    }

    // MARK: Bodies

    @Test func anObjectThatIsCutShortIsAnErrorAfterWhatCame() async throws {
        let (store, _) = try Self.store([
            .text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n12345")
        ])
        let read = Mutex(0)
        let error = try await storageFailure {
            try await store.get("k") { info, body in
                #expect(info.size == 10)
                for try await chunk in body { read.withLock { $0 += chunk.count } }
            }
        }
        #expect(error.code == .unavailable && error.message.contains("body-cut-short"))
        #expect(read.withLock { $0 } == 5)
    }

    @Test func anObjectThatIsTooLargeIsNotHeld() async throws {
        let (store, _) = try Self.store([.answer(body: [UInt8](repeating: 0, count: 100))])
        #expect(try await storageFailure { _ = try await store.bytes(of: "k", upTo: 99) }.code == .invalid)
        #expect(try await store.bytes(of: "k", upTo: 100).count == 100)
    }

    @Test func aCancelledReadIsCancelledAndNotTriedAgain() async throws {
        let server = try TestServer { _ in [.hold] }
        let store = try ObjectStore.at(server.url, bucket: "abc")
        for call in [{ _ = try await store.bytes(of: "k") }, { try await store.put("k", [1]) }]
            as [@Sendable () async throws -> Void]
        {
            let task = Task { try await call() }
            while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(server.requests.count <= 2)
    }

    // MARK: Lists

    @Test(arguments: [
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>other</Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>k%</Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>k%FF</Key><Size>1</Size></Contents></ListBucketResult>",
        "<Other/>", "", "<html><body>It works!</body></html>",
    ])
    func aListThatMakesNoSenseIsNone(_ body: String) async throws {
        let (store, server) = try Self.store([Self.xml(200, body)])
        #expect(try await storageFailure { _ = try await store.list("k") }.code == .unavailable)
        #expect(server.requests.count <= 2, "a store that says the same again is not asked for ever")
    }

    @Test func aKeyOfAListIsDecodedAsItWasEncoded() async throws {
        let body = """
            <ListBucketResult><EncodingType>url</EncodingType>
            <Contents><Key>k%20a+b%2Bc%E8%A1%A8%01</Key><Size>9</Size><ETag>"e"</ETag></Contents></ListBucketResult>
            """
        let (store, server) = try Self.store([Self.xml(200, body)])
        #expect(
            try await store.list("k")
                == [ObjectPage.Entry(key: "k a b+c表\u{1}", size: 9, etag: "e")])
        #expect(server.requests[0].target == "/abc?encoding-type=url&list-type=2&max-keys=1000&prefix=k")
    }
}
