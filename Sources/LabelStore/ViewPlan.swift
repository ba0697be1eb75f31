/// What is noted of a view.
struct ViewNote: Sendable {
    let definition: ViewDefinition
    let state: ViewState
    let problem: String?
    /// Another definition of the view stands still.
    var isStale = false
}

/// What there is to do so that a dataset has the views it should have.
struct ViewPlan: Sendable {
    /// A view to be made.
    struct Make: Sendable {
        let definition: ViewDefinition
        /// One of that name is ours, and goes.
        let replaces: Bool

        func note(_ state: ViewState, _ problem: String?) -> ViewNote {
            ViewNote(definition: definition, state: state, problem: problem)
        }

        /// One that could not be made; the view that was to go stays, and stays ours.
        func failed(_ state: ViewState, _ problem: String) -> ViewNote {
            guard replaces else { return note(state, problem) }
            return ViewNote(definition: definition, state: .made, problem: problem, isStale: true)
        }
    }

    private(set) var makes: [Make] = []
    private(set) var drops: [ViewRecord] = []
    /// What is no longer wanted and does not stand, or is not ours.
    private(set) var forgotten: [ViewRecord] = []
    /// What is only to be noted.
    private(set) var notes: [ViewNote] = []
    /// What there is to tell before anything is done.
    private(set) var result = ViewReconciliation()

    var isEmpty: Bool { makes.isEmpty && drops.isEmpty && forgotten.isEmpty && notes.isEmpty }

    /// Compares what should be with what is.
    ///
    /// - Parameters:
    ///   - book: both.
    ///   - unsure: names of views whose definition may be another than is noted.
    init(_ book: ViewBook, unsure: Set<String>) {
        for wanted in book.wanted { add(wanted, book, unsure) }
        let wantedNames = Set(book.wanted.map(\.definition.name))
        for record in book.records {
            let isHere = record.database == book.database && record.storeDatabase == book.storeDatabase
            if isHere, wantedNames.contains(record.name) { continue }
            if record.mayStand, record.storeDatabase == book.storeDatabase {
                drops.append(record)
            } else {
                forgotten.append(record)
            }
        }
    }

    private mutating func add(_ wanted: WantedView, _ book: ViewBook, _ unsure: Set<String>) {
        guard let database = book.database else { return }
        let definition = wanted.definition
        let own = book.ownRecord(definition.name)
        let noted = book.records.first { $0.name == definition.name && $0.database == database }
        if let problem = wanted.problem {
            warn("\(book.dataset.name): \(problem) Rename the field (`was` keeps its history), or set `views: off`.")
            // What stands there has the columns of a former schema, and goes; not what a copied record speaks of.
            if let own, own.storeDatabase == book.storeDatabase, book.standing.contains(definition.name) {
                drops.append(own)
            }
            note(definition, .unfit, problem, noted)
            return
        }
        guard book.standing.contains(definition.name) else {
            makes.append(Make(definition: definition, replaces: false))
            return
        }
        guard let own else {
            let problem = Self.taken(definition.name, in: database)
            warn(problem)
            note(definition, .taken, problem, noted)
            return
        }
        let isAsNoted =
            own.state == .made && own.storeDatabase == book.storeDatabase
            && own.definitionHash == definition.hash(in: database) && !unsure.contains(definition.name)
        if !isAsNoted {
            makes.append(Make(definition: definition, replaces: true))
        } else if own.schemaID != definition.schemaID {
            note(definition, .made, nil, noted)
        }
    }

    private mutating func note(
        _ definition: ViewDefinition, _ state: ViewState, _ problem: String?, _ noted: ViewRecord?
    ) {
        if let noted, noted.state == state, noted.problem == problem, noted.schemaID == definition.schemaID { return }
        notes.append(ViewNote(definition: definition, state: state, problem: problem))
    }

    private mutating func warn(_ text: String) {
        if !result.warnings.contains(text) { result.warnings.append(text) }
    }

    static func taken(_ name: String, in database: String) -> String {
        "\(LabelStore.qualified(database, name)) is a table or view that Sheaf has not made, and was left alone: rename "
            + "it, or give the views a database of their own (`views: { database: … }`)."
    }
}
