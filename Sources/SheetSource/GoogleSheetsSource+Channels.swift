internal import HTTPTransfer

/// Drive's push channels on the list of changes.
///
/// A channel is opened by a single attempt. Where that may have been carried out although it was answered with an error,
/// or with nothing, asking for the same once more would be refused, since an id is good for one channel ever: whoever
/// asks again takes a fresh id.
extension GoogleSheetsSource: ChannelSource {
    private static let timeout = Duration.seconds(30)

    package func open(_ channel: ChannelRequest) async throws(ChannelFailure) -> OpenedChannel {
        let now = secondsSince1970()
        let query = formEncoded([
            "pageToken": channel.since, "supportsAllDrives": "true", "includeItemsFromAllDrives": "true",
            "includeRemoved": "true", "prettyPrint": "false",
        ])
        let order = ChannelOrder(
            id: channel.id, type: "web_hook", address: channel.address, token: channel.token,
            expiration: String((now + channel.lifetime.components.seconds) * 1_000))
        var once = RetryPolicy()
        once.maximumAttempts = 1
        do throws(SheetError) {
            let call = GoogleCaller.Call(
                service: .drive, url: "\(configuration.driveBase)/drive/v3/changes/watch?\(query)",
                label: "open a channel for notices", body: encodeJSON(order) ?? [], timeout: Self.timeout)
            let answer = try await caller.json(ChannelFacts.self, call, policy: once)
            // Where it does not say, it is the shortest that Google documents.
            let lifetime = answer.expiration.flatMap { Int64($0) }.map { Duration.milliseconds($0 - now * 1_000) }
            return OpenedChannel(resourceID: answer.resourceId, lifetime: lifetime ?? .seconds(3_600))
        } catch {
            throw ChannelFailure(cause: error.onChannels, mayBeOpen: error.mayHaveBeenCarriedOut)
        }
    }

    package func stopChannel(id: String, resourceID: String) async throws(SheetError) -> Bool {
        var policy = RetryPolicy()
        policy.maximumAttempts = 3
        policy.deadline = .seconds(10)
        do throws(SheetError) {
            let call = GoogleCaller.Call(
                service: .drive, url: "\(configuration.driveBase)/drive/v3/channels/stop",
                label: "stop a channel", body: encodeJSON(ChannelStop(id: id, resourceId: resourceID)) ?? [],
                timeout: Self.timeout)
            try await caller.perform(call, policy: policy)
            return true
        } catch {
            guard error.code == .spreadsheetNotFound else { throw error.onChannels }
            return false
        }
    }
}

/// The body of `changes.watch`.
private struct ChannelOrder: Encodable {
    let id: String
    let type: String
    let address: String
    let token: String
    /// Milliseconds since 1970, as a string: how Google writes an int64.
    let expiration: String
}

/// The body of `channels.stop`.
private struct ChannelStop: Encodable {
    let id: String
    let resourceId: String
}

/// What `changes.watch` answers.
private struct ChannelFacts: Decodable, Sendable {
    let resourceId: String
    let expiration: String?
}

extension SheetError {
    /// Whether a write that ended so may have been carried out.
    var mayHaveBeenCarriedOut: Bool {
        switch code {
        case .unavailable, .cutShort, .malformedAnswer, .cancelled: true
        default: false
        }
    }

    /// The same error, with what to do where channels are concerned and not sheets.
    fileprivate var onChannels: SheetError {
        switch code {
        case .notShared, .requestRefused:
            SheetError(
                code, detail,
                hint: "check google.watch.address: it must be https, with a certificate that everyone trusts; where "
                    + "Google calls it unauthorized, verify its domain and add it to the service account's project")
        default: self
        }
    }
}
