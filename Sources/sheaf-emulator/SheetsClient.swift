import Digest
import Foundation
import HTTPTransfer

/// A small client of the Sheets API, as an annotator's own program might have it.
struct SheetsClient {
    private struct Key: Decodable {
        let client_email: String
        let private_key: String
        let token_uri: String
    }

    /// The answer to a write, which says nothing that matters here.
    private struct Done: Decodable {}

    private struct Token: Decodable {
        let access_token: String
    }

    private let http: HTTPClient
    private let endpoint: String
    private let token: String

    /// Signs in with a service account's key file.
    static func signIn(endpoint: String, credentials: String) async throws -> SheetsClient {
        guard let data = FileManager.default.contents(atPath: credentials) else {
            throw CommandFailure("Could not read \(credentials).")
        }
        guard let key = try? JSONDecoder().decode(Key.self, from: data) else {
            throw CommandFailure("\(credentials) is not the key file of a service account.")
        }
        let http = HTTPClient()
        let assertion = try assertion(key)
        let form = "grant_type=\(encoded("urn:ietf:params:oauth:grant-type:jwt-bearer"))&assertion=\(assertion)"
        let request = HTTPRequest(
            method: "POST", url: key.token_uri,
            headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(form.utf8), label: "sign in")
        let token: Token = try await send(request, http)
        let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        return SheetsClient(http: http, endpoint: base, token: token.access_token)
    }

    private static func assertion(_ key: Key) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        let claims = Claims(
            iss: key.client_email, scope: "https://www.googleapis.com/auth/spreadsheets", aud: key.token_uri,
            iat: now, exp: now + 3600)
        let header = base64URL(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8))
        let signed = header + "." + base64URL([UInt8](try JSONEncoder().encode(claims)))
        return signed + "." + base64URL(try RS256.sign(Array(signed.utf8), privateKeyPEM: key.private_key))
    }

    private struct Claims: Encodable {
        let iss: String
        let scope: String
        let aud: String
        let iat: Int
        let exp: Int
    }

    // MARK: Calls

    /// A tab as it is now, as the screen shows it.
    func page(_ spreadsheet: String, tab: String) async throws -> SheetPage {
        struct Resource: Decodable {
            struct Sheet: Decodable {
                struct Properties: Decodable {
                    let sheetId: Int?
                    let title: String
                }
                let properties: Properties
            }
            let sheets: [Sheet]
        }
        struct Values: Decodable {
            let values: [[String]]?
        }
        let path = "/v4/spreadsheets/\(Self.encoded(spreadsheet))"
        let resource: Resource = try await get("\(path)?fields=sheets.properties(sheetId,title)")
        guard let sheet = resource.sheets.first(where: { $0.properties.title == tab }) else {
            throw CommandFailure("There is no tab \(tab) in \(spreadsheet).")
        }
        let values: Values = try await get("\(path)/values/\(Self.encoded("'\(tab)'"))?prettyPrint=false")
        return SheetPage(
            spreadsheet: spreadsheet, tab: tab, sheetId: sheet.properties.sheetId ?? 0, lines: values.values ?? [])
    }

    /// Types texts into single cells; the key of the dictionary is the cell (`B3`).
    func type(_ page: SheetPage, _ cells: [(cell: String, text: String)]) async throws {
        struct Body: Encodable {
            struct Data: Encodable {
                let range: String
                let values: [[String]]
            }
            let valueInputOption = "USER_ENTERED"
            let data: [Data]
        }
        let data = cells.map { Body.Data(range: "'\(page.tab)'!\($0.cell)", values: [[$0.text]]) }
        try await post("/v4/spreadsheets/\(Self.encoded(page.spreadsheet))/values:batchUpdate", Body(data: data))
    }

    /// Types rows below the last one.
    func append(_ page: SheetPage, _ rows: [[String]]) async throws {
        struct Body: Encodable {
            let values: [[String]]
        }
        let range = Self.encoded("'\(page.tab)'!A1")
        try await post(
            "/v4/spreadsheets/\(Self.encoded(page.spreadsheet))/values/\(range):append"
                + "?valueInputOption=USER_ENTERED&insertDataOption=INSERT_ROWS", Body(values: rows))
    }

    /// Changes the shape of a tab.
    func change(_ page: SheetPage, _ request: SheetRequest) async throws {
        struct Body: Encodable {
            let requests: [SheetRequest]
        }
        try await post(
            "/v4/spreadsheets/\(Self.encoded(page.spreadsheet)):batchUpdate", Body(requests: [request]))
    }

    private func get<Answer: Decodable>(_ path: String) async throws -> Answer {
        try await Self.send(
            HTTPRequest(url: endpoint + path, headers: ["Authorization": "Bearer \(token)"], label: "read"), http)
    }

    private func post(_ path: String, _ body: some Encodable) async throws {
        let headers: HTTPHeaders = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        let request = HTTPRequest(
            method: "POST", url: endpoint + path, headers: headers, body: [UInt8](try JSONEncoder().encode(body)),
            label: "write")
        let _: Done = try await Self.send(request, http)
    }

    private static func send<Answer: Decodable>(_ request: HTTPRequest, _ http: HTTPClient) async throws -> Answer {
        let response = try await http.send(request)
        guard response.status == 200 else {
            throw CommandFailure(
                "\(request.label): status \(response.status): \(String(decoding: response.body, as: UTF8.self))")
        }
        return try JSONDecoder().decode(Answer.self, from: Data(response.body))
    }

    private static func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }
}
