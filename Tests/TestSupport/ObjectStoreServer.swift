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
            // Not by `PythonScript`, which waits asynchronously: this is the first value of a constant.
            let said = try SupportScript.run("python-environment.sh", ["object-store"])
            let python = said.split(separator: "\n").last.map(String.init) ?? ""
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
