import Foundation
import HTTPTransfer
import Logging
import SheetsEmulator
import Synchronization
import Testing

@testable import SheetSource

/// Whatever goes wrong with whichever call: all rows of the sheet, or an error.
@Suite struct FaultsOfEveryCall {
    /// Which call of a read is hit.
    enum Hit: String, CaseIterable, Sendable {
        case signIn = "token"
        case versionBefore, facts, values, secondWindow, factsAfter, versionAfter

        var method: String {
            switch self {
            case .signIn: "token"
            case .versionBefore, .versionAfter: "drive.files.get"
            case .facts, .factsAfter: "spreadsheets.get"
            case .values, .secondWindow: "spreadsheets.values.batchGet"
            }
        }

        /// How many calls of the method come before it.
        var callsBefore: Int {
            switch self {
            case .signIn, .versionBefore, .facts, .values: 0
            case .versionAfter, .secondWindow, .factsAfter: 1
            }
        }
    }

    static let kinds: [EmulatorFault.Kind] = [
        .cutBody(after: 0), .cutBody(after: 40), .cutBody(after: 200), .truncatedJSON, .reset, .status(429),
        .status(403), .status(500), .status(502), .status(503), .status(504), .htmlWith200, .status(401),
        .delay(milliseconds: 3_600_000),
    ]

    private static let rows = (1...120).map { ["\($0)", "料理 \($0)"] }
    private static let sheet = SheetReference(spreadsheet: "s2", sheetID: 0)

    /// A read of a sheet in three windows (of a grid of 1,000 rows), which is hit `times` times.
    private func read(
        _ world: GoogleWorld, _ hit: Hit, _ kind: EmulatorFault.Kind, times: Int
    ) async throws -> (rows: [[String]], error: SheetError?) {
        world.add("s2", tabs: [("大 きい", Self.rows)])
        world.emulator.inject(EmulatorFault(kind, times: times, after: hit.callsBefore, method: hit.method))
        var configuration = world.windowed(400 * 26)
        configuration.batchBytes = 100
        var http = HTTPConfiguration()
        if case .delay = kind { http.totalTimeout = .seconds(1) }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let source = GoogleSheetsSource(
            configuration: configuration, client: HTTPClient(configuration: http), logger: logger)
        let collector = Collector()
        do throws(SheetError) {
            let reading = try await source.read(Self.sheet, into: collector)
            #expect(reading.rowsRead == collector.rows.count)
            #expect(reading.fileVersionBefore == reading.fileVersionAfter)
            return (collector.rows, nil)
        } catch {
            return (collector.rows, error)
        }
    }

    @Test(arguments: Hit.allCases, kinds) func areOvercomeWhenTheyPass(
        _ hit: Hit, _ kind: EmulatorFault.Kind
    ) async throws {
        try await GoogleWorld.with { world in
            // libcurl asks once more by itself when a connection used before is reset.
            let (rows, error) = try await read(world, hit, kind, times: kind == .reset ? 2 : 1)
            if let error {
                // What says nothing of the moment is no reason to try again, and says so.
                #expect(hit == .signIn, "\(error)")
                #expect([.status(403), .status(401)].contains(kind), "\(error)")
            } else {
                #expect(rows == Self.rows)
            }
        }
    }

    @Test(arguments: Hit.allCases, kinds) func endInAnErrorWhenTheyStay(
        _ hit: Hit, _ kind: EmulatorFault.Kind
    ) async throws {
        try await GoogleWorld.with { world in
            let (_, error) = try await read(world, hit, kind, times: 1_000)
            let isSmall = hit == .versionBefore || hit == .versionAfter || hit == .signIn
            if case .cutBody(after: 200) = kind, isSmall, error == nil { return }
            let found = try #require(error)
            #expect(found.isUnreadable)
            #expect(!"\(found)".contains("ya29"))
            #expect(!"\(found)".contains("料理"))
            let isOfTheMoment =
                kind != .status(401) && !(hit == .signIn && kind == .status(403))
            if isOfTheMoment { #expect(found.retryable, "\(found)") }
        }
    }
}

/// Answers that are whole as HTTP and as JSON, and not what was asked for.
@Suite struct AnswersOfAnotherKind {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let values: String
        var code = SheetError.Code.malformedAnswer
        var testDescription: String { name }
    }

