internal import Foundation
package import MySQL

/// A private MariaDB to which a test may do what it would not do to the one that all tests share: stop it, kill it, set
/// its clock.
package final class OwnServer: Sendable {
    /// The server as such, with no default database.
    package let configuration: MySQLConfiguration
    private let folder: String
    private let options: [String]
    private let clock: Bool

    /// Starts one; it ends with the test process.
    ///
    /// - Parameters:
    ///   - clock: its clock can be set.
    ///   - options: further options of `mariadbd`.
    /// - Throws: if it does not start.
    package init(clock: Bool = false, options: [String] = []) throws {
        (self.clock, self.options) = (clock, options)
        let (url, folder) = try PrivateServer.start(list: Self.arguments(clock, options))
        self.folder = folder
        configuration = try MySQLConfiguration(url: url, password: nil)
    }

    /// Sets its clock, such as to `+1h` or `-1y` of the true time.
    package func setClock(_ offset: String) throws {
        // Moved into place: the server may read at any moment.
        try "\(offset)\n".write(toFile: "\(folder)/clock", atomically: true, encoding: .utf8)
    }

    /// Ends it as a crash does.
    package func kill() throws { try PrivateServer.run(["kill", folder]) }

    /// Ends it in good order, as for an update.
    package func stop() throws { try PrivateServer.run(["stop", folder]) }

    /// Starts it again, with what it holds; with other options, if there are some.
    package func start(options other: [String]? = nil) throws {
        try PrivateServer.run(["start", folder, "--fast"] + Self.arguments(clock, other ?? options))
    }

    private static func arguments(_ clock: Bool, _ options: [String]) -> [String] {
        (clock ? ["--clock"] : []) + (options.isEmpty ? [] : ["--"] + options)
    }

    /// Ends it and deletes what it holds.
    package func remove() throws { try PrivateServer.run(["remove", folder]) }
}
