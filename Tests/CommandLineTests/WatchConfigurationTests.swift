import Testing

@testable import sheaf

/// `google.watch` in `sheaf.yaml`: what it means, and every mistake with its line.
@Suite struct WatchConfigurationTests {
    private static func read(_ watch: String, endpoint: String = "") throws -> WatchSettings {
        let text = """
            store: mysql://sheaf@localhost/labels
            google:
            \(endpoint.isEmpty ? "" : "  endpoint: \(endpoint)\n")  watch: \(watch)
            datasets:
              dish: { schema: dish.yaml, sheets: [{ spreadsheet: s1 }] }
            """
        return try ConfigurationReader.read(text, file: "/somewhere/sheaf.yaml").google.watch
    }

    @Test func whatIsLeftOutHasADefault() throws {
        #expect(try Self.read("{}") == WatchSettings(every: .seconds(600), push: nil))
        #expect(try Self.read("{ every: 1h }") == WatchSettings(every: .seconds(3_600), push: nil))
        let push = try #require(try Self.read("{ address: 'https://labels.example' }").push)
        #expect(
            push
                == PushSettings(
                    address: "https://labels.example", path: "/", host: "127.0.0.1", port: 8791,
                    channelLifetime: .seconds(86_400)))
    }

    @Test func everythingCanBeSaid() throws {
        let push = try Self.read(
            "{ address: 'https://labels.example/通知', listen: '[::1]:9000', channel_lifetime: 7d }"
        ).push
        #expect(push?.host == "::1")
        #expect(push?.port == 9_000)
        #expect(push?.path == "/%E9%80%9A%E7%9F%A5")
        #expect(push?.channelLifetime == .seconds(7 * 86_400))
        // A stand-in posts by http too, and in a test there is no time.
        let local = try Self.read(
            "{ address: 'http://127.0.0.1:1/n', channel_lifetime: 5s }", endpoint: "http://127.0.0.1:8790")
        #expect(local.push?.channelLifetime == .seconds(5))
    }

    @Test(arguments: [
        ("{ adress: 'https://a.example/' }", "did you mean `address`?"),
        ("{ address: labels.example }", "must be an address such as https://labels.example/notices"),
        ("{ address: 'http://labels.example/' }", "must begin with https://"),
        ("{ address: 'https://me:secret@labels.example/' }", "must have no user"),
        ("{ address: 'https://labels.example/?key=1' }", "must have no user, no query"),
        ("{ address: 'https://labels.example/healthz' }", "another path than /healthz"),
        ("{ listen: '127.0.0.1:1' }", "of no use without `google.watch.address`"),
        ("{ address: 'https://a.example/', listen: 8791 }", "must be host and port"),
        ("{ address: 'https://a.example/', listen: '::1:8791' }", "must be host and port"),
        ("{ address: 'https://a.example/', listen: 'a:99999' }", "must be host and port"),
        ("{ every: 0s }", "`google.watch.every` must be at least 1s"),
        ("{ every: often }", "must be a duration"),
        ("{ address: 'https://a.example/', channel_lifetime: 8d }", "must be from 10m to 7d"),
        ("{ address: 'https://a.example/', channel_lifetime: 5s }", "must be from 10m to 7d"),
        ("often", "must be a mapping"),
    ])
    func everyMistakeIsToldWithItsLine(_ watch: String, _ text: String) throws {
        do {
            _ = try Self.read(watch)
            Issue.record("\(watch) was taken")
        } catch let mistakes as ConfigurationMistakes {
            #expect(mistakes.mistakes.count == 1, "\(mistakes)")
            #expect(mistakes.description.contains(text), "\(mistakes)")
            #expect(mistakes.mistakes.first?.line == 3)
            #expect(!mistakes.description.contains("secret@"))
        }
    }
}
