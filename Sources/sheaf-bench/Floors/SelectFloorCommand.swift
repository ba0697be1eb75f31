import ArgumentParser
import Foundation
import MySQL

/// What one pass over labels took, and how many it saw.
struct ReadResult: Codable, Sendable {
    var rows: Int
    var bytes: Int
    var usage: ResourceUsage
}

/// The subcommand `select-floor`: the least that can be done to read as many labels.
struct SelectFloorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "select-floor",
        abstract: "Reads a store's current labels by one bare SELECT; prints JSON.",
        discussion: "Connecting is not counted. With --output, the labels are written to a file, one a line.")

    @Option(help: ArgumentHelp("The store's URL.", valueName: "url"))
    var store: String

    @Option(help: ArgumentHelp("Where to write the labels.", valueName: "file"))
    var output: String?

    func run() async throws {
        let connection = try await MySQLConnection.connect(try MySQLConfiguration(url: store, password: nil))
        let output = output
        let (count, usage) = try await ResourceUsage.measuring {
            try await connection.run { connection in
                var lines = try LineFile(output)
                var rows = 0
                try connection.forEachRow("SELECT key_hash, label FROM sheaf_labels ORDER BY dataset_id, key_hash") {
                    try $0.withBytes(1) { try lines.write($0) }
                    rows += 1
                }
                try lines.finish()
                return (rows: rows, bytes: lines.bytes)
            }
        }
        await connection.close()
        print(try JSONDocument.text(ReadResult(rows: count.rows, bytes: count.bytes, usage: usage)))
    }
}

/// Lines on their way into a file, or into none.
struct LineFile {
    private let handle: FileHandle?
    private var block: [UInt8] = []
    private(set) var bytes = 0

    private static let blockBytes = 1 << 20

    init(_ path: String?) throws {
        guard let path else {
            handle = nil
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw BenchFailure("\(path) cannot be written.")
        }
        handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    mutating func write(_ line: UnsafeRawBufferPointer) throws {
        bytes += line.count + 1
        guard handle != nil else { return }
        block.append(contentsOf: line)
        block.append(UInt8(ascii: "\n"))
        if block.count >= Self.blockBytes { try flush() }
    }

    mutating func finish() throws {
        try flush()
        try handle?.close()
    }

    private mutating func flush() throws {
        if let handle, !block.isEmpty { try handle.write(contentsOf: Data(block)) }
        block.removeAll(keepingCapacity: true)
    }
}
