package import Foundation
package import Logging

/// How an emulator runs.
package struct EmulatorConfiguration: Sendable {
    /// The address to listen on.
    ///
    /// The control endpoint and the page ask for no sign-in, so keep it local.
    package var host = "127.0.0.1"
    /// The port; 0 takes any free one.
    package var port = 0
    /// Seconds that an access token lives.
    package var tokenLifetime = 3599
    /// The clock, for tests of expiry.
    package var now: @Sendable () -> Date = { Date() }
    /// Called with the API method's name before each request is answered, for an edit at an exact moment.
    package var onRequest: @Sendable (String) -> Void = { _ in }
    /// Whether answers are compressed for clients that accept gzip and, as Google asks, say `gzip` in their user agent.
    package var compresses = true
    /// How many calls an account, and all of them together, have a minute; nil leaves them without limits.
    package var quota: EmulatorQuota?
    /// How long after a change Drive's feed and its push messages tell of it.
    ///
    /// For real spreadsheets some three minutes are usual.
    package var noticeDelay: Duration = .zero
    /// How late every answer comes.
    package var latency: Duration = .zero
    /// Whether push messages go to `https` addresses only, as Google insists; off, so that a test can listen by `http`.
    package var pushNeedsHTTPS = false
    package var logger = Logger(label: "sheaf-emulator")

    /// The defaults: 127.0.0.1, any free port, tokens for an hour.
    package init() {}
}

/// Google's quota, or a smaller one for a test.
///
/// It is refilled each minute of the emulator's clock. All accounts of an emulator are one project.
package struct EmulatorQuota: Sendable, Equatable {
    /// Reads of spreadsheets, a minute and an account; a batch counts once.
    package var readsPerMinute: Int
    /// Writes to spreadsheets, a minute and an account.
    package var writesPerMinute: Int
    /// Reads of spreadsheets, a minute, of all accounts together.
    package var projectReadsPerMinute: Int
    /// Writes to spreadsheets, a minute, of all accounts together.
    package var projectWritesPerMinute: Int
    /// Calls of Drive, a minute and an account.
    package var driveCallsPerMinute: Int

    /// A quota; the defaults are Google's.
    package init(
        readsPerMinute: Int = 60, writesPerMinute: Int = 60, projectReadsPerMinute: Int = 300,
        projectWritesPerMinute: Int = 300, driveCallsPerMinute: Int = 12_000
    ) {
        self.readsPerMinute = readsPerMinute
        self.writesPerMinute = writesPerMinute
        self.projectReadsPerMinute = projectReadsPerMinute
        self.projectWritesPerMinute = projectWritesPerMinute
        self.driveCallsPerMinute = driveCallsPerMinute
    }
}
