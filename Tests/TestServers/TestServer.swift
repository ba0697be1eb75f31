internal import Foundation
internal import Synchronization

/// What a client sent.
package struct ReceivedRequest: Sendable {
    package var method = ""
    /// Path and query, as sent.
    package var target = ""
    package var headerLines: [String] = []
    package var body: [UInt8] = []

    package func header(_ name: String) -> String? {
        let prefix = name.lowercased() + ":"
        return headerLines.first { $0.lowercased().hasPrefix(prefix) }
            .map { $0.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces) }
    }
}

/// What the server does next on a connection, which it closes after the last step unless it keeps connections.
package enum ServerStep: Sendable {
    case send([UInt8])
    /// Sends this many zero bytes, and tells by `ServerEvent.stalled` when the client stops taking them.
    case flood(Int)
    /// Says no more, until the client closes the connection.
    case hold
    /// Closes with a TCP reset.
    case reset

    package static func text(_ text: String) -> ServerStep { .send(Array(text.utf8)) }

    /// A whole answer with its length, which says whether it is the last one of its connection.
    package static func answer(
        _ status: Int = 200, headers: [String] = [], body: [UInt8] = [], closes: Bool = true
    ) -> ServerStep {
        let lines =
            ["HTTP/1.1 \(status) Because", "Content-Length: \(body.count)"] + (closes ? ["Connection: close"] : [])
            + headers
        return .send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }
}

package enum ServerEvent: Sendable, Equatable {
    /// The client takes no more for now; how many bytes were sent so far.
    case stalled(Int)
    /// A flood was taken to its end.
    case sent(Int)
    /// The client went away while the server held still or sent.
    case clientLeft
}

/// A server on 127.0.0.1 that says exactly the bytes a script has for each request, right or wrong.
package final class TestServer: Sendable {
    package typealias Script = @Sendable (ReceivedRequest) -> [ServerStep]

    package let port: UInt16
    /// What happened, for tests to wait for.
    package let events: AsyncStream<ServerEvent>

    private let happened: AsyncStream<ServerEvent>.Continuation
    private let listener: CInt
    private let received = Mutex<[ReceivedRequest]>([])
    private let accepted = Mutex(0)

    package var url: String { "http://127.0.0.1:\(port)" }
    package var requests: [ReceivedRequest] { received.withLock { $0 } }
    /// How many connections clients have made.
    package var connections: Int { accepted.withLock { $0 } }

    /// A server that does what `script` has for each request.
    ///
    /// - Parameters:
    ///   - keepsConnections: whether a connection stays open after a request, for the next one.
    ///   - script: what to do; called by many threads at once.
    /// - Throws: if there is no port.
    package init(keepsConnections: Bool = false, _ script: @escaping Script) throws {
        (events, happened) = AsyncStream.makeStream()
        (listener, port) = try Self.listen()
        let acceptor = Thread { [weak self, listener, happened] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    // Closed here and nowhere else: closed by another thread, its number could be a new server's
                    // listener by the time this one accepts, and the new server's clients would get this script.
                    close(listener)
                    return
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                self?.accepted.withLock { $0 += 1 }
                let conversation = Thread { [weak self] in
                    defer { close(connection) }
                    repeat {
                        guard let request = readRequest(connection) else { return }
                        self?.received.withLock { $0.append(request) }
                        for step in script(request) {
                            guard perform(step, connection, happened) else { return }
                        }
                    } while keepsConnections
                }
                conversation.start()
            }
        }
        acceptor.start()
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        happened.finish()
    }

    /// A port on which nobody listens.
    package static func unusedPort() throws -> UInt16 {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    private static func listen() throws -> (CInt, UInt16) {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> CInt in
                guard bind(listener, generic, length) == 0, Glibc.listen(listener, 64) == 0 else { return -1 }
                return getsockname(listener, generic, &length)
            }
        }
        guard listener >= 0, status == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        return (listener, UInt16(bigEndian: address.sin_port))
    }
}

/// Reads one request with its body; nil if the client goes away before.
private func readRequest(_ connection: CInt) -> ReceivedRequest? {
    var bytes: [UInt8] = []
    let headEnd = Array("\r\n\r\n".utf8)
    while true {
        if let end = bytes.firstRange(of: headEnd) {
            var request = parse(String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
            request.body = Array(bytes[end.upperBound...])
            let length = request.header("Content-Length").flatMap { Int($0) } ?? 0
            while request.body.count < length {
                guard let more = receive(connection) else { return nil }
                request.body += more
            }
            return request
        }
        guard let more = receive(connection) else { return nil }
        bytes += more
    }
}

private func parse(_ head: String) -> ReceivedRequest {
    var lines = head.components(separatedBy: "\r\n")
    let first = lines.removeFirst().split(separator: " ").map(String.init)
    return ReceivedRequest(method: first.first ?? "", target: first.dropFirst().first ?? "", headerLines: lines)
}

private func receive(_ connection: CInt) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(connection, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : nil
}

/// Carries out one step; false when the conversation is over.
private func perform(
    _ step: ServerStep, _ connection: CInt, _ happened: AsyncStream<ServerEvent>.Continuation
) -> Bool {
    switch step {
    case .send(let bytes):
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    case .flood(let total): return flood(total, connection, happened)
    case .hold:
        while receive(connection) != nil {}
        happened.yield(.clientLeft)
        return false
    case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        return false
    }
}

private func flood(
    _ total: Int, _ connection: CInt, _ happened: AsyncStream<ServerEvent>.Continuation
) -> Bool {
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    var sent = 0
    while sent < total {
        var ready = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
        // Room is made at once by a client that reads, so a quarter of a second without any is one that does not.
        if poll(&ready, 1, 250) == 0 {
            happened.yield(.stalled(sent))
            poll(&ready, 1, -1)
        }
        let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
        let count = send(connection, zeros, min(zeros.count, total - sent), flags)
        if count < 0, errno == EAGAIN { continue }
        guard count > 0 else {
            happened.yield(.clientLeft)
            return false
        }
        sent += count
    }
    happened.yield(.sent(sent))
    return true
}
