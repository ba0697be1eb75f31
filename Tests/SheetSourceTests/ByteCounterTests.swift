import TestRandom
import Testing

@testable import SheetSource

@Suite struct ByteCounterTests {
    /// More blocks than one sum can hold, and fewer.
    @Test(arguments: [0, 1, 254, 255, 256, 700]) func countsEveryByteOnce(blocks: Int) {
        var random = SeededRandom(seed: UInt64(blocks))
        for share in [1, 3, 100] {
            var counter = ByteCounter(0x0A)
            var expected = 0
            for _ in 0..<blocks {
                var block = SIMD16<UInt8>()
                for place in 0..<16 {
                    block[place] = random.once(in: share) ? 0x0A : 0x8A
                    if block[place] == 0x0A { expected += 1 }
                }
                counter.add(block)
            }
            counter.add(0x0A)
            counter.add(0x0D)
            #expect(counter.total == expected + 1)
        }
    }
}
