/// What holds for every transfer of one client.
///
/// The certificate of an `https://` server and its name are always verified; there is no switch for that.
package struct HTTPConfiguration: Sendable {
    /// How the client names itself.
    ///
    /// Google compresses answers only for agents whose name contains `gzip`.
    package var userAgent = "sheaf (gzip)"
    /// How long it may take to find, reach and greet the server.
    package var connectTimeout: Duration = .seconds(10)
    /// How long one transfer may take from beginning to end, redirects and pauses included.
    package var totalTimeout: Duration = .seconds(180)
    /// How long a transfer may stand still once its answer, or its upload, has begun.
    ///
    /// The wait for the answer to begin is bounded by `totalTimeout` alone: a server that reads a large sheet for a
    /// minute before its first byte is at work, not dead. A transfer that is paused because its reader is slow does
    /// not count as standing still.
    package var stallTimeout: Duration = .seconds(30)
    /// How many redirects a GET or HEAD follows before it is an error; 0 hands every redirect to the caller.
    package var maximumRedirects = 5
    /// A PEM file of the authorities to trust, instead of those of the system.
    package var certificateAuthorityFile: String?
    /// How many bytes, after decompression, `HTTPClient.send(_:)` collects at most.
    package var maximumBufferedBody = 64 << 20
    /// How many bytes a streamed body may run ahead of its reader before the transfer is paused.
    package var streamBuffer = 1 << 20

    /// The defaults, for the caller to change.
    package init() {}
}
