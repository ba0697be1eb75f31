import Foundation
import HTTPTransfer
import Logging
import Synchronization
import TestServers
import Testing

@testable import SheetSource

/// CSV files behind addresses, served byte for byte by a script.
@Suite struct WebFiles {
    private static let csv = Array("id,料理\n1,味噌\n2,醤油\n".utf8)
    private static let rows = [["id", "料理"], ["1", "味噌"], ["2", "醤油"]]
    private static let date = "Date: Wed, 21 Oct 2015 08:00:00 GMT"

    private func source(
        _ address: String, encoding: TextEncoding? = nil, authorizationFile: String? = nil, attempts: Int = 4
    ) throws -> WebFileSource {
        var policy = RetryPolicy()
        policy.initialBackoff = .zero
        policy.maximumAttempts = attempts
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return WebFileSource(
            address: try WebAddress(address), encoding: encoding, authorizationFile: authorizationFile,
            client: HTTPClient(), policy: policy, logger: logger)
    }

    private func read(
        _ source: WebFileSource, known: String? = nil, headerRow: Int = 1, into collector: Collector = Collector()
    ) async throws -> SheetReading {
        let sheet = SheetReference(spreadsheet: "labels", headerRow: headerRow)
        return try await source.read(
            SheetRequest(sheet, knownVersion: known, acceptsUnchanged: known != nil, into: collector))
    }

    private func failure(_ source: WebFileSource, into collector: Collector = Collector()) async throws -> SheetError {
        try await sheetFailure { _ = try await read(source, into: collector) }
    }

    // MARK: What is read

