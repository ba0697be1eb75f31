internal import Foundation
internal import Synchronization

/// An object store of this test process, which judges the signature of every request: moto, from PyPI.
///
/// It is there where Python packages can be had; elsewhere what needs it is skipped, and the reason is printed once.
package struct ObjectStoreServer: Sendable {
    /// The one that all tests share; `nil` where it cannot be had.
    package static let shared: ObjectStoreServer? = start()
    /// What a skipped test says.
    package static let reason: String = "moto could not be installed from PyPI; see standard error"
    /// A bucket for anybody; tests keep apart by prefixes.
    package static let bucket = "sheaf-tests"
    /// A bucket in which these credentials may do nothing.
    package static let lockedBucket = "sheaf-locked"

    /// Its address.
    package let address: String
    /// A user's keys.
    package let accessKey: String
    package let secretKey: String
    /// The keys of a role, which need its session token.
    package let roleAccessKey: String
    package let roleSecretKey: String
    package let roleSessionToken: String

    /// The variables by which a program finds it.
    package var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL_S3": address, "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey,
            "AWS_REGION": "us-east-1",
        ]
    }

    /// A prefix that no other test has.
    package static func prefix() -> String { "tests/\(UUID().uuidString)" }

    private static func start() -> ObjectStoreServer? {
        do {
            let python = try PythonEnvironment.path("object-store")
            let process = Process()
            let (input, output) = (Pipe(), Pipe())
            process.executableURL = URL(filePath: python)
            process.arguments = [SupportScript.folder.appending(path: "object-store.py").path(percentEncoded: false)]
            process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
            // It ends with its standard input, and so with this process however that ends.
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            held.withLock { $0 = Held(process: process, input: input) }
            var line: [UInt8] = []
            while !line.contains(UInt8(ascii: "\n")) {
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { throw SupportScript.Failed(description: "object-store.py ended") }
                line += more
            }
            return ObjectStoreServer(try JSONDecoder().decode([String: String].self, from: Data(line)))
        } catch {
            FileHandle.standardError.write(Data("There is no object store for the tests: \(error)\n".utf8))
            return nil
        }
    }

    private init?(_ said: [String: String]) {
        guard let address = said["address"], let accessKey = said["accessKey"], let secretKey = said["secretKey"],
            let roleAccessKey = said["roleAccessKey"], let roleSecretKey = said["roleSecretKey"],
            let roleSessionToken = said["roleSessionToken"]
        else { return nil }
        (self.address, self.accessKey, self.secretKey) = (address, accessKey, secretKey)
        (self.roleAccessKey, self.roleSecretKey, self.roleSessionToken) = (
            roleAccessKey, roleSecretKey, roleSessionToken
        )
    }

    private struct Held {
        var process: Process
        var input: Pipe
    }

    /// Keeps the pipe open.
    private static let held = Mutex<Held?>(nil)
}

/// An environment with Python packages, made by `Tests/Support/python-environment.sh`.
package enum PythonEnvironment {
    /// Where its Python is.
    ///
    /// - Parameter name: that of the file that lists its packages.
    /// - Returns: the path of its interpreter.
    /// - Throws: if there is no Python, or the packages cannot be had.
    package static func path(_ name: String) throws -> String {
        let said = try SupportScript.run("python-environment.sh", [name])
        guard let path = said.split(separator: "\n").last else {
            throw SupportScript.Failed(description: "python-environment.sh \(name) says no path")
        }
        return String(path)
    }

    /// Runs a script of `Tests/Support`.
    ///
    /// - Parameters:
    ///   - script: its name.
    ///   - environment: whose Python runs it; `nil` for that of the system.
    ///   - arguments: what follows the script's name.
    ///   - input: what it reads from its standard input.
    /// - Returns: the lines that it prints.
    /// - Throws: if it cannot be run, or fails.
    package static func run(
        _ script: String, in environment: String?, arguments: [String] = [], input: [UInt8] = []
    ) throws -> [String] {
        let process = Process()
        let output = Pipe()
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        process.executableURL = URL(filePath: try environment.map(path) ?? "/usr/bin/env")
        process.arguments =
            (environment == nil ? ["python3"] : [])
            + [SupportScript.folder.appending(path: script).path(percentEncoded: false)] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw SupportScript.Failed(description: "\(script) failed; its reasons are above")
        }
        return text.split(separator: "\n").map(String.init)
    }
}
