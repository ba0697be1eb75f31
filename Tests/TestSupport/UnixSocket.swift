internal import Foundation

/// Unix sockets that never block whoever reads or writes.
enum UnixSocket {
    static func listen(at path: String) throws -> CInt {
        let descriptor = try open(path) { Glibc.bind($0, $1, $2) }
        guard Glibc.listen(descriptor, 64) == 0 else {
            defer { close(descriptor) }
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        return descriptor
    }

    static func connect(to path: String) throws -> CInt {
        try open(path) { Glibc.connect($0, $1, $2) }
    }

    /// The next connection, if one waits.
    static func accept(_ listener: CInt) -> CInt? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    private static func open(
        _ path: String, _ join: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8.prefix(107))) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                join(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            defer { close(descriptor) }
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        return descriptor
    }

    /// The process at the other end, as it was when it connected.
    static func peer(of descriptor: CInt) -> pid_t {
        // The process, the user, the group.
        var credentials: [CInt] = [0, 0, 0]
        var length = socklen_t(MemoryLayout<CInt>.size * 3)
        getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        return credentials[0]
    }

    /// What is there to be read, perhaps nothing yet; `nil` at the end.
    static func read(_ descriptor: CInt) -> [UInt8]? {
        var isOver = false
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            isOver = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)
            filled = max(0, count)
        }
        return isOver ? nil : bytes
    }

    /// Writes what fits now, and takes that away.
    ///
    /// - Returns: false if nobody is there any more to read it.
    static func write(_ bytes: inout [UInt8], to descriptor: CInt) -> Bool {
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count >= 0 else {
                if errno == EINTR { continue }
                return errno == EAGAIN
            }
            bytes.removeFirst(count)
        }
        return true
    }
}
