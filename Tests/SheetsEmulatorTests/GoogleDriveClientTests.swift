import Foundation
import Subprocess
import Testing

@testable import SheetsEmulator

/// Clients that nobody here wrote: Google's own for Python, with its discovery documents, and gspread.
@Suite struct GoogleDriveClientTests {
    @Test(.timeLimit(.minutes(5))) func googlesClientAndGspreadFindTheDriveTheyKnow() async throws {
        let emulator = SheetsEmulator()
        try await emulator.start()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try emulator.makeServiceAccountKey(directory: folder.path)
        emulator.addSpreadsheet(
            id: "recipe-category-1", title: "レシピ分類", sharedWith: [key.email],
            tabs: [("レシピ分類", [["レシピID", "タイトル"], ["1", "餃子"]])])
        let support = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Support").path
        let result = try await Subprocess.run(
            .name("bash"),
            arguments: [
                "-c", #"exec "$("$0/google-clients.sh")" "$0/google-drive-check.py" "$1" "$2""#, support,
                emulator.endpoint, key.path,
            ], output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        await emulator.stop()
        let isSuccess = result.terminationStatus.isSuccess
        #expect(
            isSuccess, "\(result.standardOutput)\n\(result.standardError)")
    }
}
