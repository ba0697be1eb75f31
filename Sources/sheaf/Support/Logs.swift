import Foundation
import LabelSchema
import Logging

/// Logs go to standard error: text on a terminal, one JSON object a line otherwise.
enum Logs {
    static func bootstrap(level: Logger.Level) {
        let isTerminal = isatty(STDERR_FILENO) == 1
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, logLevel: level, isText: isTerminal)
        }
    }
}

/// Writes each record as one line.
struct LineLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let isText: Bool

    init(label: String, logLevel: Logger.Level, isText: Bool) {
        self.label = label
        self.logLevel = logLevel
        self.isText = isText
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let line = isText ? text(event, all) : json(event, all)
        Console.note(line)
    }

    private func text(_ event: LogEvent, _ all: Logger.Metadata) -> String {
        // Titles of tabs are among them, which anyone may have typed.
        let pairs = all.sorted { $0.key < $1.key }
            .map { " \($0.key)=\(CellText.shown("\($0.value)", limit: .max))" }.joined()
        return "\(event.level.rawValue): \(event.message)\(pairs)"
    }

    private func json(_ event: LogEvent, _ all: Logger.Metadata) -> String {
        var fields = all.mapValues { "\($0)" }
        fields["level"] = event.level.rawValue
        fields["message"] = "\(event.message)"
        fields["time"] = Date.now.formatted(.iso8601)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
