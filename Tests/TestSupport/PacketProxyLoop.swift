internal import Foundation

/// The thread of a `PacketProxy`: waits for whatever is ready, and passes it on.
///
/// It belongs to one thread; what others may see stands in `PacketProxyState`.
final class PacketProxyLoop {
    private let listener: CInt
    private let server: String
    private let state: PacketProxyState
    private var links: [PacketLink] = []
    /// A process that waits for its end: none of its packets is passed on any more.
    private var frozen: pid_t?

    init(listener: CInt, server: String, state: PacketProxyState) {
        self.listener = listener
        self.server = server
        self.state = state
    }

    func run() {
        while !state.isEnded {
            var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            for link in links { polled += [link.clientPoll(isFrozen: link.process == frozen), link.serverPoll] }
            guard poll(&polled, nfds_t(polled.count), -1) > 0 else {
                if errno == EINTR { continue }
                break
            }
            for (index, link) in links.enumerated() {
                let (client, server) = (polled[1 + 2 * index].revents, polled[2 + 2 * index].revents)
                if server != 0, !link.isOver { fromServer(link, server) }
                if client != 0, !link.isOver { fromClient(link, client) }
            }
            // First, so that a connection that a process has opened just before its end is known to be its own.
            while accept() {}
            removeEnded()
        }
        for link in links { link.close() }
        close(listener)
    }

    /// Takes up the next connection; false if there is none.
    private func accept() -> Bool {
        guard let client = UnixSocket.accept(listener) else { return false }
        let process = UnixSocket.peer(of: client)
        guard process != frozen, let upstream = try? UnixSocket.connect(to: server) else {
            close(client)
            return true
        }
        links.append(
            PacketLink(client: client, server: upstream, process: process, counts: state.connect(process)))
        return true
    }

    private func removeEnded() {
        for link in links where link.isOver {
            link.close()
            state.disconnect()
        }
        links.removeAll(where: \.isOver)
        if let process = frozen, !links.contains(where: { $0.process == process }) { frozen = nil }
    }

    // MARK: - From the client

    private func fromClient(_ link: PacketLink, _ events: Int16) {
        if events & Int16(POLLOUT) != 0 { link.flushToClient() }
        guard events & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { return }
        guard let bytes = UnixSocket.read(link.client) else {
            link.isOver = true
            return
        }
        // Of a process that is being killed only the end is waited for.
        if link.process == frozen { return }
        guard link.counts else {
            link.send(bytes)
            return
        }
        link.fromClient.append(bytes)
        while link.process != frozen, !link.isOver, link.answerOf == nil, let packet = link.fromClient.next() {
            take(packet, link)
        }
    }

    private func take(_ packet: PacketStream.Packet, _ link: PacketLink) {
        let text = link.note(packet)
        guard let trap = state.take(packet, text, { link.describe(packet, text) }) else {
            link.send(Array(packet.bytes))
            return
        }
        if trap.moment == .after {
            link.send(Array(packet.bytes))
            if packet.isAnswered {
                link.answerOf = trap
                if trap.blow == .kill { frozen = link.process }
                return
            }
        }
        strike(link, trap)
    }

    private func strike(_ link: PacketLink, _ trap: PacketTrap) {
        switch trap.blow {
        case .cut: link.isOver = true
        case .kill:
            frozen = link.process
            link.answerOf = nil
            // Its end shows as that of its connections; only then does the server learn of it.
            kill(link.process, SIGKILL)
        }
    }

    // MARK: - From the server

    private func fromServer(_ link: PacketLink, _ events: Int16) {
        if events & Int16(POLLOUT) != 0 { link.flushToServer() }
        guard events & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { return }
        guard let bytes = UnixSocket.read(link.server) else {
            if let trap = link.answerOf { strike(link, trap) }
            // The client reads the end of its connection, unless it is about to be killed.
            link.serverEnded(isFrozen: link.process == frozen)
            return
        }
        if let connection = link.greeting(bytes), link.counts { state.note(connection: connection) }
        if let trap = link.answerOf {
            // Executed: the first packet of its answer is there. And nobody is told.
            link.answer.append(bytes)
            if link.answer.next() != nil { strike(link, trap) }
            return
        }
        if link.process == frozen { return }
        link.noteAnswer(bytes)
        link.deliver(bytes)
    }
}

