import Foundation
import LabelServer

/// How `sheaf serve` serves.
struct ServeSettings: Sendable {
    var server = APIServer.Settings()
    /// To the database, at most.
    var connections = 8

    /// Whether nobody but this machine can reach a host.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}

extension ConfigurationReader {
    private static let serveKeys = [
        "listen", "address", "behind_proxy", "requests_per_minute", "failures_per_minute", "streams", "connections",
        "write_timeout", "drain",
    ]

    /// Reads `serve`: where `sheaf serve` listens, and what it allows.
    func serve(_ root: YAMLMapping) -> ServeSettings {
        var settings = ServeSettings()
        guard let serve = root.mapping("serve", keys: Self.serveKeys) else { return settings }
        if let text = serve.text("listen") {
            if let place = Self.place(text) {
                (settings.server.host, settings.server.port) = place
            } else {
                collector.note(
                    "`serve.listen` must be host and port, such as 127.0.0.1:8780 or [::1]:8780", at: serve["listen"])
            }
        }
        if let address = serve.text("address") {
            settings.server.address = publicAddress(address, serve)
        }
        settings.server.trustsForwarded = serve.flag("behind_proxy", default: false)
        if let number = serve.number("requests_per_minute", in: 1...1_000_000) {
            settings.server.limits.requestsPerMinute = number
        }
        if let number = serve.number("failures_per_minute", in: 1...1_000_000) {
            settings.server.limits.failuresPerMinute = number
        }
        settings.server.maximumStreams = serve.number("streams", in: 1...1_000) ?? settings.server.maximumStreams
        settings.connections = serve.number("connections", in: 1...200) ?? settings.connections
        settings.server.writeTimeout = bounded("write_timeout", serve, default: settings.server.writeTimeout)
        settings.server.drain = bounded("drain", serve, default: settings.server.drain)
        return settings
    }

    /// From a second to an hour.
    private func bounded(_ key: String, _ serve: YAMLMapping, default usual: Duration) -> Duration {
        let duration = serve.duration(key, default: usual)
        if duration < .seconds(1) || duration > .seconds(3_600) {
            collector.note("`serve.\(key)` must be from 1s to 1h", at: serve[key])
        }
        return duration
    }

    private func publicAddress(_ text: String, _ serve: YAMLMapping) -> String? {
        guard let url = URL(string: text), let host = url.host(), !host.isEmpty,
            ["http", "https"].contains(url.scheme ?? ""), url.user() == nil, url.query() == nil, url.fragment() == nil
        else {
            collector.note(
                "`serve.address` must be the address that others know the server by, such as https://labels.example, "
                    + "with no user, no query and no fragment", at: serve["address"])
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// A host and a port: `127.0.0.1:8780` or `[::1]:8780`.
    static func place(_ text: String) -> (host: String, port: Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var host = parts.dropLast().joined(separator: ":")
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        guard let port = parts.last.flatMap({ Int($0) }), (0...65_535).contains(port), !host.isEmpty,
            isBracketed == host.contains(":"), host.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") })
        else { return nil }
        return (host, port)
    }
}
