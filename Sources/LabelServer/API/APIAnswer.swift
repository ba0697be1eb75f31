internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Answers that are one JSON document.
enum APIAnswer {
    /// A value as JSON, with names in snake_case.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        try bytes(Array(encoder().encode(value)), type: "application/json", status: status, headers: headers)
    }

    /// A value as one line of NDJSON.
    static func line(_ value: some Encodable) throws -> [UInt8] {
        try Array(encoder().encode(value)) + [UInt8(ascii: "\n")]
    }

    /// Bytes as they are.
    static func bytes(
        _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        // What may be different the next time is asked for again.
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }
}

extension String {
    /// A time of the store, `2026-11-21 03:25:00.000000`, as RFC 3339 has it.
    var rfc3339: String { replacing(" ", with: "T") + "Z" }
}
