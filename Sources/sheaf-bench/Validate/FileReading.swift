import Foundation

/// What reading a file takes that does nothing else, in this process: the floors of validating it.
enum FileReading {
    private static let chunkBytes = 256 << 10

    /// Reads all bytes and drops them.
    static func bytes(of path: String) throws -> Int {
        var count = 0
        try each(path) { count += $0.count }
        return count
    }

    /// Reads all bytes and looks for the ends of lines, as fast as the C library can.
    static func lines(of path: String) throws -> Int {
        var lines = 0
        try each(path) { chunk in
            guard var place = UnsafeRawPointer(chunk.baseAddress) else { return }
            let end = place + chunk.count
            while let found = memchr(place, 0x0A, end - place) {
                lines += 1
                place = UnsafeRawPointer(found) + 1
            }
        }
        return lines
    }

    private static func each(_ path: String, _ body: (UnsafeMutableRawBufferPointer) -> Void) throws {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw BenchFailure("\(path) cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = read(file, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw BenchFailure("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return }
            body(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
