import Foundation
import Glibc

/// A connection of a client that does as it pleases: sends half a request, reads nothing, or goes away.
final class RawHTTP: Sendable {
    private let descriptor: Int32

    /// An answer as it came.
    struct Answer: Sendable {
        /// Its head, in lower case.
        let head: String
        /// What follows, with its framing.
        let body: [UInt8]

        private var parts: (bytes: [UInt8], trailers: [String: String]) {
            var bytes: [UInt8] = []
            var rest = body[...]
            while let end = rest.firstIndex(of: 10),
                let size = Int(String(decoding: rest[..<end].dropLast(), as: UTF8.self), radix: 16)
            {
                rest = rest[(end + 1)...]
                if size == 0 {
                    var trailers: [String: String] = [:]
                    for line in String(decoding: rest, as: UTF8.self).split(separator: "\r\n") {
                        let pair = line.split(separator: ":", maxSplits: 1).map {
                            $0.trimmingCharacters(in: .whitespaces)
                        }
                        if pair.count == 2 { trailers[pair[0].lowercased()] = pair[1] }
                    }
                    return (bytes, trailers)
                }
                bytes += rest.prefix(size)
                rest = rest.dropFirst(size + 2)
            }
            return (bytes, [:])
        }

        var unchunked: [UInt8] { parts.bytes }
        var trailers: [String: String] { parts.trailers }
        /// Whether it ended as it should.
        var isWhole: Bool { body.suffix(5).elementsEqual("0\r\n\r\n".utf8) || !trailers.isEmpty }
    }

    struct Failed: Error {}

    /// Connects to a port of this machine.
    init(_ port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failed() }
    }

    func send(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failed() }
            bytes = bytes.dropFirst(sent)
        }
    }

    /// Some bytes; none at the end.
    ///
    /// Off the pool of tasks, which it would hold up.
    func receive(_ count: Int = 64 << 10) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [descriptor] in
                let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                    filled = max(0, recv(descriptor, buffer.baseAddress, count, 0))
                }
                continuation.resume(returning: bytes)
            }
        }
    }

    func receiveAll() async -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let some = await receive(1 << 20)
            if some.isEmpty { return all }
            all += some
        }
    }

    /// Whether the other end has gone without leaving a way back, also where there is more to read before.
    var isReset: Bool {
        var poll = pollfd(fd: descriptor, events: 0, revents: 0)
        return Glibc.poll(&poll, 1, 0) > 0 && poll.revents & Int16(POLLERR | POLLHUP) != 0
    }

    func close() { Glibc.close(descriptor) }

    /// Goes away at once, as a process does that is killed.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// One request on a connection of its own, and all that comes of it.
    static func get(_ port: Int, _ path: String, _ headers: [String] = [], method: String = "GET") async throws
        -> Answer
    {
        let connection = try RawHTTP(port)
        defer { connection.close() }
        let fields = ["Host: localhost", "Connection: close"] + headers
        try connection.send("\(method) \(path) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n")
        let all = await connection.receiveAll()
        guard let end = all.firstRange(of: Array("\r\n\r\n".utf8)) else { throw Failed() }
        return Answer(
            head: String(decoding: all[..<end.lowerBound], as: UTF8.self).lowercased(),
            body: Array(all[end.upperBound...]))
    }
}
