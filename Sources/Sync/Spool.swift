import Foundation
import Synchronization

/// The temporary file that holds what was read failed.
package struct SpoolError: Error, CustomStringConvertible {
    let action: String
    let number: Int32

    package var description: String {
        "The temporary file that holds what was read could not be \(action) (\(String(cString: strerror(number)))). "
            + "Free some space in the folder for temporary files, or set TMPDIR to another one."
    }
}

/// What a run read, in canonical form, in a private temporary file that has no name: memory holds hashes and offsets only,
/// and nothing is left behind however the process ends.
///
/// Several sheets are read at once, each on its own task; a block is appended by one `write` under a lock.
final class Spool: Sendable {
    /// The text of one row.
    struct Record {
        /// The canonical JSON array of the primary key; empty where it cannot be read.
        let key: [UInt8]
        /// The canonical form of a valid row; empty otherwise.
        let canonical: [UInt8]
        let annotator: [UInt8]
        /// A JSON array of cell errors; empty for a valid row.
        let errors: [UInt8]
    }

    private let descriptor: Int32
    private let end = Mutex<UInt64>(0)

    init() throws {
        let folder = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(folder)/sheaf-spool-XXXXXX".utf8CString)
        // mkstemp makes the file with mode 0600; unlinked at once, nobody else can open it.
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw SpoolError(action: "made", number: errno) }
        unlink(template)
        // Closed in programs that are started: a trainer has no business with it.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        close(descriptor)
    }

    /// Appends a block, and gives the offset of its first byte.
    func append(_ block: [UInt8]) throws -> UInt64 {
        try end.withLock { end in
            let start = end
            var done = 0
            while done < block.count {
                let written = block.withUnsafeBytes { bytes in
                    pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(end))
                }
                if written < 0 {
                    if errno == EINTR { continue }
                    throw SpoolError(action: "written", number: errno)
                }
                done += written
                end += UInt64(written)
            }
            return start
        }
    }

    /// Reads the record that starts at an offset.
    func record(at offset: UInt64) throws -> Record {
        // Most rows are short: one read gets the header and all of the text.
        try withUnsafeTemporaryAllocation(byteCount: Self.likelyBytes, alignment: 8) { bytes in
            let count = try read(into: bytes, atLeast: Self.headerBytes, at: offset)
            let lengths = RecordLengths(UnsafeRawBufferPointer(bytes))
            if lengths.whole <= count { return Record(UnsafeRawBufferPointer(bytes), lengths) }
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: lengths.whole, alignment: 8)
            defer { room.deallocate() }
            _ = try read(into: room, atLeast: lengths.whole, at: offset)
            return Record(UnsafeRawBufferPointer(room), lengths)
        }
    }

    /// Enough for most records.
    private static let likelyBytes = 512

    /// What a record takes beside its texts.
    static let headerBytes = 16

    /// Appends a record to a block that is about to be spooled.
    static func encode(
        key: ArraySlice<UInt8>, canonical: ArraySlice<UInt8>, annotator: ArraySlice<UInt8>, errors: [UInt8],
        into block: inout [UInt8]
    ) {
        for length in [key.count, canonical.count, annotator.count, errors.count] {
            withUnsafeBytes(of: UInt32(length).littleEndian) { block.append(contentsOf: $0) }
        }
        block.append(contentsOf: key)
        block.append(contentsOf: canonical)
        block.append(contentsOf: annotator)
        block.append(contentsOf: errors)
    }

    /// Reads into a buffer, and gives how many bytes came.
    private func read(
        into buffer: UnsafeMutableRawBufferPointer, atLeast least: Int, at offset: UInt64
    ) throws -> Int {
        var count = 0
        while count < least {
            let got = pread(
                descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count,
                off_t(offset) + off_t(count))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw SpoolError(action: "read", number: got < 0 ? errno : EIO) }
            count += got
        }
        return count
    }
}

/// How long each text of a record is.
private struct RecordLengths {
    let key: Int
    let canonical: Int
    let annotator: Int
    let errors: Int

    init(_ header: UnsafeRawBufferPointer) {
        func length(_ index: Int) -> Int {
            Int(UInt32(littleEndian: header.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
        }
        (key, canonical, annotator, errors) = (length(0), length(1), length(2), length(3))
    }

    /// With the header.
    var whole: Int { Spool.headerBytes + key + canonical + annotator + errors }
}

extension Spool.Record {
    fileprivate init(_ bytes: UnsafeRawBufferPointer, _ lengths: RecordLengths) {
        var start = Spool.headerBytes
        func next(_ length: Int) -> [UInt8] {
            defer { start += length }
            return [UInt8](bytes[start..<(start + length)])
        }
        self.init(
            key: next(lengths.key), canonical: next(lengths.canonical), annotator: next(lengths.annotator),
            errors: next(lengths.errors))
    }
}