    @Test func bringTheirRowsTheirNameAndNoSecret() async throws {
        let server = try TestServer { _ in
            [.answer(headers: ["Content-Type: text/csv", "ETag: \"v1\""], body: Self.csv)]
        }
        let collector = Collector()
        let reading = try await read(try source("\(server.url)/a/labels.csv?key=s3cret"), into: collector)
        #expect(collector.rows == Self.rows)
        #expect(server.requests.map(\.target) == ["/a/labels.csv?key=s3cret"])
        #expect(collector.begun.map(\.title) == ["labels.csv"])
        #expect(reading.rowsRead == 3 && reading.bytes == Self.csv.count && reading.oneAnswer && !reading.isUnchanged)
        #expect(
            reading.fileVersionBefore == reading.fileVersionAfter && reading.fileVersionAfter?.contains("v1") == true)
        #expect(!"\(reading)".contains("s3cret"))
        #expect(server.requests[0].header("Cache-Control") == "no-cache")
    }

    @Test(arguments: [
        ("text/csv; charset=Shift_JIS", nil), ("text/csv;charset=\"Windows-31J\"", nil),
        ("text/csv", TextEncoding.cp932),
        ("text/csv; charset=utf-8", .cp932), ("application/octet-stream", .auto), ("", .auto),
    ])
    func areReadInTheEncodingOfTheConfigurationOrElseOfTheServer(type: String, encoding: TextEncoding?) async throws {
        let bytes = Array("id\n".utf8) + [0x87, 0x40, 0x81, 0x60]
        let server = try TestServer { _ in
            [.answer(headers: type.isEmpty ? [] : ["Content-Type: \(type)"], body: bytes)]
        }
        let collector = Collector()
        _ = try await read(try source(server.url, encoding: encoding), into: collector)
        #expect(collector.rows == [["id"], ["①～"]])
    }

    @Test func inACharsetNobodyReadsSaySo() async throws {
        let server = try TestServer { _ in
            [.answer(headers: ["Content-Type: text/csv; charset=EUC-JP"], body: Self.csv)]
        }
        let error = try await failure(try source(server.url))
        #expect(error.code == .csvMalformed && error.detail.contains("euc-jp") && error.hint.contains("`encoding`"))
        #expect(server.requests.count == 1)
    }

    @Test func mayComeCompressed() async throws {
        let folder = try TemporaryFolder()
        let plain = try folder.write(Self.csv, to: "a.csv")
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-k", plain]
        try gzip.run()
        gzip.waitUntilExit()
        let body = [UInt8](try Data(contentsOf: URL(filePath: "\(plain).gz")))
        let server = try TestServer { _ in [.answer(headers: ["Content-Encoding: gzip"], body: body)] }
        let collector = Collector()
        _ = try await read(try source(server.url), into: collector)
        #expect(collector.rows == Self.rows)
    }

    // MARK: Unchanged

    /// A server that answers as RFC 9110 says, by the validator that stands in `tag` or `modified`.
    private static func conditional(_ tag: @escaping @Sendable () -> String?, modified: String? = nil) throws
        -> TestServer
    {
        try TestServer { request in
            var headers = [Self.date]
            if let tag = tag() { headers.append("ETag: \(tag)") }
            if let modified { headers.append("Last-Modified: \(modified)") }
            let asked = request.header("If-None-Match")
            let opaque = { (tag: String?) in tag.map { $0.hasPrefix("W/") ? String($0.dropFirst(2)) : $0 } }
            let isSame =
                asked != nil
                ? opaque(asked) == opaque(tag()) : modified != nil && request.header("If-Modified-Since") == modified
            return isSame
                ? [
                    .text(
                        "HTTP/1.1 304 Not Modified\r\n\(headers.joined(separator: "\r\n"))\r\nConnection: close\r\n\r\n"
                    )
                ]
                : [.answer(headers: headers, body: Self.csv)]
        }
    }

    @Test(
        arguments: [
            ("\"v1\"", nil), ("W/\"v1\"", nil), (nil, "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("\"\(String(repeating: "x", count: 60))\"", nil), ("W/\"\(String(repeating: "x", count: 60))\"", nil),
        ] as [(String?, String?)])
    func thatAreUnchangedAreNotReadAgain(tag: String?, modified: String?) async throws {
        let server = try Self.conditional({ tag }, modified: modified)
        let source = try source(server.url)
        let version = try #require(try await read(source).fileVersionAfter)
        #expect(version.utf8.count <= 64)
        let collector = Collector()
        let again = try await read(source, known: version, into: collector)
        #expect(again.isUnchanged && again.fileVersionBefore == version && again.fileVersionAfter == version)
        #expect(collector.begun.isEmpty)
        #expect(server.requests.count == 2)
        // Where the rows are not known, nothing is asked on a condition.
        #expect(server.requests[0].headerLines.allSatisfy { !$0.hasPrefix("If-") })
        // The same file with another header row is other rows.
        let other = try await read(source, known: version, headerRow: 2, into: collector)
        #expect(
            !other.isUnchanged && other.fileVersionAfter != version && collector.rows == Array(Self.rows.dropFirst()))
    }

    @Test func thatChangedAreReadAgainOnce() async throws {
        let tag = Mutex("\"v1\"")
        let server = try Self.conditional({ tag.withLock { $0 } })
        let source = try source(server.url)
        let version = try await read(source).fileVersionAfter
        tag.withLock { $0 = "\"v2\"" }
        let collector = Collector()
        let changed = try await read(source, known: version, into: collector)
        #expect(!changed.isUnchanged && changed.fileVersionAfter != version && collector.rows == Self.rows)
        #expect(server.requests.count == 2)
    }

    @Test(arguments: [
        ("Wed, 21 Oct 2015 07:59:01 GMT", date), ("Wed, 21 Oct 2015 07:28:00 GMT", "X-None: 1"), ("yesterday", date),
        ("Wed, 21 Oct 2015 09:00:00 GMT", date),
    ])
    func withADateThatProvesNothingGoByTheirBytes(modified: String, date: String) async throws {
        let body = Mutex(Self.csv)
        let server = try TestServer { _ in
            [.answer(headers: ["Last-Modified: \(modified)", date], body: body.withLock { $0 })]
        }
        let source = try source(server.url)
        let version = try #require(try await read(source).fileVersionAfter)
        let collector = Collector()
        #expect(try await read(source, known: version, into: collector).isUnchanged && collector.begun.isEmpty)
        #expect(server.requests.allSatisfy { $0.header("If-Modified-Since") == nil })
        // The same second, the same length, another label.
        body.withLock { $0 = Array("id,料理\n1,味噌\n2,醬油\n".utf8) }
        let changed = try await read(source, known: version, into: collector)
        #expect(!changed.isUnchanged && collector.rows.last == ["2", "醬油"])
    }

    @Test func whoseServerMixesVersionsUpAreReadWithoutACondition() async throws {
        let server = try TestServer { request in
            request.header("If-None-Match") == nil
                ? [.answer(headers: ["ETag: \"v2\""], body: Self.csv)]
                : [.text("HTTP/1.1 304 Not Modified\r\nETag: \"v2\"\r\nConnection: close\r\n\r\n")]
        }
        let collector = Collector()
        let way = FileVersion.Reading(encoding: nil, headerRow: 1)
        let known = FileVersion(try #require(EntityTag("\"v1\"")), way).text
        let reading = try await read(try source(server.url), known: known, into: collector)
        #expect(!reading.isUnchanged && collector.rows == Self.rows && server.requests.count == 2)
        // "Not modified" where nothing was asked for is no answer at all.
        let senseless = try TestServer { _ in [.text("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")] }
        #expect(try await failure(try source(senseless.url)).code == .malformedAnswer)
    }

    @Test func ofAServerNobodyHereWroteAreAskedForByTheirDate() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.csv, to: "labels.csv")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3_600)], ofItemAtPath: path)
        let python = Process()
        let output = Pipe()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = [
            "python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder.path,
        ]
        python.standardOutput = output
        python.standardError = FileHandle.nullDevice
        try python.run()
        defer { python.terminate() }
        // `Serving HTTP on 127.0.0.1 port 41231 …`
        var told = Data()
        while !told.contains(UInt8(ascii: "(")) {
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the server ended")
            told += more
        }
        let words = String(decoding: told, as: UTF8.self).split(separator: " ")
        let port = try #require(words.firstIndex(of: "port").flatMap { Int(words[$0 + 1]) })
        let source = try source("http://127.0.0.1:\(port)/labels.csv")
        let collector = Collector()
        let version = try #require(try await read(source, into: collector).fileVersionAfter)
        #expect(collector.rows == Self.rows && version.contains("GMT"))
        let again = try await read(source, known: version, into: collector)
        #expect(again.isUnchanged && again.fileVersionAfter == version && collector.begun.count == 1)
        let missing = try await failure(try self.source("http://127.0.0.1:\(port)/none.csv"))
        #expect(missing.code == .spreadsheetNotFound)
    }

    // MARK: Whole or not at all

    @Test func thatAreCutAreAskedForAgainAndNeverHandedOverInPart() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(Self.csv.count)\r\nConnection: close\r\n\r\n"
        let half = Self.csv.dropLast(9)
        let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(half.count, radix: 16))\r\n"
        for cut in [[.text(head), .send(Array(half))], [.text(chunk), .send(Array(half))], [.reset]] as [[ServerStep]] {
            let count = Mutex(0)
            let server = try TestServer { _ in
                count.withLock {
                    $0 += 1; return $0
                } < 3 ? cut : [.answer(body: Self.csv)]
            }
            let collector = Collector()
            _ = try await read(try source(server.url), into: collector)
            #expect(collector.rows == Self.rows && collector.begun.count == 1 && server.requests.count == 3)
            let broken = try TestServer { _ in cut }
            let untouched = Collector()
            let error = try await failure(try source(broken.url, attempts: 2), into: untouched)
            #expect([.cutShort, .unavailable].contains(error.code) && error.retryable)
            #expect(untouched.begun.isEmpty && broken.requests.count == 2)
        }
    }

    @Test func thatEndWithTheConnectionAreBelievedTwiceOnly() async throws {
        let head = "HTTP/1.0 200 OK\r\nContent-Type: text/csv\r\n\r\n"
        let server = try TestServer { _ in [.text(head), .send(Self.csv)] }
        let collector = Collector()
        _ = try await read(try source(server.url), into: collector)
        #expect(collector.rows == Self.rows && collector.begun.count == 1 && server.requests.count == 2)

        let count = Mutex(0)
        let breaking = try TestServer { _ in
            [
                .text(head),
                .send(
                    Array(
                        Self.csv.prefix(
                            8
                                + count.withLock {
                                    $0 += 1; return $0
                                }))),
            ]
        }
        let untouched = Collector()
        let error = try await failure(try source(breaking.url, attempts: 2), into: untouched)
        #expect(error.code == .cutShort && error.hint.contains("Content-Length"))
        #expect(untouched.begun.isEmpty && breaking.requests.count == 4)
    }

    @Test(arguments: ["text/html", "text/html; charset=utf-8", "application/json"])
    func thatAreAPageToSignInAreNoRows(type: String) async throws {
        let server = try TestServer { _ in [.answer(headers: ["Content-Type: \(type)"], body: Self.csv)] }
        let collector = Collector()
        let error = try await failure(try source(server.url), into: collector)
        #expect(error.code == .malformedAnswer && collector.begun.isEmpty && server.requests.count == 3)
    }

    @Test(arguments: [
        (401, SheetError.Code.notShared, 1), (403, .notShared, 1), (404, .spreadsheetNotFound, 1),
        (410, .spreadsheetNotFound, 1),
        (400, .requestRefused, 1), (429, .quotaExceeded, 4), (500, .unavailable, 4), (503, .unavailable, 4),
        (204, .malformedAnswer, 1), (206, .malformedAnswer, 1), (300, .malformedAnswer, 1),
    ])
    func thatAreRefusedSayWhy(status: Int, code: SheetError.Code, calls: Int) async throws {
        let server = try TestServer { _ in [.answer(status, body: status == 204 ? [] : Self.csv)] }
        let collector = Collector()
        let error = try await failure(try source("\(server.url)/a.csv?key=s3cret"), into: collector)
        #expect(error.code == code && error.detail.contains("\(status)") && !error.concernsEverySheet)
        #expect(!error.hint.isEmpty && !"\(error)".contains("s3cret"))
        #expect(collector.begun.isEmpty && server.requests.count == calls)
    }

    @Test func areReadOnceTheServerIsWellAgain() async throws {
        let count = Mutex(0)
        let server = try TestServer { _ in
            switch count.withLock({
                $0 += 1; return $0
            }) {
            case 1: [.answer(500)]
            case 2: [.answer(429, headers: ["Retry-After: 0"])]
            case 3: [.answer(headers: ["Content-Type: text/html"], body: Array("<html>".utf8))]
            default: [.answer(body: Self.csv)]
            }
        }
        let collector = Collector()
        _ = try await read(try source(server.url), into: collector)
        #expect(collector.rows == Self.rows && server.requests.count == 4)
    }

    @Test func endWithTheirConsumersErrorAndAreNotAskedForAgain() async throws {
        struct Full: Error {}
        let server = try TestServer { _ in [.answer(body: Self.csv)] }
        let error = try await failure(try source(server.url), into: Collector { _ in throw Full() })
        #expect(error.code == .consumerStopped && error.underlying is Full && server.requests.count == 1)
    }

    @Test func thatAreCalledOffEndAtOnce() async throws {
        let server = try TestServer { _ in [.hold] }
        let source = try source(server.url)
        let reading = Task { try await failure(source) }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        reading.cancel()
        #expect(try await reading.value.code == .cancelled)
    }

    // MARK: Secrets

    @Test func showTheSecretOfTheFileToTheirServerAlone() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("Bearer s3cret-t0ken\r\n", to: "token")
        let other = try TestServer { _ in [.answer(body: Self.csv)] }
        let target = "http://localhost:\(other.port)/a.csv"
        let server = try TestServer { _ in [.answer(302, headers: ["Location: \(target)"])] }
        let collector = Collector()
        let version = FileVersion(try #require(EntityTag("\"v\"")), .init(encoding: nil, headerRow: 1)).text
        _ = try await read(try source(server.url, authorizationFile: file), known: version, into: collector)
        #expect(server.requests[0].header("Authorization") == "Bearer s3cret-t0ken")
        #expect(other.requests[0].header("Authorization") == nil)
        #expect(other.requests[0].header("If-None-Match") == "\"v\"")
        #expect(collector.rows == Self.rows)

        let refusing = try TestServer { _ in [.answer(403)] }
        let error = try await failure(try source(refusing.url, authorizationFile: file))
        #expect(error.hint.contains("authorization_file") && !"\(error)".contains("s3cret"))
    }

    @Test(arguments: ["", "\n", "token", "Bearer a\nX-Evil: 1", "Bearer é", " Bearer a"])
    func areNotAskedForWithASecretThatIsNone(text: String) async throws {
        let folder = try TemporaryFolder()
        let server = try TestServer { _ in [.answer(body: Self.csv)] }
        let file = try folder.write(text, to: "token")
        let error = try await failure(try source(server.url, authorizationFile: file))
        #expect(error.code == .requestRefused && error.detail.contains(file) && error.hint.contains("Bearer"))
        let missing = try await failure(try source(server.url, authorizationFile: "\(folder.path)/none"))
        #expect(missing.code == .requestRefused && missing.hint.contains("authorization_file"))
        #expect(server.requests.isEmpty)
    }

    // MARK: Addresses

    @Test func addressesAreToldApartByQueriesThatNobodySees() throws {
        let one = try WebAddress("https://data.example/a/labels.csv?sheet=1&key=s3cret")
        let two = try WebAddress("https://data.example/a/labels.csv?sheet=2&key=s3cret")
        #expect(one.name != two.name && one.name.hasPrefix("https://data.example/a/labels.csv?"))
        #expect(!one.name.contains("s3cret") && !one.name.contains("sheet"))
        #expect(try WebAddress("https://data.example/a/labels.csv").name == "https://data.example/a/labels.csv")
        #expect(try WebAddress("https://data.example/%E6%96%99%E7%90%86.csv").title == "料理.csv")
        #expect(try WebAddress("https://data.example/料理.csv").url == "https://data.example/%E6%96%99%E7%90%86.csv")
        #expect(try WebAddress("https://data.example/").title == "data.example")
        #expect(try WebAddress("https://data.example/%1B%5D0.csv").title == "data.example")
        let long = "https://data.example/" + String(repeating: "x", count: 900)
        let names = try [WebAddress(long + "1").name, WebAddress(long + "2").name]
        #expect(names[0] != names[1] && names.allSatisfy { $0.utf8.count <= 600 })
        #expect(try WebAddress("http://data.example/").isOpenToEavesdroppers)
        for safe in ["https://data.example/", "http://127.0.0.1:80/", "http://localhost/", "http://[::1]/a"] {
            #expect(try !WebAddress(safe).isOpenToEavesdroppers)
        }
    }

    @Test(arguments: [
        "", "labels.csv", "/labels.csv", "ftp://data.example/a", "https://", "file:///etc/passwd",
        "https://user:s3cret@data.example/a", "https://s3cret@data.example/a", "https://data.example/a#s3cret",
    ])
    func addressesThatAreNoneSayWhatIsMeant(text: String) {
        let mistake = #expect(throws: WebAddress.Mistake.self) { try WebAddress(text) }
        #expect(mistake?.description.isEmpty == false && mistake?.description.contains("s3cret") == false)
    }

    @Test(arguments: ["abc", "W/abc", "\"a\"b\"", "\"a b\"", "\"é\"", "\"", ""])
    func tagsThatCouldNotBeSentBackAreNone(text: String) {
        #expect(EntityTag(text) == nil)
    }
}
