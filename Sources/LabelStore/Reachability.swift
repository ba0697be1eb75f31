internal import MySQL

extension LabelStore {
    /// Whether an error says that the database is out of reach or busy, so that the same may do later.
    package static func isOutOfReach(_ error: any Error) -> Bool { error is MySQLError }

    /// Whether it says that the task that asked was cancelled.
    package static func isCancellation(_ error: any Error) -> Bool {
        error is CancellationError || (error as? MySQLError)?.kind == .cancelled
    }

    /// Asks the database for a sign of life.
    ///
    /// - Throws: `MySQLError`; `StoreError` if its tables are not those of this program.
    package func checkReady() async throws { try await requireMigrated() }
}
