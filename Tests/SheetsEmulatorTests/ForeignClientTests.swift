import Foundation
import Testing

@testable import SheetsEmulator

/// The emulator and clients that nobody here wrote: they build their calls themselves, and read the answers their way.
@Suite(.serialized) struct ForeignClientTests {
    private static let support = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Support").path

    @Test func googlesOwnClientIsContent() async throws {
        try await check("google-client-check.py")
    }

    @Test func gspreadIsContent() async throws {
        try await check("gspread-check.py")
    }

    @Test func theyFindTheDriveTheyKnow() async throws {
        try await check("google-drive-check.py")
    }

    private func check(_ script: String) async throws {
        let python = try await run("\(Self.support)/python-environment.sh", ["google-clients"])
        try #require(python.status == 0, "\(python.output)")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Samples.write(seed: 42, to: folder)
        let emulator = SheetsEmulator()
        try await emulator.start()
        try emulator.load(folder: folder)
        let keys = try ["checker@test.iam.gserviceaccount.com", "mate@test.iam.gserviceaccount.com"].map { email in
            for id in emulator.spreadsheetIDs { try emulator.share(id, with: email) }
            return try emulator.makeServiceAccountKey(directory: folder, email: email).path
        }
        let path = python.output.split(separator: "\n").last.map(String.init) ?? ""
        let result = try await run(path, ["\(Self.support)/\(script)", emulator.endpoint] + keys)
        await emulator.stop()
        #expect(result.status == 0, "\(result.output)")
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { continuation in
            // Reading until the end blocks, so it gets a thread of its own.
            Thread.detachNewThread {
                do {
                    try process.run()
                    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                    process.waitUntilExit()
                    continuation.resume(returning: (process.terminationStatus, text))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
