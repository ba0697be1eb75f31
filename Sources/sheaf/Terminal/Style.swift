import Foundation

/// Colours, on a terminal only.
struct Style: Sendable {
    let isColoured: Bool

    /// When to colour: `--color`, then NO_COLOR (https://no-color.org), then whether the output is a terminal.
    enum Choice: String, CaseIterable, Sendable { case auto, always, never }

    init(_ choice: Choice, descriptor: Int32 = STDOUT_FILENO) {
        switch choice {
        case .always: isColoured = true
        case .never: isColoured = false
        case .auto:
            let environment = ProcessInfo.processInfo.environment
            isColoured =
                isatty(descriptor) == 1 && environment["NO_COLOR", default: ""].isEmpty
                && environment["TERM"] != "dumb"
        }
    }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }
    func cyan(_ text: String) -> String { wrap(text, "36") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
