/// Cuts what a MySQL client sends into packets.
///
/// A packet is a length of three bytes, the number of the packet within its command, and so many bytes.
struct PacketStream {
    private var bytes: [UInt8] = []
    private var start = 0

    /// A packet with its header.
    struct Packet {
        let bytes: ArraySlice<UInt8>

        var payload: ArraySlice<UInt8> { bytes.dropFirst(4) }
        /// The first packet of a command; any other continues what went before, as in signing in.
        var beginsCommand: Bool { bytes[bytes.startIndex + 3] == 0 }
        /// A packet of the greatest length is continued by the next.
        var isContinued: Bool { payload.count == 0xFF_FFFF }

        var command: MySQLCommand? { beginsCommand ? payload.first.map(MySQLCommand.init(rawValue:)) : nil }
        /// What follows the command's number.
        var argument: ArraySlice<UInt8> { payload.dropFirst() }

        /// Whether the server says anything once it has executed this.
        var isAnswered: Bool { !isContinued && command?.isAnswered != false }
    }

    mutating func append(_ more: [UInt8]) {
        if start > 0, start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        }
        bytes += more
    }

    /// The next packet that has come whole.
    mutating func next() -> Packet? {
        guard bytes.count - start >= 4 else { return nil }
        let length = Int(bytes[start]) | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2]) << 16
        let end = start + 4 + length
        guard end <= bytes.count else { return nil }
        defer { start = end }
        return Packet(bytes: bytes[start..<end])
    }
}

/// The number that begins a command.
struct MySQLCommand: RawRepresentable, Equatable {
    let rawValue: UInt8

    static let quit = MySQLCommand(rawValue: 0x01)
    static let query = MySQLCommand(rawValue: 0x03)
    static let prepare = MySQLCommand(rawValue: 0x16)
    static let execute = MySQLCommand(rawValue: 0x17)
    static let sendLongData = MySQLCommand(rawValue: 0x18)
    static let closeStatement = MySQLCommand(rawValue: 0x19)
    static let executeArrays = MySQLCommand(rawValue: 0xFA)

    var isAnswered: Bool { ![.quit, .sendLongData, .closeStatement].contains(self) }

    /// Whether its argument is the text of a statement.
    var isText: Bool { self == .query || self == .prepare }

    /// Whether its argument begins with the number of a prepared statement.
    var namesStatement: Bool {
        [.execute, .executeArrays, .closeStatement, .sendLongData].contains(self)
    }

    var name: String {
        switch self {
        case .quit: "quit"
        case .query: "query"
        case .prepare: "prepare"
        case .execute: "execute"
        case .sendLongData: "send long data"
        case .closeStatement: "close"
        case .executeArrays: "execute with arrays"
        default: "command \(rawValue)"
        }
    }
}
