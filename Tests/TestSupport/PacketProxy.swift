internal import Foundation
internal import Synchronization

/// What the proxy does at one packet of those that it is to count.
package struct PacketTrap: Sendable {
    /// Which packet it is.
    package enum Trigger: Sendable {
        /// The one with this number, counted over all connections; the first is 1.
        case number(Int)
        /// The next one that brings or prepares a statement with these words.
        case statement(String)
    }

    /// When: in both cases the client learns nothing of what became of the packet.
    package enum Moment: String, Sendable, CaseIterable {
        /// The packet does not reach the server.
        case before
        /// The server has executed it, and its answer does not reach the client.
        case after
    }

    package enum Blow: Sendable {
        /// SIGKILL to the process that sent the packet.
        case kill
        /// The end of the connection, as when a network fails.
        case cut
    }

    package let trigger: Trigger
    package let moment: Moment
    package let blow: Blow

    package init(_ blow: Blow, _ moment: Moment, _ trigger: Trigger) {
        self.blow = blow
        self.moment = moment
        self.trigger = trigger
    }
}

/// Whose packets count.
package enum PacketSender: Sendable, Equatable {
    case anyone
    /// The process that connects first.
    case first
    /// Any process but the first: those that it launches.
    case others
}

/// What the proxy has seen since it was last told what to count.
package struct PacketReport: Sendable {
    /// How many packets came from those who count.
    package var count = 0
    /// The packet that sprang the trap, for people; `nil` while none has.
    package var sprung: String?
    /// Whether a client that sends this packet waits for an answer: if not, it may go on, and even end, before it is hit.
    package var isAnswered = true
    /// The server's numbers for the connections of those who count.
    package var connections: [UInt32] = []
}

/// A Unix socket in front of a database that counts the packets which clients send, and ends a client at one of them.
///
/// It knows of the protocol what counting takes: where a packet ends, which commands are answered, and where an answer
/// begins. One thread does all of it, so what it counts has an order. Clients must use neither TLS nor compression.
package final class PacketProxy: Sendable {
    /// The path of its socket.
    package let path: String
    private let state: PacketProxyState
    private let listener: CInt

    /// Opens the socket and begins to pass everything on.
    ///
    /// - Parameter server: the path of the database's own socket.
    /// - Throws: `POSIXError` if there can be no socket.
    package init(server: String) throws {
        path = FileManager.default.temporaryDirectory.path() + "/packets-\(UInt32.random(in: 0...UInt32.max)).sock"
        listener = try UnixSocket.listen(at: path)
        state = PacketProxyState()
        let thread = Thread { [state, listener] in
            PacketProxyLoop(listener: listener, server: server, state: state).run()
        }
        thread.start()
    }

    deinit {
        state.end()
        shutdown(listener, CInt(SHUT_RDWR))
        unlink(path)
    }

    /// Counts anew.
    ///
    /// - Parameters:
    ///   - trap: what is to happen at which packet, once; `nil` lets all pass.
    ///   - sender: whose packets count.
    package func count(_ trap: PacketTrap? = nil, from sender: PacketSender = .anyone) {
        state.count(trap, from: sender)
    }

    /// What was seen since `count` was called.
    package var report: PacketReport { state.report }

    /// Returns once no client is connected any more.
    package func untilNobodyIsConnected() async { await state.untilNobodyIsConnected() }
}

/// What the proxy's thread and those who ask it share.
final class PacketProxyState: Sendable {
    private struct Values {
        var trap: PacketTrap?
        var sender = PacketSender.anyone
        var first: pid_t?
        var report = PacketReport()
        var connected = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isEnded = false
    }
    private let values = Mutex(Values())

    var report: PacketReport { values.withLock { $0.report } }
    var isEnded: Bool { values.withLock { $0.isEnded } }

    func end() { values.withLock { $0.isEnded = true } }

    func count(_ trap: PacketTrap?, from sender: PacketSender) {
        values.withLock {
            $0.trap = trap
            $0.sender = sender
            $0.first = nil
            $0.report = PacketReport()
        }
    }

    func untilNobodyIsConnected() async {
        await withCheckedContinuation { waiter in
            let isQuiet = values.withLock {
                if $0.connected > 0 { $0.waiters.append(waiter) }
                return $0.connected == 0
            }
            if isQuiet { waiter.resume() }
        }
    }

    /// A process has connected.
    ///
    /// - Returns: whether its packets count.
    func connect(_ process: pid_t) -> Bool {
        values.withLock {
            $0.connected += 1
            if $0.first == nil { $0.first = process }
            return switch $0.sender {
            case .anyone: true
            case .first: $0.first == process
            case .others: $0.first != process
            }
        }
    }

    func disconnect() {
        let waiters = values.withLock { values in
            values.connected -= 1
            guard values.connected == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { values.waiters = [] }
            return values.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func note(connection: UInt32) { values.withLock { $0.report.connections.append(connection) } }

    /// A packet has come that counts.
    ///
    /// - Returns: the trap, if this packet springs it.
    func take(_ packet: PacketStream.Packet, _ text: String?, _ description: () -> String) -> PacketTrap? {
        values.withLock {
            $0.report.count += 1
            guard let trap = $0.trap else { return nil }
            let springs =
                switch trap.trigger {
                case .number(let number): $0.report.count == number
                case .statement(let words): text?.contains(words) == true
                }
            guard springs else { return nil }
            $0.trap = nil
            $0.report.isAnswered = packet.isAnswered
            $0.report.sprung = "packet \($0.report.count), \(description())"
            return trap
        }
    }
}
