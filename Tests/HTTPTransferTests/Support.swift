import HTTPTransfer
import Testing

/// The error that `body` must end with.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws -> Void
) async throws -> HTTPError {
    do {
        try await body()
    } catch let error as HTTPError {
        return error
    }
    Issue.record("it ended without an error", sourceLocation: sourceLocation)
    throw HTTPError(.internalFailure, label: "", host: "", detail: "no error")
}

/// A configuration that gives up soon, so that a test that goes wrong ends.
func impatient(_ change: (inout HTTPConfiguration) -> Void = { _ in }) -> HTTPConfiguration {
    var configuration = HTTPConfiguration()
    configuration.connectTimeout = .seconds(20)
    configuration.totalTimeout = .seconds(60)
    change(&configuration)
    return configuration
}

func get(_ url: String, headers: HTTPHeaders = [:], timeout: Duration? = nil) -> HTTPRequest {
    HTTPRequest(url: url, headers: headers, totalTimeout: timeout, label: "read it")
}

/// The bytes that hexadecimal digits stand for.
func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
}

enum GzipSample {
    /// 100,000 times the letter a, compressed by Python's gzip module.
    static let letters = bytes(
        hex: "1f8b0800000000000203edc13101000000c2a0aceb5fc21a1e4001" + String(repeating: "0", count: 192)
            + "af0687fae21ba0860100")
    static let lettersCount = 100_000
    /// Three times the line `{"表":"値"}`, likewise.
    static let lines = bytes(hex: "1f8b0800000000000203ab567ab170859295d2d386254ab55cd5787800fe86f8372a000000")
    static let linesText = String(repeating: "{\"表\":\"値\"}\n", count: 3)
}
