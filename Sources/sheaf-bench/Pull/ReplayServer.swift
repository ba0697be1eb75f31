import Foundation
import Synchronization

/// A server that has each answer made once by another one, and from then on sends the same bytes from memory.
///
/// What is measured beside it is the client: the stand-in for Google compresses more slowly than anything here reads.
final class ReplayServer: Sendable {
    private let upstream: UInt16
    private let listener: TCPSocket
    /// By what was asked.
    private let answers = Mutex<[String: [UInt8]]>([:])

    /// Where it listens.
    let port: UInt16

    /// Listens on a free port of this machine.
    ///
    /// - Parameter upstream: the port of the server that makes the answers.
    /// - Throws: `BenchFailure`.
    init(upstream: UInt16) throws {
        self.upstream = upstream
        listener = try TCPSocket.listening()
        port = try listener.port()
    }

    /// Serves until the process ends.
    func run() throws {
        while true {
            let client = try listener.accept()
            Thread { [self] in
                // A client that hangs up has what it wants.
                try? serve(client)
            }.start()
        }
    }

    private func serve(_ client: borrowing TCPSocket) throws {
        var request = try client.receiveHead()
        let head = String(decoding: request.prefix(upTo: Self.endOfHead(request)), as: UTF8.self)
        let lines = head.split(separator: "\r\n").map(String.init)
        guard let asked = lines.first else { return }
        let length = Self.field("content-length", lines).flatMap { Int($0) } ?? 0
        let body = Self.endOfHead(request) + 4
        while request.count < body + length, try client.receive(into: &request) {}

        let accepted = Self.field("accept-encoding", lines) ?? ""
        let key = "\(asked) \(accepted.contains("gzip"))"
        let isRead = asked.hasPrefix("GET ")
        if isRead, let answer = answers.withLock({ $0[key] }) { return try client.send(answer) }
        let kept = lines.filter { !$0.lowercased().hasPrefix("connection:") } + ["Connection: close"]
        let forwarded = Array((kept.joined(separator: "\r\n") + "\r\n\r\n").utf8) + request[body...]
        let answer = try answer(to: forwarded)
        if isRead { answers.withLock { $0[key] = answer } }
        try client.send(answer)
    }

    private func answer(to request: [UInt8]) throws -> [UInt8] {
        let server = try TCPSocket.connected(to: upstream)
        try server.send(request)
        var answer: [UInt8] = []
        while try server.receive(into: &answer) {}
        return answer
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int {
        TCPSocket.endOfHead(bytes) ?? bytes.count
    }

    private static func field(_ name: String, _ lines: [String]) -> String? {
        let line = lines.first { $0.lowercased().hasPrefix("\(name):") }
        return line.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

/// A TCP socket of this machine, with calls that wait.
struct TCPSocket: ~Copyable, Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    static func listening() throws -> TCPSocket {
        let socket = try make()
        try check(withLoopback(0) { bind(socket.descriptor, $0, $1) }, "bound")
        try check(Foundation.listen(socket.descriptor, 64), "listened on")
        return socket
    }

    static func connected(to port: UInt16) throws -> TCPSocket {
        let socket = try make()
        try check(withLoopback(port) { connect(socket.descriptor, $0, $1) }, "connected")
        return socket
    }

    func accept() throws -> TCPSocket {
        let accepted = Foundation.accept(descriptor, nil, nil)
        try Self.check(accepted, "accepted")
        return TCPSocket(accepted)
    }

    func port() throws -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        try Self.check(status, "asked for its port")
        return UInt16(bigEndian: address.sin_port)
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent)
            }
            try Self.check(Int32(truncatingIfNeeded: min(count, 0)), "written to")
            sent += count
        }
    }

    /// Appends what comes next; false at the end.
    func receive(into bytes: inout [UInt8]) throws -> Bool {
        let room = 1 << 20
        let chunk = try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            let read = Foundation.read(descriptor, buffer.baseAddress, room)
            try Self.check(Int32(truncatingIfNeeded: min(read, 0)), "read from")
            count = read
        }
        bytes.append(contentsOf: chunk)
        return !chunk.isEmpty
    }

    /// The head of a message, and what came with it of its body.
    func receiveHead() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while Self.endOfHead(bytes) == nil {
            guard try receive(into: &bytes) else { throw BenchFailure("A connection ended before a request.") }
        }
        return bytes
    }

    /// The offset of the blank line after a head.
    static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= end.count else { return nil }
        return (0...bytes.count - end.count).first { bytes[$0..<$0 + end.count].elementsEqual(end) }
    }

    private static func make() throws -> TCPSocket {
        #if canImport(Darwin)
            let descriptor = Foundation.socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        try check(descriptor, "made")
        return TCPSocket(descriptor)
    }

    private static func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func check(_ status: Int32, _ action: String) throws {
        if status < 0 { throw BenchFailure("A socket cannot be \(action): \(String(cString: strerror(errno)))") }
    }
}
