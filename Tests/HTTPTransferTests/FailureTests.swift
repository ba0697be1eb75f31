import HTTPTransfer
import TestServers
import Testing

@Suite struct Failures {
    @Test func givesUpOnAnAnswerThatDoesNotBegin() async throws {
        let server = try TestServer { _ in [.hold] }
        let client = HTTPClient(configuration: impatient())
        let error = try await failure { _ = try await client.send(get(server.url, timeout: .milliseconds(100))) }
        #expect(error.code == .timedOut)
        #expect(error.isTransient)
    }

    @Test func givesUpOnAHeadThatNeverEnds() async throws {
        let server = try TestServer { _ in [.text("HTTP/1.1 200 OK\r\nX-Slow:"), .hold] }
        let client = HTTPClient(configuration: impatient())
        let error = try await failure { _ = try await client.send(get(server.url, timeout: .milliseconds(100))) }
        #expect(error.code == .timedOut)
    }

    @Test func givesUpOnABodyThatStandsStill() async throws {
        let server = try TestServer { _ in [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .hold] }
        let client = HTTPClient(configuration: impatient { $0.stallTimeout = .milliseconds(100) })
        let error = try await failure { _ = try await client.send(get(server.url)) }
        #expect(error.code == .timedOut)
    }

    @Test func tellsAConnectionThatIsResetFromOneThatIsRefused() async throws {
        let server = try TestServer { _ in [.reset] }
        let client = HTTPClient(configuration: impatient())
        #expect(try await failure { _ = try await client.send(get(server.url)) }.code == .connectionReset)
        let unused = "http://127.0.0.1:\(try TestServer.unusedPort())"
        #expect(try await failure { _ = try await client.send(get(unused)) }.code == .couldNotConnect)
    }

    @Test(arguments: ["", "not a url", "ftp://127.0.0.1/x", "/path", "file:///etc/passwd"])
    func refusesAnAddressThatIsNotHTTP(_ url: String) async throws {
        let error = try await failure { _ = try await HTTPClient().send(get(url)) }
        #expect(error.code == .malformedRequest)
    }

    @Test(arguments: [("X-A", "one\r\nX-B: two"), ("X A", "one"), ("", "one"), ("X-A", "\u{0}")])
    func refusesHeaderFieldsThatWouldSmuggle(name: String, value: String) async throws {
        let server = try TestServer { _ in [.answer()] }
        let request = get(server.url, headers: HTTPHeaders([(name, value)]))
        let error = try await failure { _ = try await HTTPClient(configuration: impatient()).send(request) }
        #expect(error.code == .malformedRequest)
        #expect(server.requests.isEmpty)
    }

    @Test(arguments: [
        [ServerStep.reset], [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")], [.text("nonsense")],
        [.text("HTTP/1.1 302 Found\r\nLocation: gopher://elsewhere/?key=s3cret\r\n\r\n")], [.hold],
    ]) func namesNoSecretInAnError(_ steps: [ServerStep]) async throws {
        let server = try TestServer { _ in steps }
        let client = HTTPClient(configuration: impatient { $0.totalTimeout = .milliseconds(200) })
        let request = get(
            server.url.replacingHost("user:s3cret@127.0.0.1") + "/s3cret?key=s3cret#s3cret",
            headers: ["Authorization": "Bearer s3cret"])
        let error = try await failure { _ = try await client.send(request) }
        let words = "\(error) \(String(reflecting: error)) \(error.hint)"
        #expect(!words.contains("s3cret"), "\(error)")
        #expect(words.contains("read it"))
        #expect(words.contains("127.0.0.1:\(server.port)"))
    }
}

extension String {
    fileprivate func replacingHost(_ host: String) -> String {
        "http://\(host)" + dropFirst("http://127.0.0.1".count)
    }
}
