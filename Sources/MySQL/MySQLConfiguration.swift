/// Where the database is and how to reach it.
///
/// Read from `mysql://user@host:3306/database?ssl-mode=verify_identity&ssl-ca=/path`, or with `?socket=/path` for a
/// Unix socket. The password never stands in the URL.
package struct MySQLConfiguration: Sendable {
    /// How strictly TLS is asked for, in rising order.
    package enum TLSMode: String, Sendable, CaseIterable {
        case disabled
        case preferred
        case required
        /// With MariaDB's client library the same as `verifyIdentity`, which it cannot separate.
        case verifyCA = "verify_ca"
        case verifyIdentity = "verify_identity"
    }

    /// How `insert` sends its rows.
    package enum InsertMode: Sendable {
        /// Array binding where library and server have it, else multi-row statements.
        case automatic
        /// Always multi-row statements.
        case multiRow
    }

    package var user: String
    package var password: String?
    /// The host of a TCP connection; not used when there is a socket.
    package var host: String
    package var port: Int
    package var socket: String?
    /// The default database of the session.
    package var database: String?
    package var tlsMode: TLSMode
    package var tlsAuthorityFile: String?
    package var tlsCertificateFile: String?
    package var tlsKeyFile: String?
    /// Seconds until an attempt to connect is given up.
    package var connectTimeout = 10
    /// Seconds that the server may take to send something: also the longest that one statement may run silently.
    package var readTimeout = 900
    /// Seconds that the server may take to accept what is sent.
    package var writeTimeout = 120
    /// Seconds that a statement waits for a row lock.
    package var lockWaitTimeout = 20
    package var insertMode = InsertMode.automatic

    /// Reads a store URL.
    ///
    /// - Parameters:
    ///   - url: `mysql://` or `mariadb://`, percent-encoded where needed.
    ///   - password: the password, from wherever secrets are kept.
    /// - Throws: `MySQLError` of kind `invalidURL` that says which part is wrong; the URL itself is not quoted.
    package init(url: String, password: String?) throws(MySQLError) {
        let parts = try StoreURL(url)
        user = parts.user
        self.password = password
        host = parts.host
        port = parts.port ?? 3306
        database = parts.database
        tlsMode = .disabled
        var chosenMode: TLSMode?
        for (name, value) in parts.parameters {
            switch name {
            case "socket": socket = value
            case "ssl-mode", "ssl_mode": chosenMode = try Self.tlsMode(value)
            case "ssl-ca", "ssl_ca": tlsAuthorityFile = value
            case "ssl-cert", "ssl_cert": tlsCertificateFile = value
            case "ssl-key", "ssl_key": tlsKeyFile = value
            case "connect-timeout": connectTimeout = try Self.seconds(name, value)
            case "read-timeout": readTimeout = try Self.seconds(name, value)
            case "write-timeout": writeTimeout = try Self.seconds(name, value)
            case "lock-wait-timeout": lockWaitTimeout = try Self.seconds(name, value)
            default:
                throw StoreURL.mistake(
                    "unknown parameter '\(name)'; there are socket, ssl-mode, ssl-ca, ssl-cert, ssl-key, "
                        + "connect-timeout, read-timeout, write-timeout and lock-wait-timeout")
            }
        }
        tlsMode = chosenMode ?? (isLocal ? .disabled : .verifyIdentity)
    }

    /// Whether nothing leaves this machine: a socket, or a loopback address.
    package var isLocal: Bool {
        socket != nil || host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func tlsMode(_ value: String) throws(MySQLError) -> TLSMode {
        var normal = ""
        for character in value.lowercased() { normal.append(character == "-" ? "_" : character) }
        guard let mode = TLSMode(rawValue: normal) else {
            let known = TLSMode.allCases.map(\.rawValue).joined(separator: ", ")
            throw StoreURL.mistake("ssl-mode is none of \(known)")
        }
        return mode
    }

    private static func seconds(_ name: String, _ value: String) throws(MySQLError) -> Int {
        guard let seconds = Int(value), (1...86_400).contains(seconds) else {
            throw StoreURL.mistake("\(name) is to be a number of seconds from 1 to 86400")
        }
        return seconds
    }
}

extension MySQLConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// User, place and database; never the password.
    package var description: String {
        let place = socket.map { "socket \($0)" } ?? "\(host):\(port)"
        return "\(user)@\(place)/\(database ?? "")"
    }

    /// The same: a dump must not show the password either.
    package var debugDescription: String { description }

    /// Nothing but the description.
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
