/// What went wrong between Sheaf and the database.
package struct MySQLError: Error, Sendable, Hashable {
    /// What a caller decides by.
    ///
    /// The raw value is stable.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case connectFailed
        case tlsFailed
        case accessDenied
        case unknownDatabase
        case lostConnection
        /// The connection broke while COMMIT was under way: the transaction may or may not have been committed.
        case commitOutcomeUnknown
        case deadlock
        case lockWaitTimeout
        /// A Galera node that is not ready, a write conflict, a failover: the transaction is to be run again.
        case clusterConflict
        case duplicateKey
        case foreignKey
        case constraint
        case readOnly
        case tooManyConnections
        case diskFull
        case packetTooLarge
        case dataTooLong
        case invalidValue
        case noSuchTable
        case syntax
        case cancelled
        case statementTimeout
        case typeMismatch
        case closed
        case invalidURL
        case other
    }

    /// The server's or the client library's number; 0 for what this module found itself.
    package let number: UInt32
    /// The five characters of SQLSTATE, `HY000` where there is nothing better.
    package let sqlState: String
    /// What the server said, without values of parameters or cells.
    package let message: String
    /// What a caller decides by.
    package let kind: Kind

    /// An error that this module found itself.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
        number = 0
        sqlState = "HY000"
    }

    /// An error of the server or of the client library.
    ///
    /// Quoted values are taken out of the message, so that no cell text reaches a log.
    package init(number: UInt32, sqlState: String, message: String) {
        self.number = number
        self.sqlState = sqlState
        self.message = ServerMessage.withoutValues(message, number: number)
        kind = Kind(number: number, sqlState: sqlState)
    }

    private init(kind: Kind, like other: MySQLError) {
        self.kind = kind
        number = other.number
        sqlState = other.sqlState
        message = other.message
    }

    /// The same error under another kind.
    func with(kind: Kind) -> MySQLError { MySQLError(kind: kind, like: self) }

    /// Whether the whole transaction may be run again with a hope of success.
    package var isRetryable: Bool {
        switch kind {
        case .deadlock, .lockWaitTimeout, .clusterConflict, .lostConnection, .connectFailed, .tooManyConnections,
            .commitOutcomeUnknown:
            true
        default: false
        }
    }

    /// Whether the connection is of no more use.
    var endsConnection: Bool {
        switch kind {
        // A node that has lost its cluster: the next connection may find one that has not.
        case .clusterConflict: number == 1047
        // A server that turned read-only is the old writer after a failover: the next connection finds the new one.
        case .lostConnection, .commitOutcomeUnknown, .closed, .connectFailed, .tlsFailed, .readOnly: true
        default: false
        }
    }

    /// What to do about it, where there is something to say.
    package var hint: String? {
        switch kind {
        case .connectFailed: "check that the database runs, and host, port and socket in the store URL"
        case .tlsFailed: "check ssl-mode and ssl-ca in the store URL, and the server's certificate"
        case .accessDenied: "check the user in the store URL, its password and its grants"
        case .unknownDatabase: "create the database, or correct its name in the store URL"
        case .lostConnection: "the server went away or a network time-out was reached; it is safe to run again"
        case .commitOutcomeUnknown: "the transaction may have been committed; look before running it again"
        case .clusterConflict where number == 1047:
            "this node of the cluster has lost the others, or is still joining; look at its wsrep_cluster_status, or "
                + "point the store URL at another node"
        case .deadlock, .lockWaitTimeout, .clusterConflict: "another transaction was in the way; run it again"
        case .readOnly: "the server takes no writes; point the store URL at the writer"
        case .tooManyConnections: "raise max_connections, or run fewer workers"
        case .diskFull: "free disk space on the database server"
        case .packetTooLarge: "raise max_allowed_packet on the server"
        case .statementTimeout: "raise the server's limit on a statement's time"
        case .closed: "the connection or pool was closed before this call"
        case .other where number == 2014: "a statement was run inside forEachRow's body; read the rows first"
        default: nil
        }
    }
}

extension MySQLError: CustomStringConvertible {
    /// One line: kind, number, message, hint.
    package var description: String {
        var text = "MySQL \(kind.rawValue)"
        if number != 0 { text += " (\(number), \(sqlState))" }
        text += ": \(message)"
        if let hint { text += " (hint: \(hint))" }
        return text
    }
}

extension MySQLError.Kind {
    /// Classifies a number of MariaDB, MySQL, Galera, Aurora, TiDB or of the client library.
    init(number: UInt32, sqlState: String) {
        self = Self.byNumber[number] ?? (sqlState.hasPrefix("08") ? .lostConnection : .other)
    }

    private static let byNumber: [UInt32: Self] = {
        let groups: [(Self, [UInt32])] = [
            (.connectFailed, [2001, 2002, 2003, 2004, 2005, 2007, 2009, 2012, 1129, 1130]),
            (.tlsFailed, [2026, 3159]),
            (.accessDenied, [1044, 1045, 1142, 1143, 1227, 1370, 1698, 2049, 2058, 2059, 2061]),
            (.unknownDatabase, [1049, 1046]),
            // Beside the client's own: shut-down, killed connections, and packets that broke off.
            (
                .lostConnection,
                [2006, 2013, 2055, 1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031]
            ),
            (.deadlock, [1213, 1614]),
            (.lockWaitTimeout, [1205, 3572]),
            // 1047: Galera node not ready; 1020: the row changed since the snapshot; 3101: group replication;
            // 8002, 8022, 8028, 9007: TiDB.
            (.clusterConflict, [1047, 1020, 1180, 1637, 3101, 8002, 8022, 8028, 9007]),
            (.duplicateKey, [1022, 1062, 1169, 1586, 1859]),
            (.foreignKey, [1216, 1217, 1451, 1452]),
            (.constraint, [3819, 4025, 1048, 1364]),
            (.readOnly, [1290, 1792, 1836]),
            (.tooManyConnections, [1040, 1203, 1226]),
            (.diskFull, [1021, 1114, 1041, 1026]),
            (.packetTooLarge, [1153, 2020]),
            (.dataTooLong, [1406, 1118, 1264, 1690]),
            (.invalidValue, [1265, 1292, 1366, 1367, 1411, 1525, 1300, 3140, 3141, 3854]),
            (.noSuchTable, [1051, 1146]),
            (.syntax, [1054, 1064, 1149, 1210, 1295]),
            (.cancelled, [1317, 1028]),
            (.statementTimeout, [1907, 1969, 3024]),
        ]
        var kinds: [UInt32: Self] = [:]
        for (kind, numbers) in groups {
            for number in numbers { kinds[number] = kind }
        }
        return kinds
    }()
}
