/// The parts of a store URL.
struct StoreURL {
    let user: String
    let host: String
    let port: Int?
    let database: String?
    let parameters: [(name: String, value: String)]

    init(_ url: String) throws(MySQLError) {
        guard let schemeEnd = Self.range(of: "://", in: url),
            ["mysql", "mariadb"].contains(url[..<schemeEnd.lowerBound])
        else {
            throw Self.mistake("it does not begin with mysql://")
        }
        var rest = url[schemeEnd.upperBound...]
        guard !rest.contains("#") else { throw Self.mistake("it has a fragment; write # as %23") }

        var query: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        var path: Substring = ""
        if let slash = rest.firstIndex(of: "/") {
            path = rest[rest.index(after: slash)...]
            rest = rest[..<slash]
        }
        guard let at = rest.lastIndex(of: "@") else {
            throw Self.mistake("it names no user: mysql://USER@host/database")
        }
        let userInformation = rest[..<at]
        guard !userInformation.contains(":") else {
            throw Self.mistake("it holds a password; take it out, and give it by environment variable or file")
        }
        user = try Self.decoded(userInformation)
        guard !user.isEmpty else { throw Self.mistake("the user is empty") }
        (host, port) = try Self.hostAndPort(rest[rest.index(after: at)...])
        guard !path.contains("/") else { throw Self.mistake("the path is to be one database name") }
        database = path.isEmpty ? nil : try Self.decoded(path)
        parameters = try Self.parameters(query)
    }

    /// An error that says what is wrong and does not quote the URL, which might hold a secret.
    static func mistake(_ what: String) -> MySQLError {
        MySQLError(.invalidURL, "the store URL is not valid: \(what)")
    }

    private static func hostAndPort(_ text: Substring) throws(MySQLError) -> (String, Int?) {
        var host = text
        var portText: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw mistake("the IPv6 address lacks its ]") }
            host = text[text.index(after: text.startIndex)..<end]
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else {
                throw mistake("after ] there is to be :port or nothing")
            }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw mistake("the host is empty") }
        guard let portText else { return (try decoded(host), nil) }
        guard let port = Int(portText), (1...65_535).contains(port) else {
            throw mistake("the port is not a number from 1 to 65535")
        }
        return (try decoded(host), port)
    }

    private static func parameters(_ query: Substring) throws(MySQLError) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for pair in query.split(separator: "&") {
            guard let equals = pair.firstIndex(of: "=") else { throw mistake("a parameter lacks its =") }
            let name = try decoded(pair[..<equals])
            guard !parameters.contains(where: { $0.name == name }) else {
                throw mistake("parameter '\(name)' stands twice")
            }
            guard name != "password" else {
                throw mistake("it holds a password; take it out, and give it by environment variable or file")
            }
            parameters.append((name, try decoded(pair[pair.index(after: equals)...])))
        }
        return parameters
    }

    private static func range(of needle: String, in text: String) -> Range<String.Index>? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(needle) { return index..<text.index(index, offsetBy: needle.count) }
            index = text.index(after: index)
        }
        return nil
    }

    private static func decoded(_ text: Substring) throws(MySQLError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw mistake("a % is not followed by two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw mistake("a percent-encoded part is not UTF-8 text")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
