package import LabelStore
internal import Logging
package import MySQL

/// A migrated store in a database of its own.
package enum TestStore {
    /// Runs the body with an empty store; its database is dropped after.
    package static func withStore<R>(
        connections: Int = 4, _ body: (LabelStore, MySQLConfiguration) async throws -> R
    ) async throws -> R {
        try await TestDatabase.withDatabase { configuration in
            let store = open(configuration, connections: connections)
            _ = try await store.migrate(owner: "tests") { _, _, _ in }
            let result: Result<R, any Error>
            do { result = .success(try await body(store, configuration)) } catch { result = .failure(error) }
            await store.close()
            return try result.get()
        }
    }

    /// Another worker's view of the same database; in a cluster from another node, unless that very one is wanted.
    package static func open(
        _ configuration: MySQLConfiguration, connections: Int = 4, onThatNode: Bool = false
    ) -> LabelStore {
        let place = onThatNode ? configuration : (try? TestCluster.current?.elsewhere(configuration)) ?? configuration
        return LabelStore(
            pool: MySQLPool(configuration: place, maximumConnections: connections),
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }
}
