import Foundation
import HTTPTransfer
import Logging
import SheetsEmulator
import Tabular
import TestServers
import Testing

@testable import SheetSource

/// How Google is asked, and how often for what it refuses.
@Suite struct CallsOfGoogle {
    /// What cannot be mended by asking again is asked once, and told with what to do.
    @Test(
        arguments: ["drive.files.get", "spreadsheets.get", "spreadsheets.values.batchGet"], [400, 402, 404, 409, 412])
    func areMadeOnceWhereTheyAreRefusedForGood(_ method: String, _ status: Int) async throws {
        try await GoogleWorld.with { world in
            world.emulator.inject(EmulatorFault(.status(status), times: 100, method: method))
            let error = try await sheetFailure {
                _ = try await world.source().read(GoogleWorld.sheet, into: Collector())
            }
            #expect(world.emulator.counters[method] == 1, "\(error)")
            #expect(!error.retryable, "\(error)")
            #expect(!error.hint.isEmpty)
            #expect(error.detail.contains("\(status)"))
        }
    }

    private static let bodies: KeyValuePairs = [
        "/computeMetadata/": #"{"access_token":"t","expires_in":3600}"#,
        "/drive/v3/files/": CannedGoogle.version("5"),
        "values:batchGet": #"{"spreadsheetId":"s9","valueRanges":[{"range":"t!A1:B2","values":[["id"],["1"]]}]}"#,
        "/v4/spreadsheets/": CannedGoogle.facts(rows: 2, columns: 2),
    ]

    @Test func askForNoMoreThanTheyUseAndForItCompressed() async throws {
        let server = try TestServer { request in
            let body = Self.bodies.first { request.target.contains($0.key) }?.value ?? "{}"
            return [.answer(headers: ["Content-Type: application/json"], body: Array(body.utf8))]
        }
        var configuration = GoogleConfiguration(credentials: .metadataServer, endpoint: server.url)
        configuration.metadataServer = server.url
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let source = GoogleSheetsSource(configuration: configuration, client: HTTPClient(), logger: logger)
        let collector = Collector()
        _ = try await source.read(SheetReference(spreadsheet: "s9", tab: "t"), into: collector)
        #expect(collector.rows == [["id"], ["1"]])
        let calls = server.requests.filter { !$0.target.contains("/computeMetadata/") }
        #expect(calls.count == 4)
        for call in calls {
            #expect(call.method == "GET")
            #expect(call.target.contains("prettyPrint=false"), "\(call.target)")
            // Google compresses for those only who say so twice.
            #expect(call.header("Accept-Encoding")?.contains("gzip") == true)
            #expect(call.header("User-Agent")?.contains("gzip") == true)
            #expect(call.header("Authorization") == "Bearer t")
            let isOfValues = call.target.contains("values:batchGet")
            #expect(call.target.contains("fields=") != isOfValues, "\(call.target)")
            if isOfValues {
                #expect(call.target.contains("valueRenderOption=UNFORMATTED_VALUE"))
                #expect(call.target.contains("dateTimeRenderOption=SERIAL_NUMBER"))
            }
        }
        // To pull takes no leave to write.
        let scopes = server.requests.filter { $0.target.contains("/token?scopes=") }.map(\.target).joined()
        #expect(scopes.contains("spreadsheets.readonly") && scopes.contains("drive.metadata.readonly"))
        #expect(scopes.components(separatedBy: "auth").count == 3)
    }

    /// Leave to write is asked for by whoever writes, and texts are sent as texts.
    @Test func askForLeaveToWriteOnlyToWrite() async throws {
        let bodies = [
            ("/computeMetadata/", #"{"access_token":"t","expires_in":3600}"#),
            ("batchUpdate", #"{"updatedSpreadsheet":{"sheets":[{"properties":{},"data":[{}]}]}}"#),
        ]
        let server = try TestServer { request in
            let body = bodies.first { request.target.contains($0.0) }?.1 ?? "{}"
            return [.answer(headers: ["Content-Type: application/json"], body: Array(body.utf8))]
        }
        var configuration = GoogleConfiguration(credentials: .metadataServer, endpoint: server.url)
        configuration.metadataServer = server.url
        configuration.mayWrite = true
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let source = GoogleSheetsSource(configuration: configuration, client: HTTPClient(), logger: logger)
        let tab = SheetIdentity(spreadsheet: "s 9", spreadsheetTitle: "", sheetID: 7, title: "it's")
        let cells: [SheetCell: TypedCell] = [
            SheetCell(row: 2, column: 1): .text("=1+1"), SheetCell(row: 2, column: 2): .number("45413"),
            SheetCell(row: 2, column: 4): .boolean(true), SheetCell(row: 3, column: 1): .empty,
        ]
        _ = try await source.write(cells, thenLookAt: [CellArea(rows: 1...3, columns: 0...4)], in: tab)
        let call = try #require(server.requests.first { $0.target.contains("batchUpdate") })
        #expect(call.method == "POST" && call.target.contains("/v4/spreadsheets/s%209:batchUpdate?"))
        let body = String(decoding: call.body, as: UTF8.self)
        let runs = [
            #""rows":[{"values":[{"userEnteredValue":{"stringValue":"=1+1"}},{"userEnteredValue":{"numberValue":45413}}]}]"#,
            #""rows":[{"values":[{"userEnteredValue":{"boolValue":true}}]}]"#, #""rows":[{"values":[{}]}]"#,
            #""start":{"columnIndex":1,"rowIndex":1,"sheetId":7}"#, #""responseRanges":["'it''s'!A1:E3"]"#,
        ]
        for run in runs { #expect(body.contains(run), "\(body)") }
        let scopes = server.requests.filter { $0.target.contains("/token?scopes=") }.map(\.target).joined()
        #expect(scopes.contains("auth%2Fspreadsheets%2C") && !scopes.contains("readonly%2C"))
    }
}
