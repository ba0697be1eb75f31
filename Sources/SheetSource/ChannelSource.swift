/// A channel to be opened: where its messages go, and what they have to carry.
package struct ChannelRequest: Sendable {
    /// A name for it that was never used before.
    package let id: String
    /// The secret that comes back with each message.
    package let token: String
    /// Where messages are posted to.
    package let address: String
    /// How long it is asked to live; the source may allow less.
    package let lifetime: Duration
    /// The place in the list of changes from which on it tells.
    package let since: String

    package init(id: String, token: String, address: String, lifetime: Duration, since: String) {
        (self.id, self.token, self.address) = (id, token, address)
        (self.lifetime, self.since) = (lifetime, since)
    }
}

/// What a source says of a channel that it has opened.
package struct OpenedChannel: Sendable, Equatable {
    /// What has to be given, beside its id, to stop it.
    package let resourceID: String
    /// How long it will live.
    package let lifetime: Duration

    package init(resourceID: String, lifetime: Duration) {
        self.resourceID = resourceID
        self.lifetime = lifetime
    }
}

/// Why a channel was not opened.
package struct ChannelFailure: Error, Sendable {
    package let cause: SheetError
    /// Whether it may be open all the same: it was asked for, and the answer was lost or is no answer.
    package let mayBeOpen: Bool

    package init(cause: SheetError, mayBeOpen: Bool) {
        self.cause = cause
        self.mayBeOpen = mayBeOpen
    }
}

/// A source that tells by messages that its list of changes has grown.
package protocol ChannelSource: ChangeSource {
    /// Opens a channel, in one attempt: a second one needs another id.
    func open(_ channel: ChannelRequest) async throws(ChannelFailure) -> OpenedChannel

    /// Stops a channel.
    ///
    /// - Returns: `false` if there is no such channel (any more).
    func stopChannel(id: String, resourceID: String) async throws(SheetError) -> Bool
}
