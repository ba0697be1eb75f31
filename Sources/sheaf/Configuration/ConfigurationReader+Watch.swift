import Foundation
import LabelSchema

extension ConfigurationReader {
    /// Reads `google.watch`: when `sheaf watch` runs, and where notices come from.
    func watch(_ google: YAMLMapping?, isStandIn: Bool) -> WatchSettings {
        var settings = WatchSettings()
        guard let watch = google?.mapping("watch", keys: ["address", "listen", "every", "channel_lifetime"]) else {
            return settings
        }
        settings.every = watch.duration("every", default: settings.every)
        if settings.every < .seconds(1) {
            collector.note("`google.watch.every` must be at least 1s", at: watch["every"])
        }
        guard watch["address"] != nil else {
            for key in ["listen", "channel_lifetime"] where watch[key] != nil {
                collector.note(
                    "`google.watch.\(key)` is of no use without `google.watch.address`, the https address that Google "
                        + "posts its notices to", at: watch[key])
            }
            return settings
        }
        let place = listen(watch)
        guard let address = watch.text("address"), let path = path(of: address, watch, isStandIn) else {
            return settings
        }
        settings.push = PushSettings(
            address: address, path: path, host: place.host, port: place.port,
            channelLifetime: channelLifetime(watch, isStandIn))
        return settings
    }

    /// The path of the address; `nil` after noting what is wrong with it.
    private func path(of address: String, _ watch: YAMLMapping, _ isStandIn: Bool) -> String? {
        let node = watch["address"]
        let url = URL(string: address)
        guard let url, let host = url.host(), !host.isEmpty, ["http", "https"].contains(url.scheme ?? "") else {
            collector.note(
                "`google.watch.address` must be an address such as https://labels.example/notices", at: node)
            return nil
        }
        if url.scheme != "https", !isStandIn {
            collector.note("`google.watch.address` must begin with https://, since Google posts to no other", at: node)
        }
        if url.user() != nil || url.query() != nil || url.fragment() != nil {
            collector.note(
                "`google.watch.address` must have no user, no query and no fragment: each channel has a secret of its "
                    + "own", at: node)
        }
        let path = url.path(percentEncoded: true)
        if path == "/healthz" {
            collector.note(
                "`google.watch.address` must have another path than /healthz, which tells its health", at: node)
        }
        return path.isEmpty ? "/" : path
    }

    private func listen(_ watch: YAMLMapping) -> (host: String, port: Int) {
        let usual = (host: "127.0.0.1", port: 8791)
        guard let text = watch.text("listen") else { return usual }
        guard let place = Self.place(text) else {
            collector.note(
                "`google.watch.listen` must be host and port, such as 127.0.0.1:8791 or [::1]:8791", at: watch["listen"]
            )
            return usual
        }
        return place
    }

    /// A day unless told otherwise, and a week at most, as Google has it.
    private func channelLifetime(_ watch: YAMLMapping, _ isStandIn: Bool) -> Duration {
        let lifetime = watch.duration("channel_lifetime", default: .seconds(24 * 3_600))
        // A new channel takes a minute at worst to be taken for good.
        let least = Duration.seconds(isStandIn ? 1 : 10 * 60)
        if lifetime < least || lifetime > .seconds(7 * 24 * 3_600) {
            collector.note(
                "`google.watch.channel_lifetime` must be from \(isStandIn ? "1s" : "10m") to 7d",
                at: watch["channel_lifetime"])
        }
        return lifetime
    }
}
