internal import Digest
internal import Logging
internal import MySQL

/// What became of the views of a dataset.
package struct ViewReconciliation: Sendable, Equatable {
    /// With their databases, as a statement would name them.
    package var made: [String] = []
    package var dropped: [String] = []
    /// What there is to tell a person, and what to do about it.
    package var warnings: [String] = []

    package init() {}
}

extension LabelStore {
    /// Brings the views of a dataset up to its schema, its tags and the configuration.
    ///
    /// To be called outside of any transaction, after a version was published: DDL commits by itself, and a view that cannot
    /// be made is no reason to fail what was published. What is done is noted before and after, so that whoever comes
    /// behind a worker that was killed goes on where it ended. What stands under a wanted name and is not Sheaf's stays.
    ///
    /// - Parameters:
    ///   - dataset: its name; one that the store does not know has no views.
    ///   - place: where they go.
    ///   - owner: who asks, for whoever finds the views busy.
    ///   - onlyIfUnsettled: look first, by one small statement, whether there is anything to do.
    ///   - anew: replace all views, also those that are as they should be by what is noted: their maker may be gone, or
    ///     somebody has changed them.
    ///   - audited: who changed them by hand and why, for the audit; `nil` where it is part of something else.
    /// - Returns: what was done, and what could not be.
    /// - Throws: `MySQLError` or `CancellationError`; `StoreError.busy` if another worker is at it for long.
    package func reconcileViews(
        of dataset: String, in place: ViewPlace, owner: String, onlyIfUnsettled: Bool = false,
        anew: Bool = false, audited: (actor: String, why: String?)? = nil
    ) async throws -> ViewReconciliation {
        if onlyIfUnsettled, try await viewsAreSettled(of: dataset, in: place) { return ViewReconciliation() }
        guard let book = try await viewBook(of: dataset, in: place) else { return ViewReconciliation() }
        var unsure = anew ? Set(book.wanted.map(\.definition.name)) : []
        let plan = ViewPlan(book, unsure: unsure)
        if plan.isEmpty { return plan.result }
        var attempt = 1
        while true {
            do {
                return try await withViewLease(owner: owner) { lease in
                    // As it is now: whoever had the lease before may have done it all.
                    guard let book = try await viewBook(of: dataset, in: place) else { return ViewReconciliation() }
                    let plan = ViewPlan(book, unsure: unsure)
                    unsure.formUnion(plan.makes.map(\.definition.name))
                    return try await carryOut(plan, book, lease: lease, audited: audited)
                }
            } catch let error as StoreError where error.code == .leaseLost && attempt < 3 {
                // This worker slept, and may have put an old view over another worker's: those are made once more.
                attempt += 1
            }
        }
    }

    /// So short that whoever comes behind a worker that was killed can wait for its end.
    private static let leaseSeconds = 10

    /// Runs a body with the lease of all views; another worker has it for moments only.
    private func withViewLease<R: Sendable>(
        owner: String, _ body: (Lease) async throws -> R
    ) async throws -> R {
        var attempt = 1
        while true {
            do {
                return try await withLease("views", owner: owner, seconds: Self.leaseSeconds, body)
            } catch let error as StoreError where error.code == .busy && attempt < 4 * (Self.leaseSeconds + 2) {
                try await Task.sleep(for: .milliseconds(250))
                attempt += 1
            }
        }
    }

    // MARK: - Carrying out

    private func carryOut(
        _ plan: ViewPlan, _ book: ViewBook, lease: Lease, audited: (actor: String, why: String?)?
    ) async throws -> ViewReconciliation {
        var result = plan.result
        guard !plan.isEmpty else { return result }
        let dataset = book.dataset
        // First of all: what is about to be made is ours from here on.
        let (making, forgotten) = (plan.makes.map { $0.note(.making, nil) }, plan.forgotten)
        try await lease.write { connection in
            for record in forgotten { try Self.deleteView(record, dataset, connection) }
            for note in making { try Self.store(note, dataset, book, connection) }
        }
        let gone = try await drop(plan.drops, &result)
        let outcomes = try await make(plan.makes, book, &result)
        let (told, actions) = (plan.notes + outcomes, result)
        try await lease.write { connection in
            for record in gone { try Self.deleteView(record, dataset, connection) }
            for note in told { try Self.store(note, dataset, book, connection) }
            if let audited {
                try Self.audit(
                    "views", dataset: .uint(UInt64(dataset.id)),
                    subject: "\(actions.made.count) made, \(actions.dropped.count) dropped", actor: audited.actor,
                    why: audited.why, connection)
            }
        }
        return result
    }

