import Foundation
import Synchronization

/// A server on 127.0.0.1 that answers each path with a text, as the metadata server of one of Google's machines does.
final class MetadataServer: Sendable {
    /// Host and port.
    let host: String
    private let listener: CInt
    private let received = Mutex<[String]>([])

    /// The heads of the requests so far.
    var heads: [String] { received.withLock { $0 } }

    init(_ answer: @escaping @Sendable (String) -> String) throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> CInt in
                guard bind(listener, generic, length) == 0, listen(listener, 8) == 0 else { return -1 }
                return getsockname(listener, generic, &length)
            }
        }
        guard listener >= 0, status == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        self.listener = listener
        host = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                defer { close(connection) }
                var head = ""
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while !head.contains("\r\n\r\n") {
                    let count = recv(connection, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    head += String(decoding: buffer.prefix(count), as: UTF8.self)
                }
                self?.received.withLock { $0.append(head) }
                let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                let body = answer(path)
                let text = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                _ = Array(text.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            }
        }
        thread.start()
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
    }
}
