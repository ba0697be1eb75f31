import Foundation

/// What `csv` names: one file, the files whose names fit a pattern, or all CSV files of a folder.
///
/// Each of several files is a sheet of its own. They are looked up when they are to be read: a trainer that reports while a
/// network folder is away needs none of them.
struct CSVPattern {
    /// As written, in one way: `./a.csv` is `a.csv`.
    let text: String

    init(_ written: String) {
        let parts = written.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
        let plain = (written.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
        text = plain.isEmpty ? "." : plain
    }

    private var folder: String? { text.lastIndex(of: "/").map { String(text[..<$0]) } }
    private var name: String { text.lastIndex(of: "/").map { String(text[text.index(after: $0)...]) } ?? text }

    /// Whether a folder's name holds what is allowed in a file's name only.
    var isMisplaced: Bool { folder?.contains(where: Self.isWild) == true }

    private static func isWild(_ character: Character) -> Bool { character == "*" || character == "?" }

    /// The files that are meant, as paths that begin as the pattern does, in the order of their names' bytes.
    ///
    /// Hidden files and those that Office puts beside an open file are never meant.
    ///
    /// - Parameter base: the folder that relative paths are meant from.
    /// - Returns: `nil` if it is one file, be it there or not; else those that are there.
    func files(in base: String) -> [String]? {
        let whole = absolute(text, base)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder) {
            guard isFolder.boolValue else { return nil }
            return list(text, base) { $0.lowercased().hasSuffix(".csv") }
        }
        guard name.contains(where: Self.isWild) else { return nil }
        let name = name
        return list(folder ?? ".", base) { fnmatch(name, $0, 0) == 0 }
    }

    private func list(_ folder: String, _ base: String, _ isMeant: (String) -> Bool) -> [String] {
        let place = absolute(folder.isEmpty ? "/" : folder, base)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        let meant = names.filter { name in
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: "\(place)/\(name)", isDirectory: &isFolder)
            return !name.hasPrefix(".") && !name.hasPrefix("~$") && isMeant(name) && !(isThere && isFolder.boolValue)
        }
        return meant.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
            folder == "." ? $0 : "\(folder)/\($0)"
        }
    }

    private func absolute(_ path: String, _ base: String) -> String {
        path.hasPrefix("/") ? path : "\(base)/\(path)"
    }
}
