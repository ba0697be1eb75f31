/// Compresses a body with gzip (RFC 1952) while it is sent.
///
/// Deflate with the fixed codes and one match candidate a place: a third to a fifth of the JSON of a sheet, without a
/// C library for the emulator to need. Matches do not reach back past the chunk they stand in.
struct GzipEncoder: Sendable {
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]

    private var checksum: UInt32 = .max
    private var size: UInt32 = 0
    /// The bits that do not fill a byte yet, lowest first.
    private var bits: UInt64 = 0
    private var bitCount: UInt64 = 0
    private var isBegun = false

    /// The next bytes to send for the next bytes of the body.
    mutating func encode(_ chunk: [UInt8]) -> [UInt8] {
        let header = isBegun ? [] : Self.header
        isBegun = true
        size &+= UInt32(truncatingIfNeeded: chunk.count)
        checksum = Self.checksum(chunk, after: checksum)
        // Nine bits for each byte at most, three to open the block, seven to close it, and what was left over.
        let bound = header.count + chunk.count + chunk.count / 8 + 32
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            var sink = BitSink(out: start, bits: bits, count: bitCount)
            for byte in header { sink.putByte(byte) }
            sink.put(0b010, 3)
            chunk.withUnsafeBufferPointer { Deflate.write($0, to: &sink) }
            sink.put(Deflate.endOfBlock)
            (bits, bitCount, count) = (sink.bits, sink.count, sink.out - start)
        }
    }

    /// The last bytes: an empty last block, the checksum and the size.
    mutating func finish() -> [UInt8] {
        var out = isBegun ? [] : encode([])
        // The last block has three bits to open it and seven to close it; what follows begins at a whole byte.
        bits |= 0b011 << bitCount
        bitCount += 10
        while bitCount > 0 {
            out.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount = bitCount > 8 ? bitCount - 8 : 0
        }
        for value in [~checksum, size] {
            withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
        }
        return out
    }

    private static let checksumTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    private static func checksum(_ chunk: [UInt8], after start: UInt32) -> UInt32 {
        checksumTable.withUnsafeBufferPointer { table in
            chunk.withUnsafeBufferPointer { bytes in
                var value = start
                for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ value >> 8 }
                return value
            }
        }
    }
}

/// Writes bits, lowest first, into memory that is known to be large enough.
private struct BitSink {
    var out: UnsafeMutablePointer<UInt8>
    var bits: UInt64
    var count: UInt64

    mutating func put(_ value: UInt64, _ length: UInt64) {
        bits |= value << count
        count += length
        while count >= 8 {
            out.pointee = UInt8(truncatingIfNeeded: bits)
            out += 1
            bits >>= 8
            count -= 8
        }
    }

    mutating func put(_ code: Deflate.Code) {
        put(UInt64(code.bits), UInt64(code.length))
    }

    /// For the header, before any bit was written.
    mutating func putByte(_ byte: UInt8) {
        put(UInt64(byte), 8)
    }
}

/// The fixed codes of RFC 1951, section 3.2.6, and the search for repetitions.
private enum Deflate {
    struct Code {
        let bits: UInt16
        let length: UInt8

        /// A code as the RFC writes it, highest bit first, turned round for the sink.
        init(_ value: Int, _ length: Int) {
            bits = (0..<length).reduce(0) { $0 | UInt16(value >> $1 & 1) << UInt16(length - 1 - $1) }
            self.length = UInt8(length)
        }
    }

    static let endOfBlock = Code(0, 7)

    private static let symbols: [Code] = (0..<288).map { symbol in
        switch symbol {
        case 0...143: Code(0x30 + symbol, 8)
        case 144...255: Code(0x190 + symbol - 144, 9)
        case 256...279: Code(symbol - 256, 7)
        default: Code(0xC0 + symbol - 280, 8)
        }
    }

    /// For lengths from 3 to 258: the symbol, how many extra bits, and the length at which the symbol begins.
    private static let lengths: [(symbol: Int, extra: UInt64, base: Int)] = {
        var table: [(symbol: Int, extra: UInt64, base: Int)] = Array(repeating: (0, 0, 0), count: 3)
        for symbol in 257..<285 {
            let extra = symbol < 265 ? 0 : (symbol - 261) / 4
            let base = table.count
            table += Array(repeating: (symbol, UInt64(extra), base), count: 1 << extra)
        }
        table[258] = (285, 0, 258)
        return table
    }()

    private static let distances: [(code: Code, extra: UInt64, base: Int)] = {
        var table: [(code: Code, extra: UInt64, base: Int)] = []
        var base = 1
        for symbol in 0..<30 {
            let extra = symbol < 4 ? 0 : symbol / 2 - 1
            table.append((Code(symbol, 5), UInt64(extra), base))
            base += 1 << extra
        }
        return table
    }()

    private static let window = 32_768

    static func write(_ bytes: UnsafeBufferPointer<UInt8>, to sink: inout BitSink) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1 << 14) { heads in
            heads.initialize(repeating: -1)
            symbols.withUnsafeBufferPointer { symbols in
                write(bytes, heads: heads, symbols: symbols, to: &sink)
            }
        }
    }

    private static func write(
        _ bytes: UnsafeBufferPointer<UInt8>, heads: UnsafeMutableBufferPointer<Int32>,
        symbols: UnsafeBufferPointer<Code>, to sink: inout BitSink
    ) {
        let raw = UnsafeRawBufferPointer(bytes)
        var position = 0
        let lastStart = bytes.count - 4
        while position < bytes.count {
            var length = 0
            var distance = 0
            if position <= lastStart {
                let word = raw.loadUnaligned(fromByteOffset: position, as: UInt32.self)
                let slot = Int((word &* 0x9E37_79B1) >> 18)
                let candidate = Int(heads[slot])
                heads[slot] = Int32(truncatingIfNeeded: position)
                distance = position - candidate
                if candidate >= 0, distance <= window { length = matchLength(bytes, candidate, position) }
            }
            guard length >= 4 else {
                sink.put(symbols[Int(bytes[position])])
                position += 1
                continue
            }
            let (symbol, extra, base) = lengths[length]
            sink.put(symbols[symbol])
            sink.put(UInt64(length - base), extra)
            let place = distances[distanceIndex(distance)]
            sink.put(place.code)
            sink.put(UInt64(distance - place.base), place.extra)
            position += length
        }
    }

    private static func matchLength(_ bytes: UnsafeBufferPointer<UInt8>, _ first: Int, _ second: Int) -> Int {
        let limit = min(258, bytes.count - second)
        var length = 0
        while length < limit, bytes[first + length] == bytes[second + length] { length += 1 }
        return length
    }

    /// Two symbols for each power of two, as the table of the RFC has them.
    private static func distanceIndex(_ distance: Int) -> Int {
        guard distance > 4 else { return distance - 1 }
        let top = Int.bitWidth - 1 - (distance - 1).leadingZeroBitCount
        return 2 * top + (distance - 1) >> (top - 1) & 1
    }
}
