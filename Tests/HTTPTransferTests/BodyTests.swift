import HTTPTransfer
import TestServers
import Testing

@Suite struct AnswersAsTheyCome {
    @Test(arguments: [200, 204, 404, 429, 503]) func handsOverAnAnswerOfAnyStatus(_ status: Int) async throws {
        let server = try TestServer { _ in [.answer(status, headers: ["X-Some: thing"])] }
        let response = try await HTTPClient(configuration: impatient()).send(get(server.url))
        #expect(response.status == status)
        #expect(response.headers["x-some"] == "thing")
        #expect(response.body.isEmpty)
    }

    @Test func sendsMethodTargetHeadersAndBodyAsTold() async throws {
        let server = try TestServer { _ in [.answer()] }
        let body = Array("grant=1&x=%20".utf8)
        _ = try await HTTPClient(configuration: impatient()).send(
            HTTPRequest(
                method: "POST", url: "\(server.url)/a%2Fb:c?q=%E8%A1%A8",
                headers: ["Content-Type": "application/x-www-form-urlencoded", "X-Empty": ""], body: body, label: "post"
            ))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/a%2Fb:c?q=%E8%A1%A8")
        #expect(request.header("Content-Type") == "application/x-www-form-urlencoded")
        #expect(request.header("X-Empty") == "")
        #expect(request.header("Expect") == nil)
        #expect(request.body == body)
    }

    @Test func asksForGzipAndSaysSoInItsName() async throws {
        let server = try TestServer { _ in [.answer()] }
        _ = try await HTTPClient(configuration: impatient()).send(get(server.url))
        let request = try #require(server.requests.first)
        #expect(request.header("Accept-Encoding") == "gzip")
        #expect(request.header("User-Agent")?.contains("gzip") == true)
        #expect(request.header("Content-Type") == nil)
    }

    @Test func performsManyTransfersAtATime() async throws {
        let server = try TestServer { request in [.answer(body: Array(request.target.utf8))] }
        let client = HTTPClient(configuration: impatient())
        let answers = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for number in 0..<40 {
                group.addTask { (number, try await client.send(get("\(server.url)/\(number)")).body) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = String(decoding: $1.1, as: UTF8.self) }
        }
        #expect(answers == Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, "/\($0)") }))
    }
}

/// A body is complete, or it ends in an error: half of one must never look like a whole one.
@Suite struct CompleteBodies {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let steps: [ServerStep]
        let outcome: Outcome

        enum Outcome: Sendable {
            case body([UInt8])
            case fails(HTTPError.Code)
        }

        var testDescription: String { name }

