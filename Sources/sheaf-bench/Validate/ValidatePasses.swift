import Foundation

/// Measures one thing after the other with the same file.
struct ValidatePasses: Sendable {
    let runs: Int
    let programs: Programs

    /// What is read of the report of `sheaf validate --json`.
    private struct SheafReport: Decodable {
        struct Counts: Decodable {
            var rows: Int
            var invalid: Int
        }

        var valid: Bool
        var counts: Counts
    }

    /// What `validate-with.py` prints.
    private struct OtherReport: Decodable {
        var version: String
        var rows: Int
        var errors: Int
        var usage: ResourceUsage
    }

    func read(_ file: String, rows: Int, bytes: Int) async throws -> ValidateReport.Measured {
        let usages = try await repeated(.read, rows) {
            try await ResourceUsage.measuring {
                guard try FileReading.bytes(of: file) == bytes else { throw BenchFailure("The file changed.") }
            }.1
        }
        return ValidateReport.Measured(way: .read, rows: rows, bytes: bytes, runs: usages)
    }

    func lines(_ file: String, rows: Int, bytes: Int) async throws -> ValidateReport.Measured {
        let usages = try await repeated(.lines, rows) {
            try await ResourceUsage.measuring {
                guard try FileReading.lines(of: file) == rows + 1 else { throw BenchFailure("The file changed.") }
            }.1
        }
        return ValidateReport.Measured(way: .lines, rows: rows, bytes: bytes, runs: usages)
    }

    func sheaf(_ schema: String, _ file: String, rows: Int, bytes: Int) async throws -> ValidateReport.Measured {
        let usages = try await repeated(.sheaf, rows) {
            let (output, usage) = try await programs.run(
                programs.sheaf, ["validate", schema, file, "--json"], as: "sheaf-validate")
            let report = try JSONDocument.value(SheafReport.self, from: output)
            guard report.valid, report.counts.rows == rows else {
                throw BenchFailure("sheaf found \(report.counts.rows) rows, and not \(rows) valid ones.")
            }
            return usage
        }
        return ValidateReport.Measured(way: .sheaf, rows: rows, bytes: bytes, runs: usages)
    }

    /// Makes sure that a validator looks at every column: it has to find each mistake of a small file.
    ///
    /// Sheaf rejects both rows of a duplicate; others report one of them.
    func check(_ name: String?, _ python: String, _ schema: String, _ file: String, mistakes: Int) async throws {
        let found: Int
        if let name {
            let arguments = [try Self.support("validate-with.py"), name, schema, file]
            let (output, _) = try await programs.run(python, arguments, as: "\(name)-check")
            found = try JSONDocument.value(OtherReport.self, from: output).errors
        } else {
            let (output, _) = try await programs.run(
                programs.sheaf, ["validate", schema, file, "--json"], as: "sheaf-check", success: 1)
            found = try JSONDocument.value(SheafReport.self, from: output).counts.invalid
        }
        guard found >= mistakes else {
            throw BenchFailure(
                "\(name ?? "sheaf") found \(found) of \(mistakes) mistakes: the comparison would not be fair.")
        }
    }

    /// The Python of an environment with the other validators.
    func python() async throws -> String {
        Note.write("Python's packages")
        let output = try await programs.run(
            "/bin/bash", [try Self.support("python-environment.sh"), "validators"], as: "python-environment")
        let lines = String(decoding: output.0, as: UTF8.self).split(separator: "\n")
        guard let path = lines.last else { throw BenchFailure("No Python environment could be made.") }
        return String(path)
    }

    func other(
        _ name: String, _ python: String, _ schema: String, _ file: String, rows: Int, bytes: Int
    ) async throws -> ValidateReport.Measured {
        Note.write("\(rows) rows: \(name)")
        let arguments = [try Self.support("validate-with.py"), name, schema, file]
        let (output, _) = try await programs.run(python, arguments, as: name)
        let report = try JSONDocument.value(OtherReport.self, from: output)
        guard report.rows == rows, report.errors == 0 else {
            throw BenchFailure(
                "\(name) found \(report.rows) rows and \(report.errors) errors, and not \(rows) and none.")
        }
        return ValidateReport.Measured(
            way: .other("\(name) \(report.version)"), rows: rows, bytes: bytes, runs: [report.usage])
    }

    private func repeated(
        _ way: ValidateReport.Way, _ rows: Int, _ body: () async throws -> ResourceUsage
    ) async throws -> [ResourceUsage] {
        Note.write("\(rows) rows: \(way.title)")
        // The first one finds out where things are, and brings them into memory.
        _ = try await body()
        var usages: [ResourceUsage] = []
        for _ in 0..<runs { usages.append(try await body()) }
        return usages
    }

    /// A file of the source tree, in which this is run.
    private static func support(_ name: String) throws -> String {
        let path = "\(FileManager.default.currentDirectoryPath)/Tests/Support/\(name)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw BenchFailure("There is no \(path). Run this in the source tree, or with --alone.")
        }
        return path
    }
}
