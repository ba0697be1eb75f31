import Foundation
import HTTPTransfer
import Logging
import Synchronization
import Testing

@testable import SheetSource

/// A Google that answers with whatever text a test has for each path, for answers that the emulator never gives.
final class CannedGoogle: Sendable {
    let url: String
    private let listener: CInt
    private let received = Mutex<[String]>([])

    /// Paths and queries of the calls but those that sign in, decoded.
    var calls: [String] { received.withLock { $0 } }

    /// A server that answers 200 with what `answer` makes of a path with its query, percent-decoded.
    init(_ answer: @escaping @Sendable (String) -> String) throws {
        let (listener, port) = try Self.listen()
        self.listener = listener
        url = "http://127.0.0.1:\(port)"
        let acceptor = Thread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    close(listener)
                    return
                }
                Thread { [weak self] in
                    defer { close(connection) }
                    guard let target = Self.readTarget(connection) else { return }
                    var body = #"{"access_token":"t","expires_in":3600}"#
                    if !target.contains("/computeMetadata/") {
                        self?.received.withLock { $0.append(target) }
                        body = answer(target)
                    }
                    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
                    let bytes = Array((head + body).utf8)
                    _ = send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
                }.start()
            }
        }
        acceptor.start()
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
    }

    /// A source that reads from it.
    func source(_ change: (inout GoogleConfiguration) -> Void = { _ in }) -> GoogleSheetsSource {
        var configuration = GoogleConfiguration(credentials: .metadataServer, endpoint: url)
        configuration.metadataServer = url
        configuration.retryPolicy.initialBackoff = .zero
        configuration.retryPolicy.maximumAttempts = 4
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return GoogleSheetsSource(configuration: configuration, client: HTTPClient(), logger: logger)
    }

    static func version(_ version: String) -> String {
        #"{"id":"s9","name":"S","mimeType":"application/vnd.google-apps.spreadsheet","version":"\#(version)"}"#
    }

    /// A spreadsheet with one tab `t`, and perhaps named ranges.
    static func facts(rows: Int, columns: Int, namedRanges: String? = nil) -> String {
        let grid = #"{"rowCount":\#(rows),"columnCount":\#(columns)}"#
        let tab = #"{"properties":{"title":"t","sheetType":"GRID","gridProperties":\#(grid)}}"#
        let second = tab.replacingOccurrences(of: #""title":"t""#, with: #""sheetId":7,"title":"it's 2!""#)
        let named = namedRanges.map { #","namedRanges":\#($0)"# } ?? ""
        return #"{"properties":{"title":"S"},"sheets":[\#(tab),\#(second)]\#(named)}"#
    }

    private static func readTarget(_ connection: CInt) -> String? {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            head += buffer[..<count]
        }
        let words = String(decoding: head, as: UTF8.self).split(separator: " ", maxSplits: 2)
        return words.count > 1 ? String(words[1]).removingPercentEncoding : nil
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
        try #require(status == 0)
        return (listener, UInt16(bigEndian: address.sin_port))
    }
}
