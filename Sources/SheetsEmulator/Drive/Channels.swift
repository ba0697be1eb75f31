import Digest
import Foundation

/// The push channels that accounts have opened.
struct Channels: Sendable {
    /// What a channel watches.
    enum Subject: Sendable, Equatable {
        /// The changes that an account sees, after a place in the log.
        case changes(after: Int)
        case file(String)
    }

    struct Channel: Sendable {
        let id: String
        let account: String
        let subject: Subject
        let resourceId: String
        let resourceURI: String
        let address: String
        let token: String?
        let expiration: Date
        /// How far in the log its messages have come.
        var place: Int
        var messages = 0

        var json: JSONValue {
            .object([
                "kind": .string("api#channel"), "id": .string(id), "resourceId": .string(resourceId),
                "resourceUri": .string(resourceURI), "token": token.map { .string($0) },
                "expiration": .string(String(Int(expiration.timeIntervalSince1970 * 1000))),
            ])
        }
    }

    /// One message, ready to be posted.
    struct Message: Sendable {
        let address: String
        let headers: [(name: String, value: String)]
    }

    private var open: [String: Channel] = [:]
    private var waiting: [Message] = []
    /// Ids of channels are never given out twice, not even after a stop.
    private var used: Set<String> = []

    /// Whether there is anything to look after.
    var isIdle: Bool { open.isEmpty && waiting.isEmpty }

    var all: [Channel] { open.values.sorted { $0.id < $1.id } }

    mutating func add(_ channel: Channel) throws(APIError) {
        guard used.insert(channel.id).inserted else {
            throw .drive(
                400, domain: "global", reason: "channelIdNotUnique", message: "Channel id \(channel.id) not unique")
        }
        var channel = channel
        waiting.append(Self.message(&channel, state: "sync", changed: nil))
        open[channel.id] = channel
    }

    mutating func stop(_ body: JSONValue, account: String) throws(APIError) {
        let id = body["id"]?.text ?? ""
        guard let channel = open[id], channel.account == account, channel.resourceId == body["resourceId"]?.text
        else {
            throw .drive(
                404, domain: "global", reason: "notFound",
                message: "Channel '\(id)' not found for project '100000000000'")
        }
        open[id] = nil
    }

    /// The messages that are due, in order: a channel that is stopped or expired has none.
    mutating func takeDue(_ log: ChangeLog, now: Date) -> [Message] {
        var due = waiting
        waiting = []
        for var channel in all {
            guard channel.expiration > now else {
                open[channel.id] = nil
                continue
            }
            for event in log.events[min(channel.place, log.visible)..<log.visible]
            where event.audience.contains(channel.account) {
                if let message = Self.message(for: event, &channel) { due.append(message) }
            }
            channel.place = log.visible
            open[channel.id] = channel
        }
        return due
    }

    private static func message(for event: ChangeLog.Event, _ channel: inout Channel) -> Message? {
        guard case .file(let id) = channel.subject else {
            return message(&channel, state: "change", changed: nil)
        }
        guard event.fileId == id else { return nil }
        switch event.kind {
        case .content: return message(&channel, state: "update", changed: "content,properties")
        case .properties: return message(&channel, state: "update", changed: "properties")
        case .permissions: return message(&channel, state: "update", changed: "permissions")
        case .trash: return message(&channel, state: "trash", changed: nil)
        case .untrash: return message(&channel, state: "untrash", changed: nil)
        case .remove: return message(&channel, state: "remove", changed: nil)
        }
    }

    private static func message(_ channel: inout Channel, state: String, changed: String?) -> Message {
        channel.messages += 1
        let headers: [(String, String?)] = [
            ("X-Goog-Channel-ID", channel.id), ("X-Goog-Channel-Token", channel.token),
            ("X-Goog-Channel-Expiration", httpDate(channel.expiration)),
            ("X-Goog-Message-Number", String(channel.messages)), ("X-Goog-Resource-ID", channel.resourceId),
            ("X-Goog-Resource-URI", channel.resourceURI), ("X-Goog-Resource-State", state),
            ("X-Goog-Changed", changed), ("Accept", "*/*"), ("User-Agent", "APIs-Google"),
        ]
        return Message(
            address: channel.address, headers: headers.compactMap { name, value in value.map { (name, $0) } })
    }

