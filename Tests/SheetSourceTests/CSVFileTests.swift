import Foundation
import Synchronization
import Tabular
import Testing

@testable import SheetSource

@Suite struct CSVFiles {
    private func read(_ path: String, headerRow: Int = 1, into collector: Collector) async throws -> SheetReading {
        try await CSVFile.read(path: path, headerRow: headerRow, into: collector)
    }

    @Test func bringTheirRowsTheirNameAndTheProof() async throws {
        let folder = try TemporaryFolder()
        let text = "id,名前\r\n1,\"味噌, \"\"赤\"\"\"\r\n\r\n2,\"二\n行\"\n"
        let path = try folder.write(text, to: "labels.csv")
        let collector = Collector()
        let reading = try await read(path, into: collector)
        #expect(collector.rows == [["id", "名前"], ["1", "味噌, \"赤\""], [], ["2", "二\n行"]])
        #expect(collector.begun.map(\.title) == ["labels.csv"])
        #expect(reading.rowsRead == 4)
        #expect(reading.bytes == text.utf8.count)
        #expect(reading.fileVersionBefore == reading.fileVersionAfter)
        #expect(reading.oneAnswer)
    }

    @Test func mayEndWithoutALineBreakAndBeginWithAMark() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([0xEF, 0xBB, 0xBF] + Array("id\n1".utf8), to: "a.csv")
        let collector = Collector()
        _ = try await read(path, into: collector)
        #expect(collector.rows == [["id"], ["1"]])
    }

    @Test func beginAtTheirHeaderRow() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a note\n\nid\n1\n", to: "a.csv")
        let collector = Collector()
        let reading = try await read(path, headerRow: 3, into: collector)
        #expect(collector.rows == [["id"], ["1"]])
        #expect(collector.firstRowNumbers == [3])
        #expect(reading.rowsRead == 2)
    }

    @Test func areFoundInAFolderByName() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("id\n1\n", to: "a.csv")
        let collector = Collector()
        let reading = try await CSVFolderSource(folder: folder.path).read(
            SheetReference(spreadsheet: "a.csv"), into: collector)
        #expect(collector.rows == [["id"], ["1"]])
        #expect(reading.rowsRead == 2)
    }

    @Test func largerThanOneReadComeInBatches() async throws {
        let folder = try TemporaryFolder()
        let rows = (0..<40_000).map { ["\($0)", "料理 \($0)"] }
        let path = try folder.write(rows.map { $0.joined(separator: ",") + "\n" }.joined(), to: "a.csv")
        let collector = Collector()
        _ = try await read(path, into: collector)
        #expect(collector.rows == rows)
        #expect(collector.firstRowNumbers.count > 1)
    }

    @Test func thatAreNotThereSaySo() async throws {
        let folder = try TemporaryFolder()
        for path in ["\(folder.path)/none.csv", folder.path] {
            let error = try await sheetFailure { _ = try await read(path, into: Collector()) }
            #expect(error.code == .csvNotReadable)
            #expect(error.sheet?.spreadsheet == path)
        }
    }

    @Test func thatAreMalformedSayWhereAndNotWhat() async throws {
        let folder = try TemporaryFolder()
        for text in ["id\n1\ns3cret\"x\n", "id\n\"s3cret\n"] {
            let path = try folder.write(text, to: "a.csv")
            let error = try await sheetFailure { _ = try await read(path, into: Collector()) }
            #expect(error.code == .csvMalformed)
            #expect(error.detail.contains("line"))
            #expect(!"\(error)".contains("s3cret"))
        }
    }

    @Test func thatAreWrittenToMeanwhileAreNoRead() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id\n1\n", to: "a.csv")
        let collector = Collector { batch in
            // Once: a reader that did not notice would read for ever what this writes.
            guard batch == 1 else { return }
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: Data("2\n".utf8))
            try file.close()
        }
        let error = try await sheetFailure { _ = try await read(path, into: collector) }
        #expect(error.code == .changedWhileReading)
    }

    @Test func endWithTheirConsumersError() async throws {
        struct Full: Error {}
        let folder = try TemporaryFolder()
        let path = try folder.write("id\n1\n", to: "a.csv")
        let collector = Collector { _ in throw Full() }
        let error = try await sheetFailure { _ = try await read(path, into: collector) }
        #expect(error.code == .consumerStopped)
        #expect(error.underlying is Full)
    }

    // MARK: Encodings

    private static let shiftJIS: [UInt8] =
        Array("id,".utf8) + [0x97, 0xBF, 0x97, 0x9D] + Array("\r\n1,".utf8) + [0x87, 0x40, 0x81, 0x60, 0xB1]
        + Array("\r\n".utf8)
    private static let utf16: [UInt8] = Array("\u{feff}id\t料理\r\n1\t\"①\tｱ, 🍜\"\r\n".utf16).flatMap {
        [UInt8($0 & 0xFF), UInt8($0 >> 8)]
    }

    @Test func areReadInTheEncodingThatIsGivenOrFound() async throws {
        let folder = try TemporaryFolder()
        let files: [([UInt8], [TextEncoding], [[String]])] = [
            (Self.shiftJIS, [.cp932, .auto], [["id", "料理"], ["1", "①～ｱ"]]),
            (Self.utf16, [.utf16, .auto], [["id", "料理"], ["1", "①\tｱ, 🍜"]]),
            (Array("id,料理\n1,①\n".utf8), [.utf8, .auto], [["id", "料理"], ["1", "①"]]),
            (Array("\u{feff}id,料理\n1,①\n".utf8), [.utf8, .auto], [["id", "料理"], ["1", "①"]]),
            (Array("id\n1\n".utf8), [.utf8, .auto, .cp932], [["id"], ["1"]]), ([], [.utf8, .auto, .cp932], []),
        ]
        for (bytes, encodings, rows) in files {
            let path = try folder.write(bytes, to: "a.csv")
            for encoding in encodings {
                let collector = Collector()
                _ = try await CSVFile.read(path: path, encoding: encoding, into: collector)
                #expect(collector.rows == rows, "\(encoding)")
            }
        }
    }

    @Test func thatAreFoundToBeOfOneEncodingAreItToTheLastByte() async throws {
        let folder = try TemporaryFolder()
        // Half-width kana whose bytes are UTF-8 too, and only far behind them what is not.
        let kana = Array("id,".utf8) + [0xC3, 0xB1] + Array("\n".utf8) + [UInt8](repeating: 0x61, count: 600_000)
        let path = try folder.write(kana + [0x0A, 0x97, 0xBF], to: "a.csv")
        let collector = Collector()
        _ = try await CSVFile.read(path: path, encoding: .auto, into: collector)
        #expect(collector.rows.first == ["id", "ﾃｱ"])
        #expect(collector.rows.last == ["料"])
        #expect(collector.begun.count == 1)
        let utf8 = try folder.write(kana + [0x0A] + Array("料".utf8), to: "b.csv")
        let other = Collector()
        _ = try await CSVFile.read(path: utf8, encoding: .auto, into: other)
        #expect(other.rows.first == ["id", "ñ"])
        // A mark is a promise, which the rest has to keep.
        let broken = try folder.write([0xEF, 0xBB, 0xBF] + Self.shiftJIS, to: "c.csv")
        let error = try await sheetFailure {
            _ = try await CSVFile.read(path: broken, encoding: .auto, into: Collector())
        }
        #expect(error.code == .csvMalformed)
    }

    @Test(
        arguments: [
            (shiftJIS, TextEncoding.utf8, "line 1, byte 3", "encoding: cp932"),
            (utf16, .utf8, "byte 0", "encoding: utf-16"),
            ([0x69, 0x0A, 0x80, 0x61], .utf8, "line 2, byte 2", "UTF-8"),
            ([0x69, 0x0A, 0x80, 0x61], .cp932, "line 2, byte 2", "UTF-8"),
            ([0x69, 0x0A, 0x80, 0x61], .auto, "(line 2, byte 2)", "UTF-8"), (shiftJIS, .utf16, "byte 0", "encoding"),
            ([0x69, 0x0A, 0xE3, 0x81], .utf8, "ends in the middle", "UTF-8"),
        ] as [([UInt8], TextEncoding, String, String)])
    func thatAreOfAnotherEncodingSayWhereAndWhatToDo(
        bytes: [UInt8], encoding: TextEncoding, place: String, hint: String
    ) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "a.csv")
        let collector = Collector()
        let error = try await sheetFailure {
            _ = try await CSVFile.read(path: path, encoding: encoding, into: collector)
        }
        #expect(error.code == .csvMalformed)
        #expect(error.detail.contains(place), "\(error)")
        #expect(error.hint.contains(hint), "\(error)")
        #expect(!collector.rows.joined().contains { $0.contains("\u{FFFD}") })
    }

    // MARK: Versions

    @Test func withTheSameBytesAreUnchangedHoweverOftenTheyAreSaved() async throws {
        let folder = try TemporaryFolder()
        let source = CSVFolderSource(folder: folder.path)
        _ = try folder.write("id\n1\n", to: "a.csv")
        func read(_ known: String?, headerRow: Int = 1, encoding: TextEncoding = .utf8) async throws -> (
            SheetReading, Int
        ) {
            let collector = Collector()
            let source = encoding == .utf8 ? source : CSVFolderSource(folder: folder.path, encoding: encoding)
            let sheet = SheetReference(spreadsheet: "a.csv", headerRow: headerRow)
            let request = SheetRequest(sheet, knownVersion: known, acceptsUnchanged: true, into: collector)
            return (try await source.read(request), collector.begun.count)
        }
        let (first, begun) = try await read(nil)
        #expect(!first.isUnchanged && begun == 1)
        let version = try #require(first.fileVersionAfter)
        #expect(version.utf8.count <= 64)
        _ = try folder.write("id\n1\n", to: "a.csv")
        let (again, untouched) = try await read(version)
        #expect(again.isUnchanged && untouched == 0 && again.fileVersionBefore == version)
        // The same bytes are other rows under another encoding or header row.
        #expect(try await !read(version, headerRow: 2).0.isUnchanged)
        #expect(try await !read(version, encoding: .cp932).0.isUnchanged)
        _ = try folder.write("id\n2\n", to: "a.csv")
        let (changed, told) = try await read(version)
        #expect(!changed.isUnchanged && told == 1 && changed.fileVersionAfter != version)
    }

    // MARK: Files that are no still files

    @Test func thatArePipesAreRefusedAndNotWaitedFor() async throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo("\(folder.path)/a.csv", 0o600) == 0)
        let error = try await sheetFailure { _ = try await read("\(folder.path)/a.csv", into: Collector()) }
        #expect(error.code == .csvNotReadable)
        #expect(error.detail.contains("pipe"))
    }

    /// Reads a file that grows by a line in each of the first `waits` waits; how long they are does not matter.
    private func readWhileCopied(_ path: String, waits: Int, into collector: Collector) async throws -> Int {
        let count = CallCount()
        _ = try await CSVFile.read(
            path: path, stillness: .seconds(1 << 20),
            sleep: { _ in
                let number = count.next()
                guard number <= waits else { return }
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                try file.seekToEnd()
                try file.write(contentsOf: Data("\(number + 1)\n".utf8))
                try file.close()
            }, into: collector)
        return count.next() - 1
    }

    @Test func thatAreStillBeingCopiedAreWaitedFor() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id\n1\n", to: "a.csv")
        let collector = Collector()
        #expect(try await readWhileCopied(path, waits: 3, into: collector) == 4)
        #expect(collector.rows == [["id"], ["1"], ["2"], ["3"], ["4"]])
    }

    @Test func thatNeverStandStillAreNoRead() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id\n1\n", to: "a.csv")
        let collector = Collector()
        let error = try await sheetFailure { _ = try await readWhileCopied(path, waits: .max, into: collector) }
        #expect(error.code == .changedWhileReading)
        #expect(collector.begun.isEmpty)
    }

    @Test func thatAreLargeAreReadPieceByPiece() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/large.csv"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let block = Data(String(repeating: "12345,\"a, b\",cdefghijklmnop\n", count: 40_000).utf8)
        for _ in 0..<8 { try file.write(contentsOf: block) }
        try file.close()
        let counter = RowCounter()
        let reading = try await CSVFile.read(path: path, into: counter)
        #expect(reading.rowsRead == 320_000 && counter.rows == 320_000)
        #expect(reading.bytes == block.count * 8)
        #expect(counter.largestBatch < 1 << 20)
    }

    @Test(.timeLimit(.minutes(1))) func thatKeepAThreadWaitingHoldUpNoTask() async throws {
        // Far more files that wait than there are threads for tasks, and tasks that let them go.
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup { group in
            for _ in 0..<16 { group.addTask { try await onFileThread { () throws(LocalFileError) in gate.wait() } } }
            for _ in 0..<16 { group.addTask { gate.signal() } }
            try await group.waitForAll()
        }
    }
}

/// Counts rows, and notes how much it was given at once.
private final class RowCounter: RowConsumer {
    private let state = Mutex((rows: 0, largestBatch: 0))

    var rows: Int { state.withLock { $0.rows } }
    var largestBatch: Int { state.withLock { $0.largestBatch } }

    func begin(_ identity: SheetIdentity) async throws {}

    func receive(_ batch: RowBatch) async throws {
        state.withLock { state in
            state.rows += batch.rowCount
            state.largestBatch = max(state.largestBatch, batch.bytes.count)
        }
    }
}
