internal import QueryUnload

/// How queries of the Queuery protocol are served.
package struct QuerySettings: Sendable {
    /// So many run at the same time in this server; more wait.
    package var atOnce = 2
    /// So many of one token's may wait.
    package var waiting = 100
    /// How long a result is kept.
    package var keep: Duration = .seconds(24 * 3_600)
    /// How long a link to a file of a result works.
    package var linkLifetime: Duration = .seconds(6 * 3_600)
    /// How long an answer waits for a query that is about to end.
    package var patience: Duration = .seconds(8)
    /// A server that has not been heard of for so long is taken for dead.
    package var silence: Duration = .seconds(60)
    /// How long what is known of a query is kept after its end.
    package var remember: Duration = .seconds(30 * 24 * 3_600)

    package init() {}
}

/// What a finished query gave, as the store keeps it.
struct QueryDocument: Codable, Sendable {
    struct Column: Codable, Sendable {
        var name: String
        var type: String
    }

    var columns: [Column]
    var parts: [UnloadedPart]

    init(_ result: UnloadResult) {
        columns = result.columns.map { Column(name: $0.name, type: $0.baseType) }
        parts = result.parts
    }
}
