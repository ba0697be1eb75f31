import Foundation
import SheetsEmulator
import Testing

@testable import SheetSource

/// Each thing that can be wrong has its own code, and says what to do.
@Suite struct Refusals {
    private func failure(_ world: GoogleWorld, _ sheet: SheetReference) async throws -> SheetError {
        let error = try await sheetFailure { _ = try await world.source().read(sheet, into: Collector()) }
        #expect(error.sheet == sheet)
        #expect(!"\(error)".contains("ya29"))
        return error
    }

    @Test func sayWhomToShareASpreadsheetWith() async throws {
        try await GoogleWorld.with { world in
            try world.emulator.unshare("s1", with: world.email)
            let error = try await failure(world, GoogleWorld.sheet)
            #expect(error.code == .notShared)
            #expect(error.hint.contains(world.email))
            #expect(await world.source().serviceAccountEmail() == world.email)
        }
    }

    @Test func tellASpreadsheetThatIsNotThere() async throws {
        try await GoogleWorld.with { world in
            let code = try await failure(world, SheetReference(spreadsheet: "a/b?c")).code
            #expect(code == .spreadsheetNotFound)
        }
    }

    @Test func listTheTabsThereAre() async throws {
        try await GoogleWorld.with { world in
            let error = try await failure(world, SheetReference(spreadsheet: "s1", tab: "レシピ"))
            #expect(error.code == .unknownTab)
            #expect(error.detail.contains("'\(GoogleWorld.tab)'"))
        }
    }

    @Test func tellATabMadeAnewFromOneThatIsGone() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("first", []), ("second", [])])
            let anew = SheetReference(spreadsheet: "s2", tab: "second", sheetID: 77)
            let first = try await failure(world, anew).code
            #expect(first == .tabMadeAnew)
            let gone = SheetReference(spreadsheet: "s2", tab: "third", sheetID: 77)
            let second = try await failure(world, gone).code
            #expect(second == .unknownTab)
        }
    }

    @Test func tellASpreadsheetInTheBin() async throws {
        try await GoogleWorld.with { world in
            try world.emulator.setTrashed("s1", true)
            let code = try await failure(world, GoogleWorld.sheet).code
            #expect(code == .spreadsheetTrashed)
        }
    }

    @Test func tellFilesAndTabsOfOtherKinds() throws {
        let file = try #require(
            decodeJSON(DriveFileFacts.self, from: Array(#"{"mimeType":"application/pdf","version":"3"}"#.utf8)))
        #expect(throws: SheetError.self) { _ = try file.checkedVersion() }
        let facts = try #require(
            decodeJSON(
                SpreadsheetFacts.self,
                from: Array(#"{"properties":{},"sheets":[{"properties":{"title":"c","sheetType":"OBJECT"}}]}"#.utf8)))
        do {
            _ = try facts.tab(SheetReference(spreadsheet: "s"))
            Issue.record("it took a chart for a table")
        } catch {
            #expect(error.code == .tabNotGrid)
        }
    }

    struct Case: Sendable {
        let status: Int
        let body: String
        var service = GoogleService.sheets
        let code: SheetError.Code
        var isRetryable = false
    }

    private static func sheets(_ status: Int, _ name: String, reason: String? = nil) -> String {
        let details = reason.map {
            #","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"\#($0)"}]"#
        }
        return #"{"error":{"code":\#(status),"message":"m","status":"\#(name)"\#(details ?? "")}}"#
    }

    private static func drive(_ status: Int, _ reason: String) -> String {
        #"{"error":{"errors":[{"domain":"d","reason":"\#(reason)","message":"m"}],"code":\#(status),"message":"m"}}"#
    }

    static let cases: [Case] = [
        Case(status: 403, body: sheets(403, "PERMISSION_DENIED"), code: .notShared),
        Case(status: 403, body: sheets(403, "PERMISSION_DENIED", reason: "SERVICE_DISABLED"), code: .apiDisabled),
        Case(
            status: 403, body: sheets(403, "PERMISSION_DENIED", reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
            code: .signInRefused),
        Case(
            status: 403, body: sheets(403, "PERMISSION_DENIED", reason: "RATE_LIMIT_EXCEEDED"), code: .quotaExceeded,
            isRetryable: true),
        Case(
            status: 429, body: sheets(429, "RESOURCE_EXHAUSTED", reason: "RATE_LIMIT_EXCEEDED"), code: .quotaExceeded,
            isRetryable: true),
        Case(status: 429, body: "", code: .quotaExceeded, isRetryable: true),
        Case(status: 404, body: sheets(404, "NOT_FOUND"), code: .spreadsheetNotFound),
        Case(status: 400, body: sheets(400, "FAILED_PRECONDITION"), code: .notASpreadsheet),
        Case(status: 400, body: sheets(400, "INVALID_ARGUMENT"), code: .requestRefused),
        Case(status: 401, body: sheets(401, "UNAUTHENTICATED"), code: .signInRefused),
        Case(status: 500, body: sheets(500, "INTERNAL"), code: .unavailable, isRetryable: true),
        Case(status: 503, body: "<html>", code: .unavailable, isRetryable: true),
        Case(
            status: 403, body: drive(403, "userRateLimitExceeded"), service: .drive, code: .quotaExceeded,
            isRetryable: true),
        Case(
            status: 403, body: drive(403, "rateLimitExceeded"), service: .drive, code: .quotaExceeded, isRetryable: true
        ),
        Case(status: 403, body: drive(403, "dailyLimitExceeded"), service: .drive, code: .quotaExceeded),
        Case(status: 403, body: drive(403, "insufficientFilePermissions"), service: .drive, code: .notShared),
        Case(status: 403, body: drive(403, "insufficientPermissions"), service: .drive, code: .signInRefused),
        Case(status: 403, body: drive(403, "accessNotConfigured"), service: .drive, code: .apiDisabled),
        Case(status: 404, body: drive(404, "notFound"), service: .drive, code: .spreadsheetNotFound),
        // What stands in between may refuse as well, and says nothing about the spreadsheet.
        Case(status: 403, body: "<html>Blocked</html>", code: .malformedAnswer),
        Case(status: 404, body: "", code: .malformedAnswer),
        Case(status: 302, body: "", code: .malformedAnswer),
    ]

    @Test(arguments: cases) func goByTheReasonBeforeTheStatus(_ testCase: Case) {
        let refusal = GoogleRefusal(
            status: testCase.status, body: Array(testCase.body.utf8), from: testCase.service, scopes: ["scope"])
        #expect(refusal.code == testCase.code)
        #expect(refusal.isRetryable == testCase.isRetryable)
        #expect(refusal.detail.contains("\(testCase.status)"))
    }
}
