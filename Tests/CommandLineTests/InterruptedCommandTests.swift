import Foundation
import SheetsEmulator
import Testing

@testable import sheaf

@Suite struct InterruptedCommandTests {
    @Test func theSecondSyncIsToldThatTheFirstIsAtWork() async throws {
        try await Scene.with { scene in
            scene.emulator.inject(.init(.delay(milliseconds: 3_000), method: "values.batchGet"))
            let (reading, begun) = AsyncStream.makeStream(of: Void.self)
            scene.onNextRequest("batchGet") { begun.finish() }
            async let first = scene.run("sync")
            for await _ in reading {}
            let second = try await scene.run("sync")
            #expect(second.code == Exit.busy.rawValue, "\(second)")
            #expect(second.errors.contains("process"))
            let ended = try await first
            #expect(ended.code == 0, "\(ended)")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalEndsTheRunAsCancelledAndTheVersionStays(_ signal: Int32) async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            scene.emulator.inject(.init(.delay(milliseconds: 20_000), method: "values.batchGet"))
            let (reading, begun) = AsyncStream.makeStream(of: Void.self)
            scene.onNextRequest("batchGet") { begun.finish() }
            let outcome = try await scene.run("sync") { pid in
                for await _ in reading {}
                kill(pid, signal)
            }
            #expect(outcome.code == Exit.cancelled.rawValue, "\(outcome)")
            scene.emulator.clearFaults()
            #expect(try await scene.run("log", "dish", "--runs").output.contains("cancelled"))
            #expect(try await scene.labels().count == 40)
            let next = try await scene.run("sync")
            #expect(next.output.contains("Published dish@2"), "\(next)")
        }
    }

    @Test func aKilledRunIsFoundAbandonedByTheNext() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            scene.emulator.inject(.init(.delay(milliseconds: 20_000), method: "values.batchGet"))
            let (reading, begun) = AsyncStream.makeStream(of: Void.self)
            scene.onNextRequest("batchGet") { begun.finish() }
            let outcome = try await scene.run("sync") { pid in
                for await _ in reading {}
                kill(pid, SIGKILL)
            }
            #expect(outcome.code == -SIGKILL)
            scene.emulator.clearFaults()
            // Its lease has to run out first.
            try await scene.expireLeases()
            let next = try await scene.run("sync")
            #expect(next.output.contains("Published dish@2"), "\(next)")
            #expect(try await scene.run("log", "dish", "--runs").output.contains("abandoned"))
        }
    }
}
