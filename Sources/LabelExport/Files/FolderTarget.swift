internal import Digest
internal import Foundation
internal import Synchronization

/// A folder that an export appears in, whole.
///
/// Files are written in a hidden folder beside it, `.NAME.sheaf-export`, which takes the folder's name in the end. Where
/// there is another export, the two change places in one step of the file system, and the older one is deleted then.
package final class FolderTarget: ExportTarget {
    private let folder: URL
    private let work: URL
    private let lock = FolderLock()
    private let mayReplace = Mutex(false)

    private static let suffix = ".sheaf-export"
    private static let journal = "journal.json"

    /// - Parameter path: the folder, which need not be there.
    package init(path: String) {
        // A link is followed, and stays: it would change names itself, and what is behind it would be deleted.
        let real = realpath(path, nil)
        defer { free(real) }
        // A path that begins with ~ is one in this folder: the shell is who knows homes.
        let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        let url = URL(filePath: real.map { String(cString: $0) } ?? full, directoryHint: .isDirectory)
            .standardizedFileURL
        folder = url
        work = url.deletingLastPathComponent()
            .appending(path: ".\(url.lastPathComponent)\(Self.suffix)", directoryHint: .isDirectory)
    }

    package func begin(identity: String, replaces: Bool) async throws -> ExportRemains {
        if let manifest = try there(), manifest.identity == identity, try isWhole(manifest.parts, in: folder) {
            return .everything(manifest)
        }
        try checkPlace()
        try checkFolder(replaces: replaces)
        try makeFolder(work)
        guard try lock.take(work.filePath) else {
            throw ExportProblem(
                .occupied, "Another export into \(folder.filePath) is under way.", hint: "Wait for it, or stop it.")
        }
        mayReplace.withLock { $0 = replaces }
        // Who may read the folder that is there may read the one that takes its place.
        if let mode = FileStatus(folder.filePath)?.mode { chmod(work.filePath, mode | S_IRWXU) }
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
        // Somebody may have put something there meanwhile.
        try checkFolder(replaces: mayReplace.withLock(\.self))
        try? FileManager.default.removeItem(at: work.appending(path: Self.journal))
        // An empty folder gives way; an older export takes the hidden name.
        if rename(work.filePath, folder.filePath) == 0 { return lock.release() }
        guard errno == ENOTEMPTY || errno == EEXIST, exchangeNames(work.filePath, folder.filePath) else {
            throw FolderFile.problem(folder.filePath, errno)
        }
        lock.release()
        // Unless another export has begun there, and cleared it away itself.
        let older = FolderLock()
        guard try older.take(work.filePath) else { return }
        try clear(work)
        rmdir(work.filePath)
        older.release()
    }

    package func leave() async {
        // Gone if there is nothing in it.
        rmdir(work.filePath)
        lock.release()
    }

    // MARK: - What is there

    /// The manifest of the export that is in the folder, if there is one.
    private func there() throws -> ExportManifest? {
        let url = folder.appending(path: ExportManifest.path)
        guard let bytes = try? Data(contentsOf: url) else { return nil }
        return try? ExportManifest.decode(ExportManifest.self, Array(bytes))
    }

    /// Refuses, before anything is written, a folder that could not take another's place in the end.
    private func checkPlace() throws {
        let name = folder.lastPathComponent
        if name.hasPrefix("."), name.hasSuffix(Self.suffix) {
            throw ExportProblem(
                .occupied, "\(name) is a name that exports have until they are whole.", hint: "Name another folder.")
        }
        if let link = FileStatus(folder.filePath), link.isLink {
            throw ExportProblem(
                .occupied, "\(folder.filePath) is a link to what is not there.", hint: "Name another folder.")
        }
        guard let status = FileStatus(folder.filePath) else { return }
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory).filePath
        if folder.filePath == "/" || here == folder.filePath || here.hasPrefix(folder.filePath + "/") {
            throw ExportProblem(
                .occupied, "\(folder.filePath) is the folder that you are in, or above it, and cannot be replaced.",
                hint: "Name a folder in it, such as labels/.")
        }
        if let parent = FileStatus(folder.deletingLastPathComponent().filePath), parent.device != status.device {
            throw ExportProblem(
                .occupied, "\(folder.filePath) is where another disk is mounted, and cannot be replaced.",
                hint: "Name a folder in it.")
        }
    }

    private func checkFolder(replaces: Bool) throws {
        guard let status = FileStatus(folder.filePath) else { return }
        guard status.isFolder else {
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
            "data", ExportManifest.path, DataPackage.path, "schema.json", "tableschema.json", "tableschema-gone.json",
        ])
        if let foreign = names.first(where: { !own.contains($0) }) {
            throw ExportProblem(
                .occupied, "\(folder.filePath) holds \(foreign), which is no part of an export.",
                hint: "Move it away first.")
        }
    }

    /// What is in a folder and the folders in it, by their paths from there.
    private func names(in folder: URL) throws -> [String] {
        do {
            return try FileManager.default.subpathsOfDirectory(atPath: folder.filePath).sorted()
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

extension URL {
    /// As system calls take it.
    fileprivate var filePath: String {
        let path = path(percentEncoded: false)
        // Behind a slash a file would not be found to be one.
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
