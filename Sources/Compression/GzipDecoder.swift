internal import CZlib

/// Compressed bytes are damaged.
package struct DecodingFailure: Error {
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }
}

/// Inflates gzip (RFC 1952) piece by piece, checks its checksum, and knows whether it has seen its end.
package final class GzipDecoder {
    private static let scratchSize = 64 << 10

    private let stream: UnsafeMutablePointer<z_stream>
    private let scratch: UnsafeMutablePointer<UInt8>

    /// Whether everything so far is whole: nothing at all, or one gzip member or more.
    package private(set) var isAtEnd = true

    /// A decoder at the beginning of a body; nil if there is no memory for one.
    package init?() {
        // zlib keeps the address of the stream and compares it, so the stream must never move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard sheaf_inflate_init_gzip(stream) == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
        scratch = .allocate(capacity: Self.scratchSize)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        scratch.deallocate()
    }

    /// Decodes the next bytes, and appends what they mean.
    package func decode(_ bytes: UnsafeRawBufferPointer, into decoded: inout [UInt8]) throws(DecodingFailure) {
        // zlib only reads from here; its field lacks the const.
        let input = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.next_in = input
        stream.pointee.avail_in = UInt32(bytes.count)
        var hasMoreOutput = false
        while stream.pointee.avail_in > 0 || hasMoreOutput {
            if isAtEnd, stream.pointee.total_in > 0 { inflateReset(stream) }
            stream.pointee.next_out = scratch
            stream.pointee.avail_out = UInt32(Self.scratchSize)
            let status = inflate(stream, Z_NO_FLUSH)
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                throw DecodingFailure(reason: "the compressed body is damaged")
            }
            let count = Self.scratchSize - Int(stream.pointee.avail_out)
            decoded.append(contentsOf: UnsafeBufferPointer(start: scratch, count: count))
            isAtEnd = status == Z_STREAM_END
            hasMoreOutput = !isAtEnd && stream.pointee.avail_out == 0
        }
    }
}