    /// The form of RFC 9110, such as `Tue, 19 Nov 2013 01:13:52 GMT`.
    private static func httpDate(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][(parts.weekday ?? 1) - 1]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = [parts.hour, parts.minute, parts.second].map { twoDigits($0) }.joined(separator: ":")
        let day = "\(twoDigits(parts.day)) \(months[(parts.month ?? 1) - 1]) \(parts.year ?? 0)"
        return "\(weekday), \(day) \(time) GMT"
    }

    private static func twoDigits(_ number: Int?) -> String {
        let text = String(number ?? 0)
        return text.count < 2 ? "0" + text : text
    }
}

extension EmulatorState {
    /// The push messages that are due.
    mutating func takeDueMessages(now: Date) -> [Channels.Message] {
        spreadsheets.log.reveal(now: now, delay: settings.noticeDelay)
        return channels.takeDue(spreadsheets.log, now: now)
    }

    private static let channelIDBytes = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=".utf8)

    /// Opens a channel for `changes.watch` or `files.watch`.
    mutating func watch(
        _ subject: Channels.Subject, _ body: JSONValue, _ caller: DriveCaller, pushNeedsHTTPS: Bool
    ) throws(APIError) -> JSONValue {
        guard let id = body["id"]?.text, !id.isEmpty else {
            throw .drive(400, domain: "global", reason: "required", message: "Required: entity.id")
        }
        guard id.utf8.count <= 64, id.utf8.allSatisfy(Self.channelIDBytes.contains) else {
            throw .drive(400, domain: "global", reason: "channelIdInvalid", message: "Invalid channel id")
        }
        guard ["web_hook", "webhook"].contains(body["type"]?.text) else {
            throw .drive(400, domain: "global", reason: "channelUnknown", message: "Unknown channel type")
        }
        let address = body["address"]?.text ?? ""
        guard address.hasPrefix("https://") || (!pushNeedsHTTPS && address.hasPrefix("http://")) else {
            throw .drive(
                400, domain: "push", reason: "webhookUrlNotHttps", message: "WebHook callback must be HTTPS: \(address)"
            )
        }
        if let token = body["token"]?.text, token.utf16.count > 256 {
            throw .drive(400, domain: "global", reason: "channelTokenTooLong", message: "Channel token too long")
        }
        let path: String
        var place = spreadsheets.log.visible
        switch subject {
        case .changes(let start):
            place = start
            path = "changes?pageToken=\(spreadsheets.log.token(start))&alt=json"
        case .file(let file): path = "files/\(file)?alt=json"
        }
        let resource = subject == .changes(after: place) ? "changes of \(caller.email)" : path
        let channel = Channels.Channel(
            id: id, account: caller.email, subject: subject,
            resourceId: String(base64URL(DrivePermission.digest(resource).bytes).prefix(27)),
            resourceURI: "http://\(caller.host)/drive/v3/\(path)", address: address, token: body["token"]?.text,
            expiration: try Self.expiration(body, subject, now: caller.now), place: place)
        try channels.add(channel)
        return channel.json
    }

    /// An hour unless told otherwise; a week at most for changes, a day for a file.
    private static func expiration(
        _ body: JSONValue, _ subject: Channels.Subject, now: Date
    ) throws(APIError) -> Date {
        var longest = 604_800.0
        if case .file = subject { longest = 86_400 }
        guard let asked = body["expiration"] else { return now.addingTimeInterval(3600) }
        guard let milliseconds = asked.integer, Double(milliseconds) / 1000 > now.timeIntervalSince1970 else {
            throw .drive(
                400, domain: "global", reason: "channelExpirationInvalid", message: "Invalid channel expiration")
        }
        return min(Date(timeIntervalSince1970: Double(milliseconds) / 1000), now.addingTimeInterval(longest))
    }
}
