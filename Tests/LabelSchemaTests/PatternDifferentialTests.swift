import Foundation
import TestRandom
import Testing

@testable import LabelSchema

/// Our engine and two that nobody here wrote, on expressions and texts made at random.
@Suite struct PatternDifferentialTests {
    /// Texts longer than that would keep the other engines, which search, for too long.
    private static let longest = 24

    private struct Trial {
        let source: String
        var verdicts: [(text: String, isMatch: Bool)] = []
    }

    @Test(arguments: [1, 2, 3, 4]) func matchesWhatSwiftsRegexMatches(seed: UInt64) throws {
        let trials = try trials(.swift, count: 250, seed: seed)
        for trial in trials {
            let regex = try Regex(trial.source).matchingSemantics(.unicodeScalar)
            for (text, isMatch) in trial.verdicts {
                let matches = try regex.wholeMatch(in: text) != nil
                #expect(matches == isMatch, "seed \(seed): “\(trial.source)” on “\(text)”")
            }
        }
    }

    @Test func matchesWhatXMLSchemasExpressionsMatchElsewhere() async throws {
        let trials = try trials(.xmlSchema, count: 500, seed: 20)
        let lines = try trials.map { trial in
            let pairs = trial.verdicts.map { [$0.text, $0.isMatch] as [Any] }
            return String(
                decoding: try JSONSerialization.data(withJSONObject: [trial.source, pairs] as [Any]), as: UTF8.self)
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).ndjson")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)

        let support = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support").path
        let python = try await run("\(support)/python-environment.sh", ["patterns"])
        try #require(python.status == 0, "\(python.output)")
        let path = python.output.split(separator: "\n").last.map(String.init) ?? ""
        let result = try await run(path, ["\(support)/pattern-check.py", file.path])
        #expect(result.status == 0, "\(result.output.suffix(4000))")
        #expect(result.output.contains("500 expressions, "))
    }

    /// Expressions with texts that they should match, and such with a change or two, of which many do not.
    private func trials(_ dialect: RandomPattern.Dialect, count: Int, seed: UInt64) throws -> [Trial] {
        var random = SeededRandom(seed: seed)
        var matches = 0
        var texts = 0
        let trials = try (0..<count).map { _ in
            let expression = RandomPattern.random(dialect, &random)
            var trial = Trial(source: expression.source)
            let pattern = try ValuePattern(trial.source)
            for _ in 0..<4 {
                let sample = expression.sample(&random)
                let changed = RandomPattern.changed(sample, &random)
                for text in [sample, changed, RandomPattern.changed(changed, &random)] where text.count <= Self.longest
                {
                    let isMatch = Array(text.utf8).withUnsafeBufferPointer { pattern.matches($0) }
                    trial.verdicts.append((text, isMatch))
                    #expect(isMatch || text != sample, "seed \(seed): “\(trial.source)” has to match “\(text)”")
                    matches += isMatch ? 1 : 0
                    texts += 1
                }
            }
            return trial
        }
        // Else it would be the same answer every time.
        #expect(matches * 4 > texts && matches * 4 < texts * 3, "\(matches) of \(texts)")
        return trials
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: program)
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