    private static func answer(_ range: String, _ values: String?, of id: String = "s9") -> String {
        let values = values.map { #","values":\#($0)"# } ?? ""
        return #"{"spreadsheetId":"\#(id)","valueRanges":[{"range":"\#(range)","majorDimension":"ROWS"\#(values)}]}"#
    }

    private static let good = answer("t!A1:B3", #"[["id","名"],["1","a"],["2","b"]]"#)

    static let cases = [
        Case(name: "no ranges", values: #"{"spreadsheetId":"s9"}"#),
        Case(name: "an empty object", values: "{}"),
        Case(name: "null", values: "null"),
        Case(name: "another spreadsheet", values: answer("t!A1:B3", #"[["id"]]"#, of: "s8")),
        Case(name: "another tab", values: answer("u!A1:B3", #"[["id"]]"#)),
        Case(name: "another first row", values: answer("t!A2:B3", #"[["id"]]"#)),
        Case(name: "another first column", values: answer("t!B1:B3", #"[["id"]]"#)),
        Case(name: "no cells", values: answer("t", #"[["id"]]"#)),
        Case(name: "fewer rows", values: answer("t!A1:B2", #"[["id"],["1"]]"#), code: .changedWhileReading),
        Case(name: "fewer columns", values: answer("t!A1:A3", #"[["id"],["1"]]"#), code: .changedWhileReading),
        Case(name: "more values than cells", values: answer("t!A1:B3", #"[["id"],["1"],["2"],["3"]]"#)),
        Case(
            name: "two ranges",
            values: #"{"valueRanges":[{"range":"t!A1:B3","values":[["id"]]},{"range":"t!A1:B3"}]}"#),
        Case(name: "columns for rows", values: #"{"valueRanges":[{"range":"t!A1:B3","majorDimension":"COLUMNS"}]}"#),
        Case(name: "an error with status 200", values: #"{"error":{"code":500,"message":"x","status":"INTERNAL"}}"#),
        Case(name: "half of it", values: String(good.prefix(60)), code: .cutShort),
        Case(name: "something after it", values: good + "{}"),
        Case(name: "an empty body", values: "", code: .cutShort),
    ]

    /// Answers every call, the values with `values`.
    private func read(_ values: @escaping @Sendable (Int) -> String) async throws -> (Collector, SheetError?) {
        let count = CallCount()
        let server = try CannedGoogle { target in
            if target.contains("batchGet") { return values(count.next()) }
            return target.hasPrefix("/drive") ? CannedGoogle.version("5") : CannedGoogle.facts(rows: 3, columns: 2)
        }
        let collector = Collector()
        do throws(SheetError) {
            _ = try await server.source().read(SheetReference(spreadsheet: "s9", tab: "t"), into: collector)
            return (collector, nil)
        } catch {
            return (collector, error)
        }
    }

    @Test(arguments: cases) func areRefused(_ testCase: Case) async throws {
        let (_, error) = try await read { _ in testCase.values }
        #expect(error?.code == testCase.code, "\(testCase.name)")
        #expect(error?.isUnreadable == true)
    }

    @Test(arguments: cases) func areForgottenOnceTheRightOneComes(_ testCase: Case) async throws {
        let (collector, error) = try await read { $0 == 1 ? testCase.values : Self.good }
        #expect(error == nil)
        #expect(collector.rows == [["id", "名"], ["1", "a"], ["2", "b"]])
    }

    /// The one answer that cannot be told from a sheet that was emptied: it is one, and the next read tells.
    @Test func takeARangeWithoutValuesForABlankSheet() async throws {
        let (collector, error) = try await read { _ in Self.answer("t!A1:B3", nil) }
        #expect(error == nil)
        #expect(collector.rows.isEmpty)
    }

    @Test func refuseAVersionThatIsNoVersion() async throws {
        for version in [#"{"mimeType":"application/vnd.google-apps.spreadsheet"}"#, "{}", "[]", "null", "5", ""] {
            let server = try CannedGoogle { target in
                if target.contains("batchGet") { return Self.good }
                return target.hasPrefix("/drive") ? version : CannedGoogle.facts(rows: 3, columns: 2)
            }
            let error = try await sheetFailure {
                _ = try await server.source().read(
                    SheetRequest(SheetReference(spreadsheet: "s9"), knownVersion: "5", into: Collector()))
            }
            #expect(error.isUnreadable)
        }
    }
}
