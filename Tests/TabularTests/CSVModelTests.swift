import Tabular
import TestRandom
import Testing

/// The scanner looks at eight bytes at once and moves text onto itself; a reader that takes one byte after the other, and
/// the whole file at a time, says what must come of it.
@Suite struct CSVModelTests {
    /// What a file holds, or why it holds nothing.
    private enum Outcome: Equatable {
        case rows([[[UInt8]]])
        case refused(ScanError)
    }

    private struct Model {
        private let bytes: [UInt8]
        private var line = 1
        private var rowLine = 1
        private var index = 0

        static func read(_ bytes: [UInt8]) -> Outcome {
            var model = Model(bytes: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes)
            do throws(ScanError) {
                return .rows(try model.rows())
            } catch {
                return .refused(error)
            }
        }

        private init(bytes: [UInt8]) { self.bytes = bytes }

        private mutating func rows() throws(ScanError) -> [[[UInt8]]] {
            var rows: [[[UInt8]]] = []
            while index < bytes.count { rows.append(try row()) }
            return rows
        }

        private mutating func row() throws(ScanError) -> [[UInt8]] {
            rowLine = line
            let start = index
            var cells = [try cell()]
            while index < bytes.count, bytes[index] == UInt8(ascii: ",") {
                index += 1
                cells.append(try cell())
            }
            let row = bytes[start..<index]
            skipNewline()
            guard String(validating: row, as: UTF8.self) != nil else {
                throw ScanError(.invalidUTF8, at: .line(rowLine))
            }
            while cells.last?.isEmpty == true { cells.removeLast() }
            return cells
        }

        private mutating func cell() throws(ScanError) -> [UInt8] {
            var cell: [UInt8] = []
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                while index < bytes.count, ![0x2C, 0x0A, 0x0D].contains(bytes[index]) {
                    guard bytes[index] != UInt8(ascii: "\"") else { throw ScanError(.strayQuote, at: .line(line)) }
                    cell.append(bytes[index])
                    index += 1
                }
                return cell
            }
            index += 1
            while true {
                guard index < bytes.count else { throw ScanError(.unclosedQuote, at: .line(rowLine)) }
                if bytes[index] == UInt8(ascii: "\"") {
                    index += 1
                    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { break }
                    cell.append(bytes[index])
                    index += 1
                } else if [0x0A, 0x0D].contains(bytes[index]) {
                    let start = index
                    skipNewline()
                    cell += bytes[start..<index]
                } else {
                    cell.append(bytes[index])
                    index += 1
                }
            }
            guard index == bytes.count || [0x2C, 0x0A, 0x0D].contains(bytes[index]) else {
                throw ScanError(.strayQuote, at: .line(line))
            }
            return cell
        }

        private mutating func skipNewline() {
            guard index < bytes.count else { return }
            line += 1
            let isPair = bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
            index += isPair ? 2 : 1
        }
    }

    private func scan(_ chunks: [[UInt8]], atLeast: Int) -> Outcome {
        var scanner = CSVScanner()
        var rows: [[[UInt8]]] = []
        func add(_ batch: RowBatch) {
            #expect(batch.firstRowNumber == rows.count + 1)
            for row in 0..<batch.rowCount {
                rows.append(
                    batch.cells[batch.cellRange(ofRow: row)].map { Array(batch.bytes[Int($0.start)..<Int($0.end)]) })
            }
        }
        do throws(ScanError) {
            for chunk in chunks {
                try scanner.feed(chunk)
                if let batch = scanner.takeBatch(atLeast: atLeast) { add(batch) }
            }
            try scanner.finish()
        } catch {
            return .refused(error)
        }
        if let batch = scanner.takeBatch() { add(batch) }
        return .rows(rows)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func whateverTheBytesAndHoweverTheyCome(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        // Some files are mostly sound, some hardly ever.
        let pieces: [[UInt8]] =
            [",", ",", "\n", "\r\n", "\r", "\"\"", "a", "bcd", "醤油", "🍜", "0123456789", " "].map { Array($0.utf8) }
            + (seed % 2 == 0 ? [] : [[0x22], [0x83], [0xE3, 0x81], [0xEF, 0xBB, 0xBF], [0]])
        for _ in 0..<200 {
            var bytes: [UInt8] = Int.random(in: 0..<8, using: &generator) == 0 ? [0xEF, 0xBB, 0xBF] : []
            for _ in 0..<Int.random(in: 0..<30, using: &generator) {
                var piece = pieces.randomElement(using: &generator) ?? []
                if Int.random(in: 0..<4, using: &generator) == 0, !piece.contains(0x22) {
                    let inner = piece + (Bool.random(using: &generator) ? [0x22, 0x22] : []) + piece
                    piece = [0x2C, 0x22] + inner + [0x22, 0x2C]
                }
                bytes += piece
            }
            let chunks = randomChunks(bytes, largest: Int.random(in: 1...40, using: &generator), &generator)
            let atLeast = Int.random(in: 0...20, using: &generator)
            #expect(scan(chunks, atLeast: atLeast) == Model.read(bytes), "\(bytes) \(chunks.map(\.count)) \(atLeast)")
        }
    }
}
