internal import Foundation
internal import Synchronization

/// A Unix socket in front of a database, at which a chosen statement can be stopped before the server gets it, or its
/// answer be cut short.
///
/// Statements are told by their text, prepared ones at each execution; what is stopped waits for as long as the test
/// wants, and the rest of that connection with it.
package final class StatementGate: Sendable {
    /// What becomes of a statement that was stopped.
    package enum Fate: Sendable {
        case pass
        /// The connection ends before the server gets the statement.
        case cut
        /// The server gets it, and the connection ends after so many bytes of its answer.
        case cutAnswer(after: Int)
    }

    /// Which statement is stopped: the `number`th with `text` in it, counted from the first one with `after` in it on.
    package struct Place: Sendable, CustomStringConvertible {
        let text: String
        let after: String
        let number: Int

        package init(_ text: String, after: String = "", number: Int = 1) {
            (self.text, self.after, self.number) = (text, after, number)
        }

        package var description: String { "\(text) no. \(number) after \(after)" }
    }

    /// A place where statements are waited for, once.
    package final class Stop: Sendable {
        private struct State {
            var isBehind: Bool
            var seen = 0
            var isOver = false
        }

        private let place: Place
        private let state: Mutex<State>
        private let arrival = AsyncStream.makeStream(of: Void.self)
        private let fate = Mutex(Fate.pass)
        private let decided = DispatchSemaphore(value: 0)

        init(_ place: Place) {
            self.place = place
            state = Mutex(State(isBehind: place.after.isEmpty))
        }

        /// Waits until the statement has come.
        package func reached() async {
            for await _ in arrival.stream {}
        }

        /// Decides what becomes of it; also beforehand, and then it is not waited for.
        package func resume(_ fate: Fate = .pass) {
            self.fate.withLock { $0 = fate }
            decided.signal()
        }

        /// Whether a statement has come here and gone on.
        package var isOver: Bool { state.withLock(\.isOver) }

        /// Called with each statement; blocks at the chosen one.
        fileprivate func pass(_ text: String) -> Fate? {
            let stops = state.withLock { state -> Bool in
                if state.isOver { return false }
                if !state.isBehind {
                    state.isBehind = text.contains(place.after)
                    return false
                }
                guard text.contains(place.text) else { return false }
                state.seen += 1
                state.isOver = state.seen == place.number
                return state.isOver
            }
            guard stops else { return nil }
            arrival.continuation.finish()
            decided.wait()
            return fate.withLock { $0 }
        }
    }

    /// Where to connect to.
    package let path: String
    private let listener: CInt
    private let stops = Mutex<[Stop]>([])
    private let passed = Mutex<[String]>([])

    /// The statements that have come, in their order, since the last time that this was asked.
    package func takeTexts() -> [String] {
        passed.withLock { texts in
            defer { texts = [] }
            return texts
        }
    }

    /// A gate in front of a server.
    ///
    /// - Parameter server: the path of the server's own socket.
    /// - Throws: `POSIXError` if there can be no socket.
    package init(server: String) throws {
        path = FileManager.default.temporaryDirectory.path() + "/gate-\(UInt32.random(in: 0...UInt32.max)).sock"
        listener = try GateSocket.open(path) { Glibc.bind($0, $1, $2) }
        guard listen(listener, 64) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        let acceptor = Thread { [weak self, listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    if errno == EINTR { continue }
                    close(listener)
                    return
                }
                guard let upstream = try? GateSocket.open(server, { connect($0, $1, $2) }) else {
                    close(client)
                    continue
                }
                Thread { [weak self] in
                    Conversation(client, upstream) { self?.pass($0) ?? .pass }.run()
                    close(client)
                    close(upstream)
                }.start()
            }
        }
        acceptor.start()
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        unlink(path)
    }

    /// Waits for a statement.
    package func stop(at place: Place) -> Stop {
        let stop = Stop(place)
        stops.withLock { $0.append(stop) }
        return stop
    }

    private func pass(_ text: String) -> Fate {
        passed.withLock { $0.append(text) }
        for stop in stops.withLock({ $0 }) {
            if let fate = stop.pass(text) { return fate }
        }
        return .pass
    }
}

/// One connection: its packets to the server one by one, the answers as they come.
private final class Conversation {
    private let client: CInt
    private let server: CInt
    private let decide: (String) -> StatementGate.Fate
    private var unsent: [UInt8] = []
    /// The texts of prepared statements, by their number.
    private var prepared: [UInt32: String] = [:]
    /// A statement that is being prepared: its answer has the number.
    private var preparing: String?
    /// How many bytes of the answer still pass, once it is to be cut.
    private var allowance: Int?

    init(_ client: CInt, _ server: CInt, decide: @escaping (String) -> StatementGate.Fate) {
        (self.client, self.server, self.decide) = (client, server, decide)
    }

    func run() {
        while true {
            var polled = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) > 0 else { return }
            if polled[0].revents != 0 {
                guard let bytes = GateSocket.take(client) else { return }
                unsent += bytes
                guard sendPackets() else { return }
            }
            if polled[1].revents != 0 {
                guard let bytes = GateSocket.take(server), answer(bytes) else { return }
            }
        }
    }

    /// Sends on what has come whole.
    private func sendPackets() -> Bool {
        while unsent.count >= 4 {
            let length = 4 + (Int(unsent[0]) | Int(unsent[1]) << 8 | Int(unsent[2]) << 16)
            guard unsent.count >= length else { return true }
            let packet = Array(unsent[..<length])
            unsent.removeFirst(length)
            switch fate(of: packet) {
            case .pass: break
            case .cut: return false
            case .cutAnswer(let bytes): allowance = bytes
            }
            guard GateSocket.give(packet, to: server) else { return false }
            if allowance == 0 {
                // What was asked is done before the connection ends: the answer has begun.
                _ = GateSocket.take(server)
                return false
            }
        }
        return true
    }

    private func fate(of packet: [UInt8]) -> StatementGate.Fate {
        // The sequence begins anew with each command; the log-in goes on with the server's.
        guard packet.count > 4, packet[3] == 0 else { return .pass }
        let body = packet[5...]
        switch packet[4] {
        case 0x03: return decide(String(decoding: body, as: UTF8.self))
        case 0x16:
            preparing = String(decoding: body, as: UTF8.self)
            return .pass
        case 0x17 where body.count >= 4: return decide(prepared[Self.number(body.prefix(4))] ?? "")
        default: return .pass
        }
    }

    private func answer(_ bytes: [UInt8]) -> Bool {
        if let text = preparing {
            preparing = nil
            if bytes.count >= 9, bytes[4] == 0 { prepared[Self.number(bytes[5..<9])] = text }
        }
        guard let allowance else { return GateSocket.give(bytes, to: client) }
        self.allowance = allowance - bytes.count
        _ = GateSocket.give(Array(bytes.prefix(allowance)), to: client)
        return allowance > bytes.count
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Sockets with a path.
private enum GateSocket {
    static func open(
        _ path: String, _ join: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8.prefix(107))) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                join(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard descriptor >= 0, status == 0 else {
            let error = POSIXError(.init(rawValue: errno) ?? .EIO)
            if descriptor >= 0 { close(descriptor) }
            throw error
        }
        return descriptor
    }

    static func take(_ descriptor: CInt) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    static func give(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
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
}
