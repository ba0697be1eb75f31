internal import Digest
internal import MySQL

/// Puts compressed pieces into files, in the order of their rows, whoever is done first.
actor PartWriter {
    /// A piece of rows, compressed so that it can stand in a file beside others.
    struct Compressed: Sendable {
        let bytes: [UInt8]
        let rows: Int
    }

    private final class OpenPart {
        let file: any UnloadFile
        let name: String
        var rows = 0
        var bytes = 0
        var hasher = SHA256Hasher()

        init(file: any UnloadFile, name: String) {
            (self.file, self.name) = (file, name)
        }
    }

    private let destination: any UnloadDestination
    private let suffix: String
    private let partSize: Int
    private let settle: @Sendable () -> Void
    private var waiting: [Int: Compressed] = [:]
    private var next = 0
    private var isWriting = false
    private var open: OpenPart?
    private(set) var parts: [UnloadedPart] = []

    /// A writer.
    ///
    /// - Parameters:
    ///   - destination: where files go.
    ///   - suffix: the end of their names.
    ///   - partSize: a file of so many bytes is finished.
    ///   - settle: told of each piece that is written.
    init(
        destination: any UnloadDestination, suffix: String, partSize: Int,
        settle: @escaping @Sendable () -> Void
    ) {
        (self.destination, self.suffix, self.partSize) = (destination, suffix, partSize)
        self.settle = settle
    }

    /// Takes a piece; writes it when its turn has come.
    ///
    /// - Parameters:
    ///   - piece: the piece.
    ///   - number: how many come before it.
    ///   - header: what each file begins with, compressed.
    /// - Throws: what the destination throws.
    func take(_ piece: Compressed, number: Int, header: [UInt8]) async throws {
        waiting[number] = piece
        // Another task is at it, and finds this piece when it comes to it.
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while let piece = waiting.removeValue(forKey: next) {
            next += 1
            try await write(piece, header)
            settle()
        }
    }

    private func write(_ piece: Compressed, _ header: [UInt8]) async throws {
        if open == nil { try await begin(with: header) }
        try await append(piece.bytes)
        open?.rows += piece.rows
        if let open, open.bytes >= partSize { try await close() }
    }

    private func begin(with header: [UInt8]) async throws {
        let digits = "\(parts.count + 1)"
        let name = "part-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + suffix
        open = OpenPart(file: try await destination.begin(name), name: name)
        if !header.isEmpty { try await append(header) }
    }

    private func append(_ bytes: [UInt8]) async throws {
        try await open?.file.write(bytes)
        open?.hasher.update(bytes)
        open?.bytes += bytes.count
    }

    private func close() async throws {
        guard let part = open else { return }
        try await part.file.finish()
        open = nil
        parts.append(
            UnloadedPart(name: part.name, rows: part.rows, bytes: part.bytes, sha256: part.hasher.finish().hex))
    }

    /// Finishes the last file.
    ///
    /// - Parameter header: if there is no file at all, one is made with this; nil makes none.
    /// - Returns: all files.
    /// - Throws: what the destination throws.
    func finish(orBeginWith header: [UInt8]?) async throws -> [UnloadedPart] {
        if let header, parts.isEmpty, open == nil { try await begin(with: header) }
        try await close()
        return parts
    }

    /// Gives up the file that is open.
    func abort() async {
        await open?.file.abort()
        open = nil
    }
}