    /// Drops views.
    ///
    /// - Returns: those that are gone.
    private func drop(
        _ records: [ViewRecord], _ result: inout ViewReconciliation
    ) async throws -> [ViewRecord] {
        var gone: [ViewRecord] = []
        for record in records {
            let name = Self.qualified(record.database, record.name)
            do {
                try await define("DROP VIEW IF EXISTS \(name)")
                gone.append(record)
                result.dropped.append(name)
            } catch let error as MySQLError where error.kind != .cancelled {
                result.warnings.append(
                    "The view \(name) is no longer wanted and could not be dropped: "
                        + Self.reason(error, in: record.database).problem)
            }
        }
        return gone
    }

    /// Makes views.
    ///
    /// - Returns: what became of each.
    private func make(
        _ makes: [ViewPlan.Make], _ book: ViewBook, _ result: inout ViewReconciliation
    ) async throws -> [ViewNote] {
        guard let database = book.database else { return [] }
        var outcomes: [ViewNote] = []
        for make in makes {
            let name = make.definition.name
            do {
                try await define(make.definition.statement(in: database, replacing: make.replaces))
                outcomes.append(make.note(.made, nil))
                result.made.append(Self.qualified(database, name))
            } catch let error as MySQLError where error.kind != .cancelled {
                let (state, problem) = Self.reason(error, in: database, name: name)
                // What may go better the next time stays as it is noted, and the next run tries again.
                if let state { outcomes.append(make.failed(state, problem)) }
                if !result.warnings.contains(problem) { result.warnings.append(problem) }
                logger.warning(
                    "view not made",
                    metadata: ["dataset": "\(book.dataset.name)", "view": "\(name)", "error": "\(error.number)"])
            }
        }
        return outcomes
    }

    /// Runs a statement that defines something, and waits for those who read the view for seconds only.
    private func define(_ statement: String) async throws {
        try await pool.withConnection { connection in
            try connection.execute("SET SESSION lock_wait_timeout = \(Self.secondsToWaitForReaders)")
            let result = Result { try connection.execute(statement) }
            if connection.isOpen { try connection.execute("SET SESSION lock_wait_timeout = DEFAULT") }
            _ = try result.get()
        }
    }

    private static let secondsToWaitForReaders = 5

    static func qualified(_ database: String, _ name: String) -> String {
        "\(SQLText.name(database)).\(SQLText.name(name))"
    }

    /// What an error means for a view: its state, unless it may pass, and what to tell.
    private static func reason(
        _ error: MySQLError, in database: String, name: String = ""
    ) -> (state: ViewState?, problem: String) {
        let place = SQLText.name(database)
        switch error.number {
        // Table exists; is not a view.
        case 1050, 1347:
            return (.taken, ViewPlan.taken(name, in: database))
        case 1049:
            return (
                .denied,
                "There is no database \(place) for views: CREATE DATABASE \(place), and then `sheaf views --reconcile`."
            )
        default: break
        }
        if error.kind == .accessDenied {
            return (
                .denied,
                "The database user may not make or drop views in \(place): GRANT CREATE VIEW, DROP, SELECT ON "
                    + "\(place).* to it, and then `sheaf views --reconcile`; or set `views: off`."
            )
        }
        return (error.isRetryable ? nil : .failed, "A view in \(place) was refused: \(error.message).")
    }

    // MARK: - Notes

    private static let noHash = [UInt8](repeating: 0, count: 32)

    private static func store(
        _ note: ViewNote, _ dataset: DatasetRecord, _ book: ViewBook, _ connection: isolated MySQLConnection
    ) throws {
        guard let database = book.database else { return }
        let (definition, kind) = (note.definition, note.definition.kind)
        let values: [MySQLValue] = [
            .text(book.storeDatabase), .uint(UInt64(dataset.id)), .text(kind.name), .text(kind.tag),
            .uint(UInt64(definition.schemaID)), .text(note.state.rawValue),
            .bytes(note.isStale ? Self.noHash : definition.hash(in: database).bytes), note.problem.value,
        ]
        _ = try connection.execute(
            """
            INSERT INTO sheaf_views (database_name, view_name, store_database, dataset_id, kind, tag, schema_id, state,
                definition_hash, problem, changed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))
            ON DUPLICATE KEY UPDATE store_database = ?, dataset_id = ?, kind = ?, tag = ?, schema_id = ?, state = ?,
                definition_hash = ?, problem = ?, changed_at = UTC_TIMESTAMP(6)
            """, [.text(database), .text(definition.name)] + values + values)
    }

    private static func deleteView(
        _ record: ViewRecord, _ dataset: DatasetRecord, _ connection: isolated MySQLConnection
    ) throws {
        _ = try connection.execute(
            "DELETE FROM sheaf_views WHERE database_name = ? AND view_name = ? AND dataset_id = ?",
            [.text(record.database), .text(record.name), .uint(UInt64(dataset.id))])
    }
}
