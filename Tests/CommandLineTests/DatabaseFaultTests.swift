import Foundation
import MySQL
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// What happens to the database while a sync is at work: an error that says what, where and what to do; nothing lost; and
/// the next sync comes to what an undisturbed one would have.
///
/// `SHEAF_TEST_FAULTS=all` runs the whole table, as `make test-cluster` does; else some of it.
@Suite(.serialized) struct DatabaseFaultTests {
    enum Fault: String, CaseIterable {
        case connectionCut, connectionCutInMidAnswer, restarted, crashed, readOnly, outOfConnections
    }

    struct Case: CustomTestStringConvertible {
        let fault: Fault
        let place: StatementGate.Place
        /// How the disturbed sync may end: with 0 where it can go on by itself.
        let exits: [Exit]
        /// What it says if it cannot.
        let words: String

        var testDescription: String { "\(fault.rawValue) at \(place)" }
    }

    /// Outside of a transaction, which nobody runs again.
    private static let asking = StatementGate.Place("FROM sheaf_migrations")
    private static let reading = StatementGate.Place("FORCE INDEX (hashes)")
    private static let staging = StatementGate.Place("INSERT INTO sheaf_labels", after: "INSERT INTO sheaf_versions")
    private static let between = StatementGate.Place("START TRANSACTION", after: "INSERT INTO sheaf_versions")
    private static let showing = StatementGate.Place("state = 'published'")
    private static let committing = StatementGate.Place("COMMIT", after: "state = 'published'")

    private static let runAgain = "it is safe to run again"
    private static let isItThere = "that the database runs, and host, port and socket in the store URL"
    private static let writer = "point the store URL at the writer"
    private static let connections = "max_connections, or run fewer workers"

    private static let someCases = [
        Case(fault: .connectionCutInMidAnswer, place: reading, exits: [.success], words: ""),
        Case(fault: .crashed, place: showing, exits: [.store], words: isItThere),
    ]
    private static let moreCases =
        [reading, staging, between, showing, committing].map {
            Case(fault: .connectionCut, place: $0, exits: [.success], words: "")
        }
        + [staging, showing, committing].map {
            Case(fault: .connectionCutInMidAnswer, place: $0, exits: [.success], words: "")
        } + [
            Case(fault: .connectionCut, place: asking, exits: [.store], words: runAgain),
            Case(fault: .connectionCutInMidAnswer, place: asking, exits: [.store], words: runAgain),
            Case(fault: .crashed, place: asking, exits: [.store], words: "The database:"),
        ]
        + [reading, staging, between, committing].map {
            Case(fault: .crashed, place: $0, exits: [.store], words: isItThere)
        }
        + [reading, staging, between, showing].map {
            // Another connection of it may be in the middle of a read.
            Case(fault: .restarted, place: $0, exits: [.success, .store], words: runAgain)
        }
        + [between, showing].map {
            Case(fault: .readOnly, place: $0, exits: [.store], words: writer)
        } + [Case(fault: .outOfConnections, place: between, exits: [.store], words: connections)]
    private static let testsAll = ProcessInfo.processInfo.environment["SHEAF_TEST_FAULTS"] == "all"
    static let cases = someCases + (testsAll ? moreCases : [])

    /// A commit survives the death of the process, as on a server that is not there for tests.
    private static let server = Result {
        try OwnServer(options: ["--innodb-flush-log-at-trx-commit=2", "--max-connections=12"])
    }

