import Foundation
import HTTPTransfer
import Testing

@testable import SheetsEmulator

/// `sheaf-emulator` as people run it, and what its document says.
@Suite struct ProgramTests {
    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("sheaf-emulator")
    private static let document = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/emulator.md")

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(#"[{"id":"s1","title":"試験","tabs":[{"title":"一","file":"one.csv"}]}]"#.utf8)
            .write(to: folder.appendingPathComponent("spreadsheets.json"))
        try Data("id,料理\n1,餃子\n".utf8).write(to: folder.appendingPathComponent("one.csv"))
        try await body(folder)
    }

    private func start(_ arguments: [String], in folder: URL) throws -> (process: Process, output: FileHandle) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = Self.program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return (process, output.fileHandleForReading)
    }

    /// Reads what the program prints until a text stands in it, or it ends.
    private func read(_ output: FileHandle, until text: String) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var found = ""
                while !found.contains(text) {
                    let data = output.availableData
                    guard !data.isEmpty else { break }
                    found += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: found)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func itServesAFolderWithoutBeingToldMore() async throws {
        try await withFolder { folder in
            for _ in 0..<2 {
                let (process, output) = try start(["--load", ".", "--port", "0"], in: folder)
                let greeting = await read(output, until: "Ctrl-C")
                let key = folder.appendingPathComponent("service-account.json")
                let lines = greeting.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                let endpoint = try #require(lines.first { $0.hasPrefix("endpoint: ") }?.dropFirst(10))
                #expect(lines.contains("credentials: \(key.path)"), "\(greeting)")
                let mode = try FileManager.default.attributesOfItem(atPath: key.path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                let page = try await HTTPClient().send(HTTPRequest(url: "\(endpoint)/", label: "page"))
                #expect(String(decoding: page.body, as: UTF8.self).contains("<td>餃子</td>"))
                process.terminate()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func itLeavesSomebodyElsesKeyAlone() async throws {
        try await withFolder { folder in
            let key = folder.appendingPathComponent("service-account.json")
            let content = Data(#"{"token_uri":"https://oauth2.googleapis.com/token"}"#.utf8)
            try content.write(to: key)
            let (process, output) = try start(["--load", ".", "--port", "0"], in: folder)
            let message = await read(output, until: "Ctrl-C")
            process.waitUntilExit()
            #expect(process.terminationStatus == 1)
            #expect(message.contains("was not made by this program"), "\(message)")
            #expect(try Data(contentsOf: key) == content)
        }
    }

    /// A command of the document: method, path and body.
    private struct Command {
        let method: String
        let path: String
        let body: String?
    }

    private static func commands() throws -> [Command] {
        let text = try String(contentsOf: document, encoding: .utf8)
        return text.matches(of: /curl (?:-X ([A-Z]+) )?\$E(\/\S+)(?: -d '([^']*)')?/).map { match in
            let body = match.3.map(String.init)
            return Command(
                method: match.1.map(String.init) ?? (body == nil ? "GET" : "POST"), path: String(match.2), body: body)
        }
    }

    @Test func everyCommandOfTheDocumentWorksInItsOrder() async throws {
        let commands = try Self.commands()
        #expect(commands.count == 32)
        let rows = (1...20).map { ["\($0)", "r\($0)"] }
        try await TestClient.run(tabs: [("レシピ分類", rows)]) { client async throws in
            for command in commands {
                let answer = try await client.send(command.method, command.path, body: command.body, signed: false)
                #expect(answer.status == 200, "\(command): \(answer.text)")
            }
            #expect(client.emulator.spreadsheetIDs == ["s1"])
        }
    }
}
