import Foundation
import MySQL
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// The program on a Galera cluster whose nodes die; `make test-cluster` runs them, alone.
@Suite(.serialized, .enabled(if: TestCluster.current != nil)) struct ClusterCommandTests {
    /// Where the node dies: while the change set is staged, and at the statement that would show the version.
    static let places: [StatementGate.Place] = [
        .init("START TRANSACTION", after: "INSERT INTO sheaf_versions"), .init("state = 'published'"),
        .init("COMMIT", after: "state = 'published'"),
    ]

    @Test(arguments: places)
    func aNodeThatDiesInMidPublishLosesNothingAndTheNextRunGoesByAnother(_ place: StatementGate.Place) async throws {
        let cluster = try #require(TestCluster.current)
        let nodes = try cluster.nodes
        try await Scene.with(server: nodes[1]) { scene in
            let sheet = try await LargeSheet(scene)
            let gate = try StatementGate(server: try #require(nodes[0].socket))
            try sheet.configure("dying.yaml", through: gate.path)
            try sheet.write(round: 1)
            let stop = gate.stop(at: place)
            let died = try await scene.run("sync", "--config", "dying.yaml") { _ in
                await stop.reached()
                do { try cluster.kill(node: 1) } catch { Issue.record(error) }
                stop.resume()
            }
            #expect(died.code == Exit.store.rawValue, "\(place): \(died)")
            #expect(died.errors.contains("The database:"), "\(place): \(died)")
            #expect(try await scene.version() == 1)
            try await scene.expireLeases()
            let next = try await scene.run("sync")
            #expect(next.output.contains("Published dish@2"), "\(place): \(next)")
            try cluster.restart(node: 1)
            try await sheet.expectVersions(ofRounds: [0, 1], "\(place)")
            // And so it is on the node that has come back.
            try sheet.configure("sheaf.yaml", through: nodes[0].socket)
            try await sheet.expectVersions(ofRounds: [0, 1], "\(place), on the node that died")
        }
    }

    @Test func workersOnEveryNodePublishEachChangeOnce() async throws {
        let nodes = try #require(TestCluster.current).nodes
        try await Scene.with(server: nodes[0]) { scene in
            let sheet = try await LargeSheet(scene)
            for (number, node) in nodes.enumerated() {
                try sheet.configure("node\(number + 1).yaml", through: node.socket)
            }
            for round in 1...3 {
                try sheet.write(round: round)
                try await expectOnePublishes(scene, ["node1.yaml", "node2.yaml", "node3.yaml"], version: round + 1)
            }
            try await sheet.expectVersions(ofRounds: [0, 1, 2, 3], "three nodes")
        }
    }

    /// A part of the cluster that is no majority takes no statements; it says so, and what was written stays.
    @Test func aNodeThatHasLostTheOthersIsToldSoAndJoinsAgain() async throws {
        let cluster = try #require(TestCluster.current)
        let nodes = try cluster.nodes
        try await Scene.with(server: nodes[0]) { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            for node in [2, 3] { try cluster.freeze(node: node) }
            try await eventually("node 1 has noticed") { try cluster.status().contains("1 Initialized") }
            let alone = try await scene.run("sync")
            for node in [2, 3] { try cluster.thaw(node: node) }
            #expect(alone.code == Exit.store.rawValue, "\(alone)")
            #expect(alone.errors.contains("this node of the cluster has lost the others"), "\(alone)")
            for node in [1, 2, 3] { try cluster.restart(node: node) }
            try await eventually("they are one cluster again") {
                try cluster.status() == "1 Synced 3\n2 Synced 3\n3 Synced 3"
            }
            let next = try await scene.run("sync")
            #expect(next.output.contains("Published dish@2"), "\(next)")
        }
    }
}

/// Has several workers sync at the same moment, and checks that one of them publishes and the others come to nothing.
func expectOnePublishes(
    _ scene: Scene, _ configurations: [String], version: Int, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let outcomes = try await withThrowingTaskGroup(of: Scene.Outcome.self) { group in
        for configuration in configurations {
            group.addTask { try await scene.run("sync", "--config", configuration) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
    }
    let published = outcomes.filter { $0.output.contains("Published dish@\(version)") }
    #expect(published.count == 1, "version \(version): \(outcomes)", sourceLocation: sourceLocation)
    for other in outcomes where !other.output.contains("Published") {
        let isIdle = other.code == 0 && other.output.contains("Nothing to publish")
        #expect(isIdle || other.code == Exit.busy.rawValue, "\(other)", sourceLocation: sourceLocation)
    }
}
