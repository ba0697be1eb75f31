internal import Digest
internal import Foundation

/// A folder that an export appears in, whole.
///
/// Files are written in a hidden folder beside it, `.NAME.sheaf-export`, which takes the folder's name in the end. Where
/// there is another export, the two change places in one step of the file system, and the older one is deleted then.
package final class FolderTarget: ExportTarget {
    private let folder: URL
    private let work: URL
    private let lock = FolderLock()

    private static let journal = "journal.json"

    /// - Parameter path: the folder, which need not be there.
    package init(path: String) {
        let url = URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
        folder = url
        work = url.deletingLastPathComponent()
            .appending(path: ".\(url.lastPathComponent).sheaf-export", directoryHint: .isDirectory)
    }

    package func begin(identity: String, replaces: Bool) async throws -> ExportRemains {
        if let manifest = try there(), manifest.identity == identity, try isWhole(manifest.parts, in: folder) {
            return .everything(manifest)
        }
        try checkFolder(replaces: replaces)
        try makeFolder(work)
        guard lock.take(work.filePath) else {
            throw ExportProblem(
                .occupied, "Another export into \(folder.filePath) is under way.", hint: "Wait for it, or stop it.")
        }
        let journal = work.appending(path: Self.journal)
        if let bytes = try? Data(contentsOf: journal),
            let found = try? ExportManifest.decode(ExportJournal.self, Array(bytes)), found.identity == identity
        {
            return .parts(try found.parts.filter { try isWhole([$0], in: work) })
        }
        try clear(work)
        return .nothing
    }

    package func makeFile(_ path: String) async throws -> any ExportFile {
        let url = work.appending(path: path)
        try makeFolder(url.deletingLastPathComponent())
        return try FolderFile(url.filePath)
    }

    package func note(_ journal: ExportJournal) async throws {
        let file = try await makeFile(Self.journal)
        try await file.write(try ExportManifest.encode(journal))
        try await file.finish()
    }

    package func finish() async throws {
        try? FileManager.default.removeItem(at: work.appending(path: Self.journal))
        let isThere = FileManager.default.fileExists(atPath: folder.filePath)
        // An older export takes the hidden name, or an empty folder does.
        let isMoved =
            isThere ? exchangeNames(work.filePath, folder.filePath) : rename(work.filePath, folder.filePath) == 0
        guard isMoved else { throw FolderFile.problem(folder.filePath, errno) }
        lock.release()
        if isThere {
            try clear(work)
            rmdir(work.filePath)
        }
    }

    package func leave() async {
        lock.release()
        // Gone if there is nothing in it.
        rmdir(work.filePath)
    }

    // MARK: - What is there

    /// The manifest of the export that is in the folder, if there is one.
    private func there() throws -> ExportManifest? {
        let url = folder.appending(path: ExportManifest.path)
        guard let bytes = try? Data(contentsOf: url) else { return nil }
        return try? ExportManifest.decode(ExportManifest.self, Array(bytes))
    }

    private func checkFolder(replaces: Bool) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.filePath, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else {
            throw ExportProblem(
                .occupied, "\(folder.filePath) is a file.", hint: "Name a folder that is empty or not there yet.")
        }
        let names = try names(in: folder)
        if names.isEmpty { return }
        guard let manifest = try there() else {
            throw ExportProblem(
                .occupied, "\(folder.filePath) is not empty, and holds no export.",
                hint: "Name a folder that is empty or not there yet.")
        }
        guard replaces else {
            throw ExportProblem(
                .occupied,
                "\(folder.filePath) holds another export, of \(manifest.dataset)@\(manifest.version), or parts of it changed.",
                hint: "Name another folder, or give --replace.")
        }
        // Nothing that somebody else put there is deleted along.
        let own = Set(manifest.parts.map(\.path)).union([
            ExportManifest.path, DataPackage.path, "schema.json", "tableschema.json", "tableschema-gone.json",
        ])
        if let foreign = names.first(where: { !own.contains($0) }) {
            throw ExportProblem(
                .occupied, "\(folder.filePath) holds \(foreign), which is no part of an export.",
                hint: "Move it away first.")
        }
    }

    /// The files in a folder and the folders in it, by their paths from there.
    private func names(in folder: URL) throws -> [String] {
        do {
            return try FileManager.default.subpathsOfDirectory(atPath: folder.filePath).filter { path in
                var isFolder: ObjCBool = false
                let full = folder.appending(path: path).filePath
                return FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) && !isFolder.boolValue
            }.sorted()
        } catch {
            throw ExportProblem(.output, "\(folder.filePath) cannot be read: \(error.localizedDescription)")
        }
    }

    private func isWhole(_ parts: [ExportManifest.Part], in folder: URL) throws -> Bool {
        for part in parts {
            guard let handle = try? FileHandle(forReadingFrom: folder.appending(path: part.path)) else { return false }
            defer { try? handle.close() }
            var hasher = SHA256Hasher()
            var count = 0
            while let bytes = try handle.read(upToCount: 1 << 20), !bytes.isEmpty {
                count += bytes.count
                hasher.update(Array(bytes))
            }
            guard count == part.bytes, hasher.finish().hex == part.sha256 else { return false }
        }
        return true
    }

    // MARK: - Folders

    private func makeFolder(_ url: URL) throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw ExportProblem(
                .output, "The folder \(url.filePath) cannot be made: \(error.localizedDescription)",
                hint: "Choose a place that may be written to.")
        }
    }

    private func clear(_ folder: URL) throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.filePath)) ?? [] {
            do {
                try FileManager.default.removeItem(at: folder.appending(path: name))
            } catch {
                throw ExportProblem(.output, "\(name) cannot be deleted: \(error.localizedDescription)")
            }
        }
    }
}

/// Has two folders change names in one step, so that each name has a folder at every moment.
///
/// renameat2(2) with `RENAME_EXCHANGE`. The headers show it to programs in C with GNU's extensions only, so it is looked up
/// by its name.
private func exchangeNames(_ one: String, _ other: String) -> Bool {
    typealias RenameAt2 = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else {
        errno = ENOSYS
        return false
    }
    let exchange: UInt32 = 1 << 1
    return unsafeBitCast(symbol, to: RenameAt2.self)(AT_FDCWD, one, AT_FDCWD, other, exchange) == 0
}

/// A file in a folder, under another name until it is whole.
private final class FolderFile: ExportFile {
    private let path: String
    private let temporary: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        temporary = path + ".part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.problem(path, errno) }
    }

    func write(_ bytes: [UInt8]) async throws {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { bytes in
                Foundation.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.problem(path, errno)
            }
            done += written
        }
    }

    func finish() async throws {
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
            throw Self.problem(path, errno)
        }
    }

    func discard() async {
        close(descriptor)
        unlink(temporary)
    }

    static func problem(_ path: String, _ number: Int32) -> ExportProblem {
        let hint =
            switch number {
            case ENOSPC, EDQUOT: "Free some space, or write to another disk; what is whole need not be written again."
            case EACCES, EROFS: "Choose a place that may be written to."
            default: ""
            }
        return ExportProblem(.output, "\(path) cannot be written: \(String(cString: strerror(number))).", hint: hint)
    }
}

extension URL {
    /// As system calls take it.
    fileprivate var filePath: String {
        let path = path(percentEncoded: false)
        // Behind a slash a file would not be found to be one.
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
