internal import CZlib

/// Compresses bytes with gzip (RFC 1952) piece by piece.
///
/// The header has no name and no time: the same bytes, given in whatever pieces, give the same bytes with one zlib. One
/// encoder is used by one task at a time.
package final class GzipEncoder {
    /// How hard it tries: 1 is fast, 9 small.
    package static let usualLevel: Int32 = 6

    private let stream: UnsafeMutablePointer<z_stream>

    /// An encoder at the beginning of a body; nil if there is no memory for one.
    ///
    /// - Parameter level: 1 (fast) to 9 (small).
    package init?(level: Int32 = GzipEncoder.usualLevel) {
        // zlib keeps the address of the stream and compares it, so the stream must never move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard sheaf_deflate_init_gzip(stream, level) == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The next compressed bytes for the next bytes; often none, since much is looked at together.
    package func encode(_ bytes: [UInt8]) -> [UInt8] {
        bytes.isEmpty ? [] : compress(bytes, Z_NO_FLUSH)
    }

    /// What is compressed so far, so that a reader can decode every byte given yet.
    package func flush() -> [UInt8] {
        compress([], Z_SYNC_FLUSH)
    }

    /// The last compressed bytes: what was held back, the checksum and the size.
    package func finish() -> [UInt8] {
        compress([], Z_FINISH)
    }

    private func compress(_ bytes: [UInt8], _ flush: Int32) -> [UInt8] {
        bytes.withUnsafeBufferPointer { input in
            // zlib only reads from here; its field lacks the const.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            var compressed: [UInt8] = []
            var isFull = true
            while isFull {
                let room = max(16 << 10, input.count / 4)
                let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(room)
                    // With room to write to, and a stream that is not over, there is nothing that could fail.
                    _ = deflate(stream, flush)
                    count = room - Int(stream.pointee.avail_out)
                }
                isFull = piece.count == room
                if compressed.isEmpty { compressed = piece } else { compressed += piece }
            }
            return compressed
        }
    }
}
