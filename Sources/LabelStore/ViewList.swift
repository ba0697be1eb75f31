internal import MySQL

/// A view of a dataset, for people.
package struct ViewListing: Sendable, Equatable {
    package struct Column: Sendable, Equatable {
        package let name: String
        package let type: String
    }

    /// How it is, of a view that is wanted.
    package enum State: String, Sendable {
        case made
        /// It stands with the columns of another schema.
        case stale
        /// It was never made, or somebody dropped it.
        case missing
        case taken, denied, unfit, failed
    }

    package let database: String
    package let name: String
    package let kind: ViewKind
    package let state: State
    /// Why there is none, or no new one.
    package let problem: String?
    package let columns: [Column]
}

extension LabelStore {
    /// The views that a dataset should have, and how each of them is.
    ///
    /// - Parameters:
    ///   - dataset: its name.
    ///   - place: where they go.
    /// - Returns: the views; none where there are to be none.
    /// - Throws: `MySQLError`.
    package func views(of dataset: String, in place: ViewPlace) async throws -> [ViewListing] {
        guard let book = try await viewBook(of: dataset, in: place), let database = book.database else { return [] }
        return book.wanted.map { wanted in
            let definition = wanted.definition
            let noted = book.records.first { $0.name == definition.name && $0.database == database }
            let own = definition.ownColumns.map { ViewListing.Column(name: $0.name, type: $0.sqlType) }
            let typed = definition.columns.map { ViewListing.Column(name: $0.name, type: $0.sqlType) }
            return ViewListing(
                database: database, name: definition.name, kind: definition.kind,
                state: Self.state(wanted, book, noted, in: database), problem: wanted.problem ?? noted?.problem,
                columns: own + typed)
        }
    }

    private static func state(
        _ wanted: WantedView, _ book: ViewBook, _ noted: ViewRecord?, in database: String
    ) -> ViewListing.State {
        if wanted.problem != nil { return .unfit }
        let definition = wanted.definition
        if book.standing.contains(definition.name) {
            guard let own = book.ownRecord(definition.name) else { return .taken }
            let isNew = own.state == .made && own.definitionHash == definition.hash(in: database)
            return isNew ? .made : .stale
        }
        switch noted?.state {
        case .denied: return .denied
        case .failed: return .failed
        default: return .missing
        }
    }
}
