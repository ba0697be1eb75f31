internal import CMySQL

/// What is different where a server is a node of a Galera cluster.
enum ClusterNode {
    /// An error in the words of a node that has lost its cluster, if that is behind it: of a read that waits for the other
    /// nodes it says that a lock was waited for too long.
    ///
    /// - Parameters:
    ///   - error: what the node said.
    ///   - handle: the connection, with no result left to be read.
    /// - Returns: the same error, or one of number 1047.
    static func error(_ error: MySQLError, on handle: UnsafeMutablePointer<MYSQL>) -> MySQLError {
        let question = "SHOW STATUS LIKE 'wsrep_cluster_status'"
        guard error.kind == .lockWaitTimeout,
            mysql_real_query(handle, question, CUnsignedLong(question.utf8.count)) == 0,
            let result = mysql_store_result(handle)
        else { return error }
        defer { mysql_free_result(result) }
        guard let row = mysql_fetch_row(result), let value = row[1] else { return error }
        let status = String(cString: value)
        guard status != "Primary" else { return error }
        return MySQLError(number: 1047, sqlState: "08S01", message: "this node's cluster status is \(status)")
    }
}