        init(_ name: String, _ head: [String], _ body: [UInt8], then last: ServerStep? = nil, _ outcome: Outcome) {
            self.name = name
            let lines = head.isEmpty ? "" : head.joined(separator: "\r\n") + "\r\n\r\n"
            steps = [.send(Array(lines.utf8) + body)] + (last.map { [$0] } ?? [])
            self.outcome = outcome
        }
    }

    private static let gzip = "Content-Encoding: gzip"
    private static let ok = "HTTP/1.1 200 OK"
    private static let chunked = "Transfer-Encoding: chunked"
    private static let lines = GzipSample.lines
    private static let damaged = lines.prefix(30) + [lines[30] ^ 1] + lines.dropFirst(31)

    static let cases: [Case] = [
        Case("with its length", [ok, "Content-Length: 3"], [1, 2, 3], .body([1, 2, 3])),
        Case("empty", [ok, "Content-Length: 0"], [], .body([])),
        Case("shorter than its length", [ok, "Content-Length: 9"], [1, 2, 3], .fails(.bodyCutShort)),
        Case("reset in the middle", [ok, "Content-Length: 9"], [1], then: .reset, .fails(.connectionReset)),
        Case("in chunks", [ok, chunked], Array("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".utf8), .body(Array("abcde".utf8))),
        Case("in chunks without the last", [ok, chunked], Array("3\r\nabc\r\n".utf8), .fails(.bodyCutShort)),
        Case("in chunks, one cut", [ok, chunked], Array("9\r\nabc".utf8), .fails(.bodyCutShort)),
        Case("of no known length", [ok], [1, 2, 3], .fails(.bodyEndUnproven)),
        Case("of no known length, refusing", ["HTTP/1.1 500 No"], [1, 2], .body([1, 2])),
        Case("gzip", [ok, gzip, "Content-Length: \(lines.count)"], lines, .body(Array(GzipSample.linesText.utf8))),
        Case(
            "gzip in two members", [ok, gzip, "Content-Length: \(lines.count * 2)"], lines + lines,
            .body(Array((GzipSample.linesText + GzipSample.linesText).utf8))),
        Case(
            "gzip cut short inside", [ok, gzip, "Content-Length: 20"], Array(lines.prefix(20)), .fails(.bodyCutShort)),
        Case(
            "gzip without its checksum", [ok, gzip, "Content-Length: \(lines.count - 8)"], lines.dropLast(8),
            .fails(.bodyCutShort)),
        Case(
            "gzip of a wrong checksum", [ok, gzip, "Content-Length: \(lines.count)"], Array(damaged),
            .fails(.malformedResponse)),
        Case("not gzip at all", [ok, gzip, "Content-Length: 5"], Array("hello".utf8), .fails(.malformedResponse)),
        Case("encoded otherwise", [ok, "Content-Encoding: br", "Content-Length: 1"], [1], .fails(.malformedResponse)),
        Case("no HTTP", [], Array("hello there\r\n".utf8), .fails(.malformedResponse)),
        Case("nothing", [], [], .fails(.connectionReset)),
    ]

    @Test(arguments: cases) func isWholeOrAnError(_ testCase: Case) async throws {
        let server = try TestServer { _ in testCase.steps }
        let client = HTTPClient(configuration: impatient())
        switch testCase.outcome {
        case .body(let expected):
            let response = try await client.send(get(server.url))
            #expect(response.body == expected)
        case .fails(let code):
            let error = try await failure { _ = try await client.send(get(server.url)) }
            #expect(error.code == code, "\(error)")
        }
    }

    @Test func streamsTheChunksThatArrivedBeforeABodyIsCutShort() async throws {
        let server = try TestServer { _ in [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")] }
        var received: [UInt8] = []
        let error = try await failure {
            try await HTTPClient(configuration: impatient()).stream(get(server.url)) { head, body in
                #expect(head.status == 200)
                for try await chunk in body { received += chunk }
            }
        }
        #expect(error.code == .bodyCutShort)
        #expect(received == Array("abc".utf8))
    }

    @Test func inflatesMoreThanItsBuffersHold() async throws {
        let server = try TestServer { _ in
            [.answer(headers: ["Content-Encoding: gzip"], body: GzipSample.letters)]
        }
        let body = try await HTTPClient(configuration: impatient()).send(get(server.url)).body
        #expect(body == [UInt8](repeating: UInt8(ascii: "a"), count: GzipSample.lettersCount))
    }

    @Test func refusesToCollectMoreThanItsLimit() async throws {
        let server = try TestServer { _ in
            [.answer(headers: ["Content-Encoding: gzip"], body: GzipSample.letters)]
        }
        let client = HTTPClient(configuration: impatient { $0.maximumBufferedBody = GzipSample.lettersCount - 1 })
        let error = try await failure { _ = try await client.send(get(server.url)) }
        #expect(error.code == .bodyTooLarge)
    }

    @Test func waitsForNoBodyAfterAHead() async throws {
        let server = try TestServer { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Encoding: gzip\r\n\r\n"), .hold]
        }
        let request = HTTPRequest(method: "HEAD", url: server.url, label: "look")
        let response = try await HTTPClient(configuration: impatient()).send(request)
        #expect(response.headers["Content-Length"] == "9")
        #expect(response.body.isEmpty)
    }
}