    @Test(arguments: cases)
    func aFaultLosesNothingAndTheNextSyncHeals(_ fault: Case) async throws {
        let server = try Self.server.get()
        try await Scene.with(server: server.configuration) { scene in
            let sheet = try await LargeSheet(scene)
            let gate = try StatementGate(server: try #require(scene.database.socket))
            var database = try await scene.ordinaryUser()
            database.socket = gate.path
            try sheet.configure("disturbed.yaml", database)
            try sheet.write(round: 1)

            let stop = gate.stop(at: fault.place)
            let crowd = Crowd(try await scene.ordinaryUser())
            let disturbed = try await scene.run("sync", "--config", "disturbed.yaml") { _ in
                await stop.reached()
                do {
                    stop.resume(try await Self.disturb(fault, scene, server, crowd))
                } catch {
                    Issue.record(error)
                    stop.resume()
                }
            }
            #expect(fault.exits.map(\.rawValue).contains(disturbed.code), "\(fault): \(disturbed)")
            let isTold = disturbed.code == 0 || disturbed.errors.contains(fault.words)
            #expect(isTold, "\(fault): \(disturbed)")
            // Nothing of the store's inside is told to people.
            #expect(!disturbed.errors.contains("料理"), "\(fault)")

            try await Self.mend(fault.fault, scene, server, crowd)
            if disturbed.code != 0 {
                try await scene.expireLeases()
                // Its commit may have gone through; that of a crashed server as well.
                let next = try await scene.run("sync")
                let published = try await scene.version() == 2
                #expect(next.code == 0 && published, "\(fault): \(next)")
            }
            try await sheet.expectVersions(ofRounds: [0, 1], "\(fault)")
        }
    }

    private static func disturb(
        _ fault: Case, _ scene: Scene, _ server: OwnServer, _ crowd: Crowd
    ) async throws -> StatementGate.Fate {
        switch fault.fault {
        case .connectionCut: return .cut
        case .connectionCutInMidAnswer:
            // In the middle of its rows, or of the few bytes that say that it is done.
            return .cutAnswer(after: fault.place.description == reading.description ? 20_000 : 3)
        case .restarted:
            try server.stop()
            try server.start()
        case .crashed: try server.kill()
        case .readOnly: try await scene.execute("SET GLOBAL read_only = 1")
        case .outOfConnections:
            try await crowd.takeAll()
            // What becomes free by the cut is one too many already.
            try await scene.execute("SET GLOBAL max_connections = 10")
            return .cut
        }
        return .pass
    }

    private static func mend(_ fault: Fault, _ scene: Scene, _ server: OwnServer, _ crowd: Crowd) async throws {
        switch fault {
        case .crashed: try server.start()
        case .readOnly: try await scene.execute("SET GLOBAL read_only = 0")
        case .outOfConnections:
            await crowd.leave()
            try await scene.execute("SET GLOBAL max_connections = 12")
        case .connectionCut, .connectionCutInMidAnswer, .restarted: break
        }
    }

    /// It holds the row of its lease locked; the server ends it after 20 seconds.
    @Test(.enabled(if: testsAll)) func aWorkerThatFreezesInItsLastTransactionKeepsNobodyOut() async throws {
        let server = try Self.server.get()
        try await Scene.with(server: server.configuration) { scene in
            let sheet = try await LargeSheet(scene)
            let gate = try StatementGate(server: try #require(scene.database.socket))
            try sheet.configure("frozen.yaml", through: gate.path)
            try sheet.write(round: 1)
            let stop = gate.stop(at: Self.committing)
            let frozen = try await scene.run("sync", "--config", "frozen.yaml") { process in
                await stop.reached()
                kill(process, SIGSTOP)
                do {
                    try sheet.write(round: 2)
                    try await eventually("another worker takes over") {
                        let other = try await scene.run("sync")
                        #expect(other.code == 0 || other.code == Exit.busy.rawValue, "\(other)")
                        return other.code == 0
                    }
                } catch {
                    Issue.record(error)
                }
                kill(process, SIGCONT)
                stop.resume()
            }
            #expect(frozen.code == Exit.busy.rawValue, "\(frozen)")
            try await sheet.expectVersions(ofRounds: [0, 2], "frozen in its last transaction")
        }
    }

    /// The tables' file may not grow any more, which is what a full disk looks like to the server.
    @Test(.enabled(if: testsAll)) func aFullDiskLosesNothingAndTheNextSyncHeals() async throws {
        func options(_ megabytes: Int) -> [String] {
            [
                "--innodb-flush-log-at-trx-commit=2", "--innodb-file-per-table=0",
                "--innodb-data-file-path=ibdata1:12M:autoextend:max:\(megabytes)M",
            ]
        }
        let server = try OwnServer(options: options(40))
        try await Scene.with(server: server.configuration) { scene in
            let sheet = try await LargeSheet(scene)
            var rounds = [0]
            var full: Scene.Outcome?
            while full == nil, rounds.count < 30 {
                try sheet.write(round: rounds.count)
                let sync = try await scene.run("sync")
                if sync.code == 0 { rounds.append(rounds.count) } else { full = sync }
            }
            let failed = try #require(full)
            #expect(failed.code == Exit.store.rawValue, "\(failed)")
            #expect(failed.errors.contains("disk space on the database server"), "\(failed)")
            try server.stop()
            try server.start(options: options(400))
            try await scene.expireLeases()
            let next = try await scene.run("sync")
            rounds.append(rounds.count)
            #expect(next.output.contains("Published dish@\(rounds.count)"), "\(next)")
            try await sheet.expectVersions(ofRounds: rounds, "a full disk")
        }
        try server.remove()
    }

    @Test func aServerWithoutAFreeConnectionIsToldOf() async throws {
        let server = try Self.server.get()
        try await Scene.with(server: server.configuration) { scene in
            let crowd = Crowd(try await scene.ordinaryUser())
            try scene.configure(store: scene.storeURL(try await scene.ordinaryUser()))
            try await crowd.takeAll()
            let sync = try await scene.run("sync")
            await crowd.leave()
            #expect(sync.code == Exit.store.rawValue, "\(sync)")
            #expect(sync.errors.contains(Self.connections), "\(sync)")
            #expect(try await scene.run("sync").output.contains("Published dish@1"))
        }
    }
}

/// Clients that take up the connections of a server.
private actor Crowd {
    private let configuration: MySQLConfiguration
    private var connections: [MySQLConnection] = []

    init(_ configuration: MySQLConfiguration) { self.configuration = configuration }

    func takeAll() async throws {
        while let connection = try await oneMore() { connections.append(connection) }
    }

    /// `nil`: the server has no more.
    private func oneMore() async throws -> MySQLConnection? {
        do {
            return try await MySQLConnection.connect(configuration)
        } catch {
            if error.kind == .tooManyConnections { return nil }
            throw error
        }
    }

    func leave() async {
        for connection in connections { await connection.close() }
        connections = []
    }
}

extension Scene {
    /// The scene's database as a user reaches it who administers nothing.
    func ordinaryUser() async throws -> MySQLConfiguration {
        try await execute("CREATE USER IF NOT EXISTS ordinary@localhost")
        try await execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON `\(database.database ?? "")`.* TO ordinary@localhost")
        var user = database
        user.user = "ordinary"
        return user
    }
}
