import Foundation
import Synchronization

/// A service account's key file.
package struct ServiceAccountKey: Sendable {
    /// Where the JSON file stands.
    package let path: String
    /// The address to share spreadsheets with.
    package let email: String
}

/// An RSA key pair in PEM, made by the `openssl` command.
package struct RSAKeyPair: Sendable {
    /// PKCS#8.
    package let privateKeyPEM: String
    package let publicKeyPEM: String

    private static let shared = Mutex<RSAKeyPair?>(nil)

    /// One pair for the whole process.
    ///
    /// Making one takes a while, and accounts of an emulator may well share it.
    static func sharedPair() throws -> RSAKeyPair {
        try shared.withLock { pair in
            if let pair { return pair }
            let made = try generate()
            pair = made
            return made
        }
    }

    /// Makes a new pair of 2048 bits.
    package static func generate() throws -> RSAKeyPair {
        let privateKey = try openssl(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], input: "")
        return RSAKeyPair(privateKeyPEM: privateKey, publicKeyPEM: try openssl(["pkey", "-pubout"], input: privateKey))
    }

    private static func openssl(_ arguments: [String], input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try stdin.fileHandleForWriting.close()
        } catch {
            throw EmulatorError(.keyNotMade, "Could not run openssl: \(error). Install the package openssl.")
        }
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, !output.isEmpty else {
            throw EmulatorError(
                .keyNotMade, "`openssl \(arguments.joined(separator: " "))` failed with \(process.terminationStatus).")
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension SheetsEmulator {
    /// The account that samples are shared with for reading by Sheaf.
    package static let defaultServiceAccount = "sheaf@sheaf-emulator.iam.gserviceaccount.com"
    /// The account that samples are shared with for the annotators' own edits.
    package static let defaultEditorAccount = "annotators@sheaf-emulator.iam.gserviceaccount.com"

    /// Lets a service account sign in, by its public key.
    package func addServiceAccount(email: String, publicKeyPEM: String) {
        state.withLock { $0.tokens.accounts[email] = publicKeyPEM }
    }

    /// Makes a service account and writes its key file (`NAME.json`) into a folder, with `token_uri` pointing here.
    ///
    /// The emulator must have been started, since the address stands in the file.
    package func makeServiceAccountKey(
        directory: String, email: String = SheetsEmulator.defaultServiceAccount
    ) throws -> ServiceAccountKey {
        let name = email.prefix { $0 != "@" }
        return try makeServiceAccountKey(file: "\(directory)/\(name).json", email: email)
    }

    /// Makes a service account and writes its key file, readable by its owner only.
    package func makeServiceAccountKey(file: String, email: String) throws -> ServiceAccountKey {
        guard port != nil else {
            throw EmulatorError(.notStarted, "Start the emulator first: its address stands in the key file.")
        }
        let pair = try RSAKeyPair.sharedPair()
        addServiceAccount(email: email, publicKeyPEM: pair.publicKeyPEM)
        let project = email.split(separator: "@").last?.prefix { $0 != "." } ?? "sheaf-emulator"
        let key = JSONValue.object([
            "type": .string("service_account"), "project_id": .string(String(project)),
            "private_key_id": .string("0000000000000000000000000000000000000001"),
            "private_key": .string(pair.privateKeyPEM), "client_email": .string(email),
            "client_id": .string("100000000000000000001"), "token_uri": .string("\(endpoint)/token"),
            "universe_domain": .string("googleapis.com"),
        ])
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        let data = Data(JSONWriter.bytes(key, pretty: true))
        guard FileManager.default.createFile(atPath: file, contents: data, attributes: attributes) else {
            throw EmulatorError(.folderNotWritable, "Could not write \(file). Does its folder exist?")
        }
        return ServiceAccountKey(path: file, email: email)
    }
}
