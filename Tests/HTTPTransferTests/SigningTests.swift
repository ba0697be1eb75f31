import HTTPTransfer
import TestServers
import Testing

/// What a signature is worth is judged by a store, in `ObjectStorageTests`.
@Suite struct SigningTests {
    private static func request(
        _ url: String, region: String = "eu-west-1", secretKey: String = "hush", token: String? = nil,
        headers: HTTPHeaders = ["x-amz-content-sha256": "UNSIGNED-PAYLOAD"]
    ) -> HTTPRequest {
        HTTPRequest(
            method: "PUT", url: url, headers: headers, body: [1], label: "put it",
            signing: RequestSigning(
                region: region, service: "s3", accessKey: "AK", secretKey: secretKey, sessionToken: token))
    }

    @Test func aSignedRequestIsSentAsItIsSigned() async throws {
        let server = try TestServer { _ in [.answer()] }
        let path = "/b/./a//%E8%A1%A8?a=&b=%20"
        _ = try await HTTPClient(configuration: impatient()).send(Self.request(server.url + path, token: "to/ken="))
        let request = try #require(server.requests.first)
        #expect(request.target == path)
        let authorization = try #require(request.header("Authorization"))
        #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AK/"))
        #expect(
            authorization.contains(
                "/eu-west-1/s3/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "))
        #expect(request.header("Host") == "127.0.0.1:\(server.port)")
        #expect(request.header("X-Amz-Security-Token") == "to/ken=")
        #expect(request.header("Content-Type") == "application/octet-stream")
        #expect(request.header("Accept-Encoding") == nil)
        #expect(!request.headerLines.contains { $0.contains("hush") })
    }

    @Test func whatCannotBeSignedIsNotSent() async throws {
        let server = try TestServer { _ in [.answer()] }
        let client = HTTPClient(configuration: impatient())
        for request in [
            Self.request(server.url, region: "eu:west"), Self.request(server.url, region: ""),
            Self.request(server.url, secretKey: "hu\nsh"), Self.request(server.url, secretKey: ""),
            Self.request(server.url, token: "a\r\nb: c"), Self.request(server.url, headers: [:]),
            Self.request(server.url, headers: ["x-amz-content-sha256": "a", "Authorization": "b"]),
        ] {
            let error = try await failure { _ = try await client.send(request) }
            #expect(error.code == .malformedRequest)
            #expect(!"\(error)".contains("hu"))
        }
        #expect(server.requests.isEmpty)
    }

    @Test func whatIsPrintedOfItIsNoSecret() {
        let request = Self.request("http://a", token: "token")
        var text = "\(request) \(String(reflecting: request))"
        dump(request, to: &text)
        #expect(text.contains("eu-west-1") && !text.contains("hush") && !text.contains("token"))
    }
}
