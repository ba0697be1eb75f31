#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Seconds since 1970, by the wall clock: what tokens are dated with.
func secondsSince1970() -> Int64 {
    Int64(Date().timeIntervalSince1970)
}

/// A JSON document of a few kilobytes as a value; nil where it is not one.
///
/// Sheets' values never come this way.
func decodeJSON<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) -> T? {
    try? JSONDecoder().decode(type, from: Data(bytes))
}

/// A small value as a JSON document, with its members in the order of their names; nil where it cannot be one.
func encodeJSON(_ value: some Encodable) -> [UInt8]? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { [UInt8]($0) }
}
