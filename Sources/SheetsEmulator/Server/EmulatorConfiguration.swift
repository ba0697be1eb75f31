package import Foundation
package import Logging

/// How an emulator runs.
package struct EmulatorConfiguration: Sendable {
    /// The address to listen on. The control endpoint and the page ask for no sign-in, so keep it local.
    package var host = "127.0.0.1"
    /// The port; 0 takes any free one.
    package var port = 0
    /// Seconds that an access token lives.
    package var tokenLifetime = 3599
    /// The clock, for tests of expiry.
    package var now: @Sendable () -> Date = { Date() }
    /// Called with the API method's name before each request is answered, for an edit at an exact moment.
    package var onRequest: @Sendable (String) -> Void = { _ in }
    package var logger = Logger(label: "sheaf-emulator")

    /// The defaults: 127.0.0.1, any free port, tokens for an hour.
    package init() {}
}
