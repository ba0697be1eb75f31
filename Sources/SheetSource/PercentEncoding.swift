/// Text as it may stand in any part of a path or query: all but RFC 3986's unreserved characters is escaped.
func percentEncoded(_ text: String) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.append(byte)
        default:
            encoded += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}

/// Names and values as a query string or a form.
func formEncoded(_ pairs: KeyValuePairs<String, String>) -> String {
    pairs.map { "\(percentEncoded($0))=\(percentEncoded($1))" }.joined(separator: "&")
}

private let hexDigits = Array("0123456789ABCDEF".utf8)
