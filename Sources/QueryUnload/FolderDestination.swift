internal import Foundation
internal import Synchronization

/// A folder of this machine, which is made, and which nobody else may read.
package struct FolderDestination: UnloadDestination {
    private let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    package func begin(_ name: String) async throws -> any UnloadFile {
        let file = FolderFile(path: "\(folder)/\(name)", folder: folder)
        try await file.open()
        return file
    }

    package func removeAll() async throws {
        try? FileManager.default.removeItem(atPath: folder)
        guard !FileManager.default.fileExists(atPath: folder) else {
            throw UnloadProblem(
                .output, "The folder \(folder) could not be deleted.", hint: "Look at its rights, and its owner's.")
        }
    }
}

/// A file under a temporary name until it is whole.
private actor FolderFile: UnloadFile {
    private let queue = WorkQueue("sheaf.unload.file")
    private let path: String
    private let folder: String
    private var handle: FileHandle?

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    init(path: String, folder: String) {
        (self.path, self.folder) = (path, folder)
    }

    private var temporary: String { path + ".part" }

    func open() throws {
        try reporting {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard
                FileManager.default.createFile(
                    atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw CocoaError(.fileWriteUnknown) }
            handle = try FileHandle(forWritingTo: URL(filePath: temporary))
        }
    }

    func write(_ bytes: [UInt8]) throws {
        try reporting { try handle?.write(contentsOf: bytes) }
    }

    func finish() throws {
        try reporting {
            try handle?.synchronize()
            try handle?.close()
            handle = nil
            guard rename(temporary, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        }
    }

    func abort() {
        try? handle?.close()
        handle = nil
        try? FileManager.default.removeItem(atPath: temporary)
    }

    private func reporting(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw UnloadProblem(
                .output, "A file of the result could not be written in \(folder).",
                hint: "Is the disk full, or the folder not writable? Whoever runs Sheaf can tell.")
        }
    }
}
