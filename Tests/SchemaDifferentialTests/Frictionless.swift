import Foundation

/// The other validator: frictionless in one process of Python, which answers any number of questions.
struct Frictionless {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let support = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Support").path

    /// What it says of each question.
    static func verdicts(on questions: [Question]) async throws -> [Verdict] {
        guard !questions.isEmpty else { return [] }
        let setUp = try await run("\(support)/python-environment.sh", ["frictionless"], input: "")
        let python = setUp.split(separator: "\n").last.map(String.init) ?? ""
        let input = questions.map { $0.line + "\n" }.joined()
        let output = try await run(python, ["\(support)/frictionless-check.py"], input: input)
        let decoder = JSONDecoder()
        let verdicts = try output.split(separator: "\n").map { line in
            try decoder.decode(Answer.self, from: Data(line.utf8)).verdict
        }
        guard verdicts.count == questions.count else {
            throw Failure(description: "\(verdicts.count) answers to \(questions.count) questions")
        }
        return verdicts
    }

    private struct Answer: Decodable {
        struct Entry: Decodable {
            let finding: Finding

            init(from decoder: any Decoder) throws {
                var parts = try decoder.unkeyedContainer()
                let row = try parts.decode(Int.self)
                let field = try parts.decode(String.self)
                finding = Finding(row: row, field: field, code: try parts.decode(String.self))
            }
        }

        let refused: [String]?
        let header: [String]?
        let crashed: String?
        let errors: [Entry]?

        var verdict: Verdict {
            if let refused { return .refused(refused) }
            if let header { return .header(Set(header)) }
            if let crashed { return .crashed(crashed) }
            return .checked(Set((errors ?? []).map(\.finding)))
        }
    }

    /// Runs a program to its end and gives what it printed.
    ///
    /// Input and output are files, so that neither side waits for the other.
    private static func run(_ program: String, _ arguments: [String], input: String) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["input", "output", "errors"].map { folder.appending(path: $0) }
        for file in files { try Data(file == files[0] ? Array(input.utf8) : []).write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard process.terminationStatus == 0 else {
            let words = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
            throw Failure(description: "\(program) ended with \(process.terminationStatus): \(words)")
        }
        return String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
    }
}
