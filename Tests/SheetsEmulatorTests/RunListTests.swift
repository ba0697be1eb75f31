import Testing

@testable import SheetsEmulator

/// What stands beside the cells moves with them: runs and bounds behave as a plain list of cells would.
@Suite struct RunListTests {
    @Test(arguments: 1...20) func runsBehaveLikeAListOfValues(_ seed: UInt64) {
        var random = SampleRandom(seed: seed)
        var runs = RunList<Int>()
        var list = [Int?](repeating: nil, count: 40)
        for _ in 0..<200 {
            let start = random.below(list.count - 10)
            let range = start..<start + 1 + random.below(9)
            switch random.below(6) {
            case 0, 1:
                let value = random.below(3)
                runs.update(range) { ($0 ?? 0) == 2 ? nil : value }
                for place in range { list[place] = (list[place] ?? 0) == 2 ? nil : value }
            case 2:
                runs.insert(at: start, count: 2) { $0 == 1 ? 1 : nil }
                let spans = start > 0 && list[start - 1] == 1 && list[start] == 1
                list.insert(contentsOf: [spans ? 1 : nil, spans ? 1 : nil], at: start)
            case 3 where list.count > 30:
                runs.delete(range)
                list.removeSubrange(range)
            case 4:
                let destination = random.below(list.count)
                runs.move(range, to: destination)
                guard !range.contains(destination), destination != range.upperBound else { break }
                let moved = Array(list[range])
                list.removeSubrange(range)
                list.insert(contentsOf: moved, at: destination < start ? destination : destination - range.count)
            default:
                let order = Array(Array(0..<range.count).reversed())
                runs.permute(range, order: order)
                list.replaceSubrange(range, with: range.reversed().map { list[$0] })
            }
            #expect(list.indices.map { runs[$0] } == list)
            for (first, second) in zip(runs.runs, runs.runs.dropFirst()) {
                #expect(first.range.upperBound <= second.range.lowerBound)
                #expect(first.range.upperBound < second.range.lowerBound || first.value != second.value)
            }
        }
    }

    /// A bound follows the places that it holds: those still there afterwards are the ones that it holds then.
    @Test(arguments: 1...20) func boundsFollowWhatTheyHold(_ seed: UInt64) {
        var random = SampleRandom(seed: seed)
        for _ in 0..<200 {
            let count = 30
            let lower = random.below(20)
            let upper = lower + 1 + random.below(9)
            let start = random.below(20)
            let range = start..<start + 1 + random.below(9)
            let insertion = random.below(count)
            let change: StructureChange =
                random.below(2) == 0 ? .insert(.rows, at: insertion, count: 2) : .delete(.rows, range)
            let kept = (lower..<upper).compactMap { change.newPlace(of: $0) }
            let after = OpenRange(lower, upper).applying(change)
            #expect(after == kept.first.map { OpenRange($0, (kept.last ?? $0) + 1) })
        }
    }

    @Test func aBoundMovesAlongOnlyIfAllItHoldsMoves() {
        let bounds = OpenRange(4, 6)
        #expect(bounds.applying(.move(.rows, 3..<7, to: 10)) == OpenRange(7, 9))
        #expect(bounds.applying(.move(.rows, 4..<6, to: 0)) == OpenRange(0, 2))
        #expect(bounds.applying(.move(.rows, 0..<2, to: 9)) == OpenRange(2, 4))
        #expect(OpenRange(4, 9).applying(.move(.rows, 5..<6, to: 8)) == OpenRange(4, 9))
        #expect(OpenRange(nil, nil).applying(.delete(.rows, 0..<9)) == OpenRange(nil, nil))
        #expect(OpenRange(2, nil).applying(.insert(.rows, at: 0, count: 3)) == OpenRange(5, nil))
    }

    @Test func aDropdownForAWholeColumnIsOneEntry() throws {
        var grid = Grid(rowCount: 1_000_000, columnCount: 8)
        let column = CellRange(rows: 1..<1_000_000, columns: 2..<3)
        grid.extras.update(column) { _ in CellExtras(validation: .object([])) }
        grid.apply(.insert(.rows, at: 500, count: 10))
        grid.apply(.delete(.rows, 900_000..<900_100))
        #expect(grid.extras.columns[2]?.runs.count == 1)
        #expect(grid.extras[999_909, 2] != nil)
        #expect(grid.extras[999_910, 2] == nil)
    }
}
