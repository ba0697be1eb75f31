import Foundation
import LabelSchema
import Synchronization

/// Where a command writes: results to standard output, everything else to standard error.
struct Console: Sendable {
    let style: Style
    let isJSON: Bool
    /// Standard output is taken by something else.
    var isSilent = false

    /// A line of result.
    ///
    /// Text that was typed into cells is made harmless by whoever composes the line.
    func line(_ text: String = "") {
        if !isJSON, !isSilent { Self.write(text + "\n", to: STDOUT_FILENO) }
    }

    func lines(_ texts: [String]) {
        for text in texts { line(text) }
    }

    /// The result as JSON, if that was asked for.
    func json(_ value: some Encodable) throws {
        guard isJSON else { return }
        Self.write(try Self.document(value) + "\n", to: STDOUT_FILENO)
    }

    /// A value as JSON, with names in snake_case.
    static func document(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return harmless(try encoder.encode(value))
    }

    /// JSON in which no cell's text can steer a terminal: what is neither seen nor ASCII stands as an escape, as the
    /// control characters of ASCII do anyway.
    static func harmless(_ json: Data) -> String {
        let text = String(decoding: json, as: UTF8.self)
        guard text.unicodeScalars.contains(where: CellText.isHidden) else { return text }
        var harmless = ""
        for scalar in text.unicodeScalars {
            // Line feeds are the encoder's own: one of a text stands as an escape already.
            if scalar == "\n" || !CellText.isHidden(scalar) {
                harmless.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    harmless += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return harmless
    }

    /// One of several results as JSON, on a line of its own, if that was asked for.
    func jsonLine(_ value: some Encodable) throws {
        guard isJSON else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        Self.write(Self.harmless(try encoder.encode(value)) + "\n", to: STDOUT_FILENO)
    }

    /// Something beside the result: a warning, a hint.
    static func note(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    /// Writes a text, and says whether all of it was taken; a log that cannot be written is no reason to stop.
    @discardableResult
    fileprivate static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = ArraySlice(Array(text.utf8))
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                // A reader that has gone away (`sheaf log | head`) has what it wanted.
                if errno != EPIPE, descriptor == STDOUT_FILENO { outputFailure.withLock { $0 = errno } }
                return false
            }
            bytes = bytes.dropFirst(written)
        }
        return true
    }

    private static let outputFailure = Mutex<Int32>(0)

    /// Throws if a part of the result could not be written.
    static func checkOutput() throws {
        let number = outputFailure.withLock { $0 }
        guard number != 0 else { return }
        throw Failure(
            .output, code: "output", "Standard output could not be written: \(String(cString: strerror(number))).",
            hint: "What the command did is done; only the telling of it was lost.")
    }
}

/// One line on the terminal that says how far a run is; nothing where there is no terminal.
final class ProgressLine: Sendable {
    private struct State {
        var shown = ""
        var at = ContinuousClock.now
    }

    private let isShown: Bool
    private let state = Mutex(State())

    init(isShown: Bool) {
        self.isShown = isShown && isatty(STDERR_FILENO) == 1
    }

    /// Shows a text in place of the one before, at most ten times a second.
    func show(_ text: String) {
        guard isShown else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if !state.shown.isEmpty, now - state.at < .milliseconds(100) { return }
            state = State(shown: text, at: now)
            Console.write("\r\u{1B}[K\(text)", to: STDERR_FILENO)
        }
    }

    /// Takes the line away.
    func clear() {
        guard isShown else { return }
        state.withLock { state in
            if state.shown.isEmpty { return }
            state.shown = ""
            Console.write("\r\u{1B}[K", to: STDERR_FILENO)
        }
    }
}
