import Foundation
import TestSupport
import Testing

@testable import ObjectStorage

@Suite struct PresignedURLTests {
    private struct Case: Codable {
        var bucket: String
        var key: String
        var region = "eu-central-1"
        var access = ObjectStore.accessKey
        var secret = ObjectStore.secretKey
        var token: String?
        var now: Int64
        var expires: Int
        var endpoint: String?
        var style: String
    }

    /// Amazon's own client would sign the same.
    @Test(.enabled(if: ObjectStoreServer.shared != nil, "\(ObjectStoreServer.reason)"))
    func theyAreThoseOfBotocore() async throws {
        var cases: [Case] = []
        for (index, key) in oddKeys.enumerated() {
            let now = 1_700_000_000 + Int64(index) * 7_654_321
            cases.append(Case(bucket: "sheaf-tests", key: key, now: now, expires: 1 + index, style: "virtual"))
            cases.append(
                Case(
                    bucket: "sheaf.tests", key: key, region: "cn-north-1", token: ObjectStore.sessionToken, now: now,
                    expires: 604_800, style: "path"))
            cases.append(
                Case(
                    bucket: "sheaf-tests", key: key, now: now, expires: 60,
                    endpoint: ["http://127.0.0.1:9000", "https://store.example:443/base/", "http://[::1]:80"][
                        index % 3],
                    style: "path"))
        }
        let lines = try await PythonScript("presigned-check.py", environment: "object-store").run(
            input: String(decoding: try JSONEncoder().encode(cases), as: UTF8.self))
        try #require(lines.count == cases.count)
        for (line, one) in zip(lines, cases) {
            let theirs = try JSONDecoder().decode(String.self, from: Data(line.utf8))
            var configuration = try ObjectStoreConfiguration(
                region: one.region,
                credentials: ObjectStoreCredentials(
                    accessKey: one.access, secretKey: one.secret, sessionToken: one.token), endpoint: one.endpoint)
            configuration.addressing = one.style == "path" ? .path : .virtualHost
            let ours = try ObjectStore(bucket: one.bucket, configuration: configuration).presignedURL(
                one.key, expires: .seconds(one.expires), now: one.now)
            #expect(Self.parts(ours) == Self.parts(theirs), "\(one.key)")
        }
    }

    /// What stands before the query, without a port that goes without saying, and its members in one order.
    private static func parts(_ url: String) -> [String] {
        let halves = url.split(separator: "?", maxSplits: 1).map(String.init)
        return [halves[0].replacing(":443/", with: "/").replacing(":80/", with: "/")]
            + (halves.last ?? "").split(separator: "&").map(String.init).sorted()
    }

    @Test(arguments: [0, -1, 604_801]) func noAddressIsGoodForLongerThanAWeek(_ seconds: Int) async throws {
        let store = try ObjectStore.at("http://127.0.0.1:1")
        let error = try await storageFailure { _ = try store.presignedURL("k", expires: .seconds(seconds)) }
        #expect(error.code == .invalid && error.hint.contains("7 days"))
    }

    @Test(arguments: ["", "../other", "a/../b", "a/..", String(repeating: "x", count: 1_025), "nul\0"])
    func whatCannotBeAskedForIsNotSigned(_ key: String) async throws {
        let store = try ObjectStore.at("http://127.0.0.1:1")
        let error = try await storageFailure { _ = try store.presignedURL(key, expires: .seconds(1)) }
        #expect(error.code == .invalid)
        let put = try await storageFailure { try await store.put(key, []) }
        #expect(put.code == .invalid)
    }

    @Test(
        arguments: [
            (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
            (1_709_164_800, "20240229T000000Z"), (4_107_542_399, "21000228T235959Z"),
            (4_107_542_400, "21000301T000000Z"),
            (1_767_225_599, "20251231T235959Z"),
        ] as [(Int64, String)])
    func aTimeIsThatOfTheCalendar(_ seconds: Int64, _ text: String) {
        #expect(SignatureTime(secondsSince1970: seconds).text == text)
    }
}
