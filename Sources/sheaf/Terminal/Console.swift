import Foundation
import Synchronization

/// Where a command writes: results to standard output, everything else to standard error.
struct Console: Sendable {
    let style: Style
    let isJSON: Bool

    /// A line of result.
    ///
    /// Text that was typed into cells is made harmless by whoever composes the line.
    func line(_ text: String = "") {
        if !isJSON { Self.write(text + "\n", to: STDOUT_FILENO) }
    }

    func lines(_ texts: [String]) {
        for text in texts { line(text) }
    }

    /// The result as JSON, if that was asked for.
    func json(_ value: some Encodable) throws {
        guard isJSON else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        Self.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n", to: STDOUT_FILENO)
    }

    /// Something beside the result: a warning, a hint.
    static func note(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = ArraySlice(Array(text.utf8))
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            // A reader that has gone away (`sheaf log | head`) is no error of ours.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
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
            FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
        }
    }

    /// Takes the line away.
    func clear() {
        guard isShown else { return }
        state.withLock { state in
            if state.shown.isEmpty { return }
            state.shown = ""
            FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
        }
    }
}
