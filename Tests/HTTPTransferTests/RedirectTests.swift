import HTTPTransfer
import TestServers
import Testing

@Suite struct Redirects {
    private static func redirect(_ status: Int = 302, to location: String) -> [ServerStep] {
        [.answer(status, headers: ["Location: \(location)"], body: Array("moved".utf8))]
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func followsThemForAGet(_ status: Int) async throws {
        let server = try TestServer { request in
            request.target == "/old"
                ? Self.redirect(status, to: "/new?x=1") : [.answer(body: Array(request.target.utf8))]
        }
        let response = try await HTTPClient(configuration: impatient()).send(get("\(server.url)/old"))
        #expect(response.status == 200)
        #expect(response.body == Array("/new?x=1".utf8))
    }

    @Test func givesUpOnALoop() async throws {
        let server = try TestServer { _ in Self.redirect(to: "/again") }
        let client = HTTPClient(configuration: impatient { $0.maximumRedirects = 3 })
        let error = try await failure { _ = try await client.send(get(server.url)) }
        #expect(error.code == .tooManyRedirects)
        #expect(server.requests.count == 4)
    }

    @Test func takesKeysToNoOtherServer() async throws {
        let other = try TestServer { _ in [.answer()] }
        let first = try TestServer { _ in Self.redirect(to: "\(other.url)/there") }
        _ = try await HTTPClient(configuration: impatient()).send(
            get(
                first.url,
                headers: ["Authorization": "Bearer t", "X-Api-Key": "k", "Cookie": "c", "Accept": "text/csv"]))
        #expect(first.requests.first?.header("Authorization") == "Bearer t")
        let request = try #require(other.requests.first)
        #expect(request.header("Authorization") == nil)
        #expect(request.header("X-Api-Key") == nil)
        #expect(request.header("Cookie") == nil)
        #expect(request.header("Accept") == "text/csv")
    }

    @Test func keepsKeysOnTheSameServer() async throws {
        let server = try TestServer { request in request.target == "/new" ? [.answer()] : Self.redirect(to: "/new") }
        _ = try await HTTPClient(configuration: impatient()).send(
            get(server.url, headers: ["Authorization": "Bearer t"]))
        #expect(server.requests.map { $0.header("Authorization") } == ["Bearer t", "Bearer t"])
    }

    @Test func leavesARedirectedPostToTheCaller() async throws {
        let server = try TestServer { _ in Self.redirect(to: "/new") }
        let request = HTTPRequest(method: "POST", url: server.url, body: [1], label: "post")
        let response = try await HTTPClient(configuration: impatient()).send(request)
        #expect(response.status == 302)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x"]) func refusesToLeaveHTTP(_ target: String) async throws
    {
        let server = try TestServer { _ in Self.redirect(to: target) }
        let error = try await failure { _ = try await HTTPClient(configuration: impatient()).send(get(server.url)) }
        #expect(error.code == .redirectRefused)
    }
}
