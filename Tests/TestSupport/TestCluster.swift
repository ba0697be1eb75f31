internal import Foundation
package import MySQL
internal import Synchronization

/// The Galera cluster against which `make test-cluster` runs the tests.
///
/// `SHEAF_TEST_CLUSTER` is the folder of one that `Tests/Support/galera-cluster.sh` has started. Databases are made on its
/// nodes in turn, and `TestStore.open` gives a worker on another node than the one before.
package struct TestCluster: Sendable {
    /// The cluster of this test process; `nil` where there is none.
    package static let current: TestCluster? = {
        guard let folder = ProcessInfo.processInfo.environment["SHEAF_TEST_CLUSTER"], !folder.isEmpty else {
            return nil
        }
        return TestCluster(folder: folder)
    }()

    /// Asked once: a script is not started for each database.
    private static let places = Result {
        try (current?.script("urls") ?? "").split(separator: "\n").map {
            try MySQLConfiguration(url: String($0), password: nil)
        }
    }

    private static let turn = Atomic<Int>(0)
    private let folder: String

    /// The nodes, each as a server without a default database.
    package var nodes: [MySQLConfiguration] { get throws { try Self.places.get() } }

    /// One node after the other.
    func nextNode() throws -> MySQLConfiguration {
        let nodes = try nodes
        return nodes[Self.turn.wrappingAdd(1, ordering: .relaxed).newValue % nodes.count]
    }

    /// The same database on another node; what is not reached by a node's own socket stays as it is.
    func elsewhere(_ configuration: MySQLConfiguration) throws -> MySQLConfiguration {
        let nodes = try nodes
        guard nodes.contains(where: { $0.socket == configuration.socket }) else { return configuration }
        var other = configuration
        other.socket = try nextNode().socket
        return other
    }

    /// Ends a node (1, 2 or 3) as a crash does.
    package func kill(node: Int) throws { try script("kill-node", "\(node)") }

    /// Stops a node's process; the others go on without it.
    package func freeze(node: Int) throws { try script("freeze-node", "\(node)") }

    /// Lets a node go on.
    package func thaw(node: Int) throws { try script("thaw-node", "\(node)") }

    /// Starts a node that has ended, and waits until it has joined.
    package func restart(node: Int) throws { try script("restart-node", "\(node)") }

    /// Each node's number, state and the size of the cluster that it sees.
    package func status() throws -> String { try script("status") }

    @discardableResult
    private func script(_ command: String, _ arguments: String...) throws -> String {
        try SupportScript.run("galera-cluster.sh", [command, folder] + arguments)
    }
}
