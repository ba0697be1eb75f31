import Digest
import Foundation
import HTTPTransfer

/// A client of the Sheets API that does no more than it is told, as the floor and the annotators need it.
struct SheetsClient: Sendable {
    let http: HTTPClient
    private let endpoint: String
    private let token: String

    private struct Key: Decodable {
        let clientEmail: String
        let privateKey: String
        let tokenUri: String
    }

    private struct Claims: Encodable {
        let iss: String
        let scope = "https://www.googleapis.com/auth/spreadsheets"
        let aud: String
        let iat: Int
        let exp: Int
    }

    private struct Token: Decodable {
        let accessToken: String
    }

    /// Signs in with a service account's key file.
    static func signIn(endpoint: String, credentials: String) async throws -> SheetsClient {
        guard let data = FileManager.default.contents(atPath: credentials),
            let key = try? JSONDocument.value(Key.self, from: data)
        else {
            throw BenchFailure("\(credentials) is not the key file of a service account.")
        }
        let now = Int(Date().timeIntervalSince1970)
        let claims = Claims(iss: key.clientEmail, aud: key.tokenUri, iat: now, exp: now + 3600)
        let header = base64URL(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8))
        let signed = header + "." + base64URL([UInt8](try JSONEncoder().encode(claims)))
        let signature = base64URL(try RS256.sign(Array(signed.utf8), privateKeyPEM: key.privateKey))
        let form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=\(signed).\(signature)"
        let http = HTTPClient()
        let request = HTTPRequest(
            method: "POST", url: key.tokenUri, headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(form.utf8), label: "sign in")
        let response = try await http.send(request)
        try check(response.head, request)
        let token = try JSONDocument.value(Token.self, from: Data(response.body))
        return SheetsClient(
            http: http, endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint,
            token: token.accessToken)
    }

    /// What the header field `Authorization` says.
    var authorization: String { "Bearer \(token)" }

    /// The request for all values of the sheet.
    var valuesRequest: HTTPRequest {
        HTTPRequest(
            url: endpoint + BenchSheet.valuesPath, headers: ["Authorization": authorization],
            label: "read the sheet")
    }

    /// Types a text into one cell of each of these rows of data.
    func edit(
        _ spreadsheet: String = BenchSheet.spreadsheet, rows: [Int], text: (Int) -> String
    ) async throws {
        struct Body: Encodable {
            struct Data: Encodable {
                let range: String
                let values: [[String]]
            }
            let valueInputOption = "RAW"
            let data: [Data]
        }
        let body = Body(data: rows.map { .init(range: BenchSheet.freeTextCell(row: $0), values: [[text($0)]]) })
        let request = HTTPRequest(
            method: "POST", url: "\(endpoint)/v4/spreadsheets/\(spreadsheet)/values:batchUpdate",
            headers: ["Authorization": authorization, "Content-Type": "application/json"],
            body: [UInt8](try JSONEncoder().encode(body)), label: "edit the sheet")
        try Self.check(try await http.send(request).head, request)
    }

    static func check(_ head: HTTPResponseHead, _ request: HTTPRequest) throws {
        guard head.status == 200 else {
            throw BenchFailure("The emulator answered with status \(head.status) to: \(request.label).")
        }
    }
}
