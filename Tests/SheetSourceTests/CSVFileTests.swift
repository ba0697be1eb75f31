import Foundation
import SheetSource
import Testing

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
        let collector = Collector { _ in
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
}
