internal import MySQL

extension LabelStore {
    /// Notes who did what, when and why.
    static func audit(
        _ action: String, dataset: MySQLValue, subject: String, actor: String, why: String?,
        _ connection: isolated MySQLConnection
    ) throws {
        _ = try connection.execute(
            """
            INSERT INTO sheaf_audit (at, actor, action, dataset_id, subject, why)
            VALUES (UTC_TIMESTAMP(6), ?, ?, ?, ?, ?)
            """, [.text(actor), .text(action), dataset, .text(subject), why.value])
    }
}