/// One connection through the proxy.
final class PacketLink {
    let client: CInt
    let server: CInt
    let process: pid_t
    /// Whether its packets count.
    let counts: Bool
    var fromClient = PacketStream()
    /// What came from the server since a packet was sent whose answer is waited for.
    var answer = PacketStream()
    /// The trap at the packet whose answer is waited for.
    var answerOf: PacketTrap?
    var isOver = false
    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []
    private var isGreeted = false
    private var serverHasEnded = false
    /// The text that is being prepared, and those that are, by the server's number.
    private var preparing: String?
    private var prepared: [UInt32: String] = [:]

    init(client: CInt, server: CInt, process: pid_t, counts: Bool) {
        self.client = client
        self.server = server
        self.process = process
        self.counts = counts
    }

    func close() {
        Glibc.close(client)
        Glibc.close(server)
    }

    // Nothing is read that could not be passed on.
    func clientPoll(isFrozen: Bool) -> pollfd {
        let reads = isFrozen || toServer.isEmpty
        return pollfd(
            fd: client, events: Int16((reads ? POLLIN : 0) | (toClient.isEmpty || isFrozen ? 0 : POLLOUT)), revents: 0)
    }

    var serverPoll: pollfd {
        if serverHasEnded { return pollfd(fd: -1, events: 0, revents: 0) }
        return pollfd(
            fd: server, events: Int16((toClient.isEmpty ? POLLIN : 0) | (toServer.isEmpty ? 0 : POLLOUT)), revents: 0)
    }

    func send(_ bytes: [UInt8]) {
        toServer += bytes
        flushToServer()
    }

    func deliver(_ bytes: [UInt8]) {
        toClient += bytes
        flushToClient()
    }

    func flushToServer() { if !UnixSocket.write(&toServer, to: server) { isOver = true } }

    func flushToClient() { if !UnixSocket.write(&toClient, to: client) { isOver = true } }

    func serverEnded(isFrozen: Bool) {
        serverHasEnded = true
        if !isFrozen { isOver = true }
    }

    /// The number that the server gives the connection, which stands in the first packet that it sends: a version of the
    /// protocol, the server's version with a zero at its end, and the number.
    func greeting(_ bytes: [UInt8]) -> UInt32? {
        guard !isGreeted else { return nil }
        isGreeted = true
        guard bytes.count > 5, bytes[4] == 10, let end = bytes[5...].firstIndex(of: 0), end + 4 < bytes.count else {
            return nil
        }
        return Self.number(bytes[(end + 1)...])
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        bytes.count < 4 ? nil : bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Remembers what is being prepared.
    ///
    /// - Returns: the text of a statement that the packet brings.
    func note(_ packet: PacketStream.Packet) -> String? {
        guard let command = packet.command, command.isText else { return nil }
        let text = String(decoding: packet.argument.prefix(4_096), as: UTF8.self)
        if command == .prepare { preparing = text }
        return text
    }

    /// The answer to a statement that was prepared: a zero and its number.
    func noteAnswer(_ bytes: [UInt8]) {
        guard let text = preparing else { return }
        preparing = nil
        if bytes.count >= 9, bytes[4] == 0, let number = Self.number(bytes[5...]) { prepared[number] = text }
    }

    /// A packet in words, for whoever has to find out why a test failed.
    func describe(_ packet: PacketStream.Packet, _ text: String?) -> String {
        guard let command = packet.command else { return "the sign-in" }
        let statement = command.namesStatement ? Self.number(packet.argument).flatMap { prepared[$0] } : text
        let words = statement?.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(160)
        return command.name + (words.map { ": \($0)" } ?? "")
    }
}
