import Foundation
import Synchronization

/// A Unix socket in front of a database that, when told to, lets a COMMIT through, waits for its answer, and cuts the
/// connection instead of passing the answer on.
///
/// That is what a network failure at the worst moment looks like: committed, and the client cannot know.
final class CommitCutter: Sendable {
    let path: String
    private let listener: CInt
    private let isArmed = Mutex(false)
    private let cuts = Mutex(0)

    /// How many connections were cut.
    var cutCount: Int { cuts.withLock { $0 } }

    /// - Parameter server: the path of the database's own socket.
    /// - Throws: `POSIXError` if there can be no socket.
    init(server: String) throws {
        path = FileManager.default.temporaryDirectory.path() + "/cut-\(UInt32.random(in: 0...UInt32.max)).sock"
        listener = try Self.open { Glibc.bind($0, $1, $2) }(path)
        guard listen(listener, 16) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        let acceptor = Thread { [weak self, listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    if errno == EINTR { continue }
                    close(listener)
                    return
                }
                guard let upstream = try? Self.open({ connect($0, $1, $2) })(server) else {
                    close(client)
                    continue
                }
                let conversation = Thread { [weak self] in
                    relay(client, upstream, cut: { self?.takesCut() ?? false })
                    close(client)
                    close(upstream)
                }
                conversation.start()
            }
        }
        acceptor.start()
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        unlink(path)
    }

    /// The next COMMIT is cut.
    func arm() { isArmed.withLock { $0 = true } }

    private func takesCut() -> Bool {
        let cut = isArmed.withLock { armed in
            defer { armed = false }
            return armed
        }
        if cut { cuts.withLock { $0 += 1 } }
        return cut
    }

    private static func open(
        _ join: @escaping (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> (String) throws -> CInt {
        { path in
            let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8.prefix(107))) }
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    join(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard descriptor >= 0, status == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            return descriptor
        }
    }
}

/// Passes bytes both ways until one side ends.
private func relay(_ client: CInt, _ server: CInt, cut: () -> Bool) {
    var isCutting = false
    while true {
        var polled = [
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, 2, -1) > 0 else { return }
        if polled[0].revents != 0 {
            guard let bytes = take(client), give(bytes, to: server) else { return }
            if bytes.firstRange(of: Array("COMMIT".utf8)) != nil, cut() { isCutting = true }
        }
        if polled[1].revents != 0 {
            guard let bytes = take(server) else { return }
            // The answer has come, so it is committed; and nobody is told.
            if isCutting { return }
            guard give(bytes, to: client) else { return }
        }
    }
}

private func take(_ descriptor: CInt) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? Array(bytes[..<count]) : nil
}

private func give(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
    var done = 0
    while done < bytes.count {
        let written = bytes.withUnsafeBytes {
            send(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done, CInt(MSG_NOSIGNAL))
        }
        guard written > 0 else { return false }
        done += written
    }
    return true
}
