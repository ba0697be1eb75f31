import Foundation
import HTTPTransfer
import Testing

/// A certificate of its own making, and a server showing it, for as long as this lives.
private final class TLSServer {
    let certificateFile: String
    let url: String
    private let openssl: OpenSSLCommand

    init(names: String) throws {
        openssl = try OpenSSLCommand()
        certificateFile = openssl.path("certificate.pem")
        try Data("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
            .write(to: openssl.folder.appendingPathComponent("page"))
        try openssl.run(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test "
                + "-keyout key.pem -out certificate.pem -addext subjectAltName=\(names)")
        let port = try openssl.startServer("-cert certificate.pem -key key.pem -HTTP")
        url = "https://127.0.0.1:\(port)/page"
    }
}

@Suite struct ServerCertificates {
    @Test func areRefusedWhenNobodyTrustedSignedThem() async throws {
        let server = try TLSServer(names: "IP:127.0.0.1")
        let error = try await failure { _ = try await HTTPClient(configuration: impatient()).send(get(server.url)) }
        #expect(error.code == .tlsFailed)
        #expect(!error.isTransient)
    }

    @Test func areTakenFromATrustedAuthorityUnderTheirName() async throws {
        let server = try TLSServer(names: "IP:127.0.0.1")
        let client = HTTPClient(
            configuration: impatient { $0.certificateAuthorityFile = server.certificateFile })
        #expect(try await client.send(get(server.url)).body == Array("ok".utf8))
    }

    @Test func areRefusedUnderAnotherName() async throws {
        let server = try TLSServer(names: "DNS:other.example")
        let client = HTTPClient(
            configuration: impatient { $0.certificateAuthorityFile = server.certificateFile })
        let error = try await failure { _ = try await client.send(get(server.url)) }
        #expect(error.code == .tlsFailed)
    }
}
