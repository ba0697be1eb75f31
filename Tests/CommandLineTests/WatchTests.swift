import Foundation
import MySQL
import SheetsEmulator
import Synchronization
import Testing

@testable import sheaf

/// `sheaf watch` as a service: real processes, notices over HTTP.
@Suite struct WatchTests {
    @Test func anEditBecomesAVersionWithoutPolling() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port))
            let outcome = try await scene.watching(port: port) { _ in
                try await scene.untilWatching()
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                try await eventually("the edit is published") { try await scene.version() == 2 }
                try scene.emulator.type("s1", "'料理'!C3", [["主菜"]])
                try await eventually("another edit is published") { try await scene.version() == 3 }
            }
            #expect(outcome.code == 0, "\(outcome)")
            // The last may have been published a moment before the signal, and not yet told.
            #expect(try Scene.triggers(outcome).prefix(3) == ["start", "channel", "notice"])
            #expect(try await scene.endedRuns() == 4)
            // Told by the log, without anything that was typed or is secret.
            #expect(outcome.errors.contains(#""trigger":"notice""#))
            for text in ["副菜", "主食", "Bearer"] { #expect(!outcome.errors.contains(text)) }
            #expect(!outcome.output.contains("副菜"))
            // Told to end, it left nothing open.
            #expect(scene.emulator.channelIDs.isEmpty)
            #expect(try await scene.storedChannels() == 0)
            #expect(scene.emulator.counters["drive.channels.stop"] == 1)
        }
    }

    @Test(arguments: [(SIGTERM, Exit.success), (SIGINT, Exit.cancelled)])
    func aSignalEndsTheRunUnderWayAndTheChannel(_ signal: Int32, _ exit: Exit) async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port))
            let outcome = try await scene.watching(port: port, signal: signal) { _ in
                try await scene.untilWatching()
                scene.emulator.inject(.init(.delay(milliseconds: 600_000), method: "values.batchGet"))
                let (reading, begun) = AsyncStream.makeStream(of: Void.self)
                scene.onNextRequest("batchGet") { begun.finish() }
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                for await _ in reading {}
            }
            #expect(outcome.code == exit.rawValue, "\(outcome)")
            #expect(scene.emulator.channelIDs.isEmpty)
            scene.emulator.clearFaults()
            #expect(try await scene.run("log", "dish", "--runs").output.contains("cancelled"))
            let next = try await scene.run("sync")
            #expect(next.output.contains("Published dish@2"), "\(next)")
        }
    }

    @Test func renewalOverlapsAndLosesNoNotice() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port, lifetime: "40s"))
            let seen = Mutex<[String]>([])
            let outcome = try await scene.watching(port: port) { _ in
                try await scene.untilWatching()
                var version = 1
                for round in 1...2 {
                    let before = scene.emulator.channelIDs
                    // The old one is there while the new one is opened, and the new one when the old one is stopped.
                    scene.onNextRequest("changes.watch") {
                        seen.withLock { $0.append("open \(scene.emulator.channelIDs.count)") }
                        scene.onNextRequest("channels.stop") {
                            seen.withLock { $0.append("stop \(scene.emulator.channelIDs.count)") }
                        }
                    }
                    try await eventually("a new channel takes the old one's place") {
                        let ids = scene.emulator.channelIDs
                        // People go on while it happens.
                        version += 1
                        let wanted = version
                        try scene.emulator.type("s1", "'料理'!C2", [[["副菜", "主菜"][wanted % 2]]])
                        try await eventually("each edit is published") { try await scene.version() >= wanted }
                        return ids.count == 1 && ids != before
                    }
                    #expect(seen.withLock { $0.count } == 2 * round)
                }
            }
            #expect(outcome.code == 0, "\(outcome)")
            #expect(seen.withLock { $0 } == ["open 1", "stop 2", "open 1", "stop 2"])
            #expect(try Scene.triggers(outcome).dropFirst(2).allSatisfy { $0 == "notice" }, "\(outcome)")
        }
    }

    @Test func messagesOfStrangersAreTurnedAwayAndRunNothing() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port))
            let stranger = "01234567-89ab-cdef-0123-456789abcdef"
            let outcome = try await scene.watching(port: port) { watched in
                try await scene.untilWatching()
                let channel = try #require(scene.emulator.channelIDs.first)
                let change = ["-X", "POST", "-H", "X-Goog-Resource-State: change"]
                func post(_ channel: String?, _ token: String?, to address: String? = nil) async throws -> String {
                    let headers =
                        (channel.map { ["-H", "X-Goog-Channel-ID: \($0)"] } ?? [])
                        + (token.map { ["-H", "X-Goog-Channel-Token: \($0)"] } ?? [])
                    return try await Scene.curl(change + headers + [address ?? watched.address])
                }
                #expect(try await post(channel, "guessed-secret") == "403")
                #expect(try await post(channel, nil) == "403")
                #expect(try await post(channel, String(repeating: "x", count: 5_000)) == "403")
                #expect(try await post(stranger, "guessed-secret") == "404")
                #expect(try await post(nil, "guessed-secret") == "404")
                #expect(try await post("x' OR 1=1 --", "guessed-secret") == "404")
                #expect(try await post(channel, "guessed-secret", to: watched.base + "/other") == "404")
                #expect(try await Scene.curl([watched.address]) == "405")
                #expect(try await Scene.curl([watched.base + "/healthz"]) == "200")
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                try await eventually("a notice with its token is heard") { try await scene.version() == 2 }
            }
            #expect(outcome.code == 0, "\(outcome)")
            #expect(try await scene.endedRuns() == 3, "\(outcome.errors)")
            #expect(outcome.errors.contains(stranger))
            #expect(!outcome.errors.contains("guessed-secret"))
            #expect(!outcome.errors.contains("1=1"))
        }
    }

    @Test func aRestartedWatchHearsTheOldChannelAndStopsIt() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port))
            try await scene.watching(port: port, signal: SIGKILL) { _ in try await scene.untilWatching() }
            let old = scene.emulator.channelIDs
            #expect(old.count == 1)
            let runs = try await scene.endedRuns()
            let outcome = try await scene.watching(port: port) { _ in
                try await eventually("it has begun") { try await scene.endedRuns() > runs }
                // The dead one's lease lasts; meanwhile its channel serves.
                #expect(scene.emulator.channelIDs == old)
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                try await eventually("a notice of the old channel is heard") { try await scene.version() == 2 }
                try await scene.expireLeases()
                try await eventually("the old channel is stopped") {
                    let ids = scene.emulator.channelIDs
                    return ids.count == 1 && ids != old
                }
                try scene.emulator.type("s1", "'料理'!C2", [["主菜"]])
                try await eventually("a notice of the new channel is heard") { try await scene.version() == 3 }
            }
            #expect(outcome.code == 0, "\(outcome)")
            #expect(scene.emulator.channelIDs.isEmpty)
            #expect(try await scene.storedChannels() == 0)
        }
    }

    @Test func aChannelWhoseOpeningWasAnsweredWithAnErrorIsStopped() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port))
            scene.emulator.inject(.init(.appliedButStatus(503), times: 2, method: "changes.watch"))
            let outcome = try await scene.watching(port: port) { _ in
                try await eventually("two are lost, and one is opened") {
                    scene.emulator.counters["drive.changes.watch"] == 3
                }
                try await scene.untilWatching()
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                try await eventually("the edit is published") { try await scene.version() == 2 }
            }
            #expect(outcome.code == 0, "\(outcome)")
            #expect(scene.emulator.channelIDs.isEmpty)
            #expect(try await scene.storedChannels() == 0)
        }
    }

    @Test func withoutAChannelItGoesByTheClockAndSaysSoOnce() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port, every: "1s"))
            scene.emulator.inject(.init(.status(403), times: 1_000, method: "changes.watch"))
            let outcome = try await scene.watching(port: port) { _ in
                try await eventually("it has tried twice") {
                    scene.emulator.counters["drive.changes.watch", default: 0] > 1
                }
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                try await eventually("the edit is published") { try await scene.version() == 2 }
            }
            #expect(outcome.code == 0, "\(outcome)")
            #expect(outcome.errors.ranges(of: "no channel can be opened").count == 1)
            #expect(try Scene.triggers(outcome).contains("poll"))
            #expect(try await scene.storedChannels() == 0)
        }
    }

    @Test func itOutlivesADatabaseAndAGoogleThatAreNotThere() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            // The database turns up later, under a name of our own.
            let socket = try #require(scene.database.socket)
            let name = "\(scene.folder)/db.sock"
            let store = scene.storeURL.replacing("socket=\(socket)", with: "socket=\(name)")
            try scene.configure(store: store, google: Scene.push(port: port))
            scene.emulator.inject(.init(.reset, times: 1_000_000))
            let outcome = try await scene.watching(port: port) { watched in
                try await Task.sleep(for: .milliseconds(500))
                try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: socket)
                try await eventually("it asks Google") { !scene.emulator.counters.isEmpty }
                #expect(try await Scene.curl([watched.base + "/healthz"]) == "200")
                scene.emulator.clearFaults()
                try await eventually("it has synced") { try await scene.version() == 1 }
                try await scene.untilWatching()
                // And once more while it is at work.
                try FileManager.default.removeItem(atPath: name)
                scene.emulator.inject(.init(.status(503), times: 1_000_000, method: "changes"))
                let asked = scene.emulator.counters.values.reduce(0, +)
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                try await eventually("it hears of the edit") {
                    scene.emulator.counters.values.reduce(0, +) > asked
                }
                try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: socket)
                scene.emulator.clearFaults()
                try await eventually("the edit is published all the same") { try await scene.version() == 2 }
            }
            #expect(outcome.code == 0, "\(outcome)")
            #expect(outcome.errors.contains("the database is out of reach"), "\(outcome.errors)")
        }
    }

    /// The emulator as a program beside, which forgets every account, token and channel when it ends.
    @Test func anEmulatorThatWasRestartedIsFollowedAnew() async throws {
        try await Scene.with { scene in
            let (port, google) = (try Scene.freePort(), try Scene.freePort())
            let here = "endpoint: \"\(scene.emulator.endpoint)\""
            let there = "endpoint: \"http://127.0.0.1:\(google)\"" + Scene.push(port: port, every: "2s")
            try scene.write("sheaf.yaml", try scene.read("sheaf.yaml").replacing(here, with: there))
            let control = "http://127.0.0.1:\(google)/control"
            let outcome = try await scene.watching(port: port) { _ in
                try await scene.withEmulatorProgram(port: google) {
                    try await Scene.send(Scene.spreadsheet(kind: "主菜"), to: "\(control)/spreadsheets")
                    try await eventually("it has synced") { try await scene.version() == 1 }
                    try await eventually("it has a channel") { try await scene.openChannels() == 1 }
                    try await Scene.send(Scene.edit(kind: "副菜"), to: "\(control)/edits")
                    try await eventually("an edit is heard of") { try await scene.version() == 2 }
                }
                // Another one under the same address knows nothing of the channel: the clock finds what it holds.
                try await scene.withEmulatorProgram(port: google) {
                    try await Scene.send(Scene.spreadsheet(kind: "主食"), to: "\(control)/spreadsheets")
                    try await eventually("it is followed anew") { try await scene.version() == 3 }
                }
            }
            #expect(outcome.code == 0, "\(outcome)")
        }
    }

    @Test func aBusyDatasetIsTriedAgain() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(google: Scene.push(port: port))
            try await scene.run("sync")
            try await scene.execute(
                "UPDATE sheaf_leases SET owner = 'somebody#1', expires_at = UTC_TIMESTAMP(6) + INTERVAL 300 SECOND "
                    + "WHERE name = 'dataset:dish'")
            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            scene.emulator.resetCounters()
            let outcome = try await scene.watching(port: port) { _ in
                // A run begins by asking what changed: by the second, the first has found the dataset busy.
                try await eventually("it tries again") {
                    scene.emulator.counters["drive.changes.list", default: 0] >= 2
                }
                try await scene.execute(
                    "UPDATE sheaf_leases SET expires_at = '2000-01-01' WHERE name = 'dataset:dish'")
                try await eventually("the edit is published") { try await scene.version() == 2 }
            }
            #expect(outcome.code == 0, "\(outcome)")
            #expect(outcome.errors.contains("busy"), "\(outcome.errors)")
        }
    }
}

extension Scene {
    /// Does something to the database by hand.
    func execute(_ sql: String) async throws {
        let connection = try await MySQLConnection.connect(database)
        try await connection.run { connection in _ = try connection.execute(sql) }
        await connection.close()
    }
}
