import Digest
import Foundation
import HTTPTransfer
import Testing

@testable import SheetsEmulator

/// A running emulator, and a client that is signed in to it.
struct TestClient {
    struct Answer {
        let status: Int
        let json: JSONValue
        let text: String
        let headers: HTTPHeaders

        var message: String? { json["error"]?["message"]?.text }
        var reason: String? { json["error"]?["status"]?.text }
        var values: JSONValue? { json["values"] }
    }

    static let email = "reader@test.iam.gserviceaccount.com"
    static let scope = "https://www.googleapis.com/auth/"

    let emulator: SheetsEmulator
    let http: HTTPClient
    var token = ""

    /// Runs an emulator with one spreadsheet `s1`, shared with the client, for as long as the body takes.
    static func run(
        tabs: [(title: String, rows: [[String]])] = [("Sheet1", [["id", "name"], ["1", "one"]])],
        scopes: [String] = ["spreadsheets", "drive.metadata.readonly"], configuration: EmulatorConfiguration = .init(),
        userAgent: String = "test", _ body: (TestClient) async throws -> Void
    ) async throws {
        let emulator = SheetsEmulator(configuration: configuration)
        try await emulator.start()
        let pair = try RSAKeyPair.sharedPair()
        emulator.addServiceAccount(email: email, publicKeyPEM: pair.publicKeyPEM)
        emulator.addSpreadsheet(id: "s1", title: "試験", sharedWith: [email], tabs: tabs)
        var options = HTTPConfiguration()
        options.userAgent = userAgent
        var client = TestClient(emulator: emulator, http: HTTPClient(configuration: options))
        client.token = try await client.signIn(scopes: scopes)
        do {
            try await body(client)
        } catch {
            await emulator.stop()
            throw error
        }
        await emulator.stop()
    }

    // MARK: Signing in

    /// A signed assertion; claims can be replaced.
    func assertion(
        _ claims: [String: JSONValue] = [:], scopes: [String] = ["spreadsheets"], algorithm: String = "RS256",
        privateKeyPEM: String? = nil, now: Date = Date()
    ) throws -> String {
        let seconds = Int(now.timeIntervalSince1970)
        var all: [String: JSONValue] = [
            "iss": .string(Self.email), "aud": .string(emulator.endpoint + "/token"),
            "scope": .string(scopes.map { Self.scope + $0 }.joined(separator: " ")),
            "iat": .integer(seconds), "exp": .integer(seconds + 3600),
        ]
        all.merge(claims) { $1 }
        let members = all.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: $0.value) }
        let parts = [
            JSONValue.object([JSONMember(name: "alg", value: .string(algorithm))]), .object(members),
        ]
        let signed = parts.map { base64URL(JSONWriter.bytes($0, pretty: false)) }.joined(separator: ".")
        let key = try privateKeyPEM ?? RSAKeyPair.sharedPair().privateKeyPEM
        return signed + "." + base64URL(try RS256.sign(Array(signed.utf8), privateKeyPEM: key))
    }

    func token(for assertion: String) async throws -> Answer {
        let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        return try await send("POST", "/token", body: "grant_type=\(grant)&assertion=\(assertion)", signed: false)
    }

    func signIn(scopes: [String], now: Date = Date()) async throws -> String {
        let answer = try await token(for: assertion(scopes: scopes, now: now))
        return try #require(answer.json["access_token"]?.text)
    }

    // MARK: Calls

    func send(
        _ method: String, _ path: String, body: String? = nil, signed: Bool = true
    ) async throws -> Answer {
        var headers = HTTPHeaders()
        if signed { headers.add("Authorization", "Bearer \(token)") }
        let response = try await http.send(
            HTTPRequest(
                method: method, url: emulator.endpoint + path, headers: headers, body: body.map { Array($0.utf8) },
                label: "test"))
        return Answer(
            status: response.status, json: (try? JSONParser.parse(response.body)) ?? .null,
            text: String(decoding: response.body, as: UTF8.self), headers: response.headers)
    }

    func get(_ path: String) async throws -> Answer {
        try await send("GET", path)
    }

    func values(_ range: String, _ query: String = "") async throws -> Answer {
        try await get("/v4/spreadsheets/s1/values/\(Self.encode(range))\(query.isEmpty ? "" : "?" + query)")
    }

    func update(_ range: String, _ values: String, input: String = "USER_ENTERED") async throws -> Answer {
        try await send(
            "PUT", "/v4/spreadsheets/s1/values/\(Self.encode(range))?valueInputOption=\(input)",
            body: #"{"values":\#(values)}"#)
    }

    func batchUpdate(_ requests: String) async throws -> Answer {
        try await send("POST", "/v4/spreadsheets/s1:batchUpdate", body: #"{"requests":\#(requests)}"#)
    }

    static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}

/// The JSON that a text writes, to compare answers with.
func json(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> JSONValue {
    do {
        return try JSONParser.parse(Array(text.utf8))
    } catch {
        Issue.record("\(error.message) at byte \(error.offset) of \(text)", sourceLocation: sourceLocation)
        return .null
    }
}
