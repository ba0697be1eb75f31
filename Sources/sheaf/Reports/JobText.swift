import Digest
import Foundation
import LabelSchema
import LabelStore

/// Training jobs in words.
struct JobText {
    let style: Style

    func table(_ jobs: [JobRecord]) -> [String] {
        var table = Table()
        table.rightAligned = [0]
        table.add(["job", "version", "state", "started (UTC)", "took", "metrics"])
        for job in jobs {
            table.add([
                "\(job.id)", "\(job.dataset)@\(job.version)", job.state.rawValue, job.startedAt?.shortTime ?? "",
                job.duration.map(Self.duration) ?? "", Self.metrics(job.metrics) ?? failure(job),
            ])
        }
        return table.lines { row, column, text in
            if row == 0 { return style.dim(text) }
            return column == 2 ? coloured(jobs[row - 1].state, text) : text
        }
    }

    /// How a job ended.
    func ending(_ job: JobRecord) -> [String] {
        let took = job.duration.map { " after \(Self.duration($0))" } ?? ""
        var lines = ["  Training job \(job.id) \(coloured(job.state, job.state.rawValue))\(took)"]
        if let metrics = Self.metrics(job.metrics) { lines[0] += ": \(metrics)" }
        if job.state != .succeeded, let message = job.message {
            lines.append("    \(CellText.shown(message, limit: 500))")
            lines.append("    `sheaf jobs logs \(job.id)` shows its output, `sheaf jobs retry \(job.id)` tries again.")
        }
        return lines
    }

    func details(_ job: JobRecord, _ attempts: [AttemptRecord]) -> [String] {
        var lines = [
            "\(style.bold("job \(job.id)"))  \(job.dataset)@\(job.version)  \(coloured(job.state, job.state.rawValue))",
            "  pipeline \(CellText.shown(job.pipeline)), launcher \(job.launcher), \(job.changes.counted("change"))",
            "  made \(job.createdAt.shortTime) UTC\(job.duration.map { ", took \(Self.duration($0))" } ?? "")",
        ]
        if let metrics = Self.metrics(job.metrics) { lines.append("  metrics: \(metrics)") }
        if let artifact = job.artifactURI {
            lines.append("  artifact: \(CellText.shown(artifact, limit: 500))")
            if let digest = job.artifactSHA256 { lines.append("  SHA-256: \(digest.hex)") }
        }
        if let message = job.message { lines.append("  \(CellText.shown(message, limit: 500))") }
        for attempt in attempts {
            lines.append(
                "  attempt \(attempt.number): \(attempt.outcome.rawValue)  \(attempt.startedAt.shortTime)  "
                    + style.dim(CellText.shown(attempt.worker, limit: 200)))
            if let message = attempt.message { lines.append("    \(CellText.shown(message, limit: 500))") }
            if let folder = attempt.folder { lines.append("    \(CellText.shown(folder, limit: 500))") }
        }
        return lines
    }

    private func failure(_ job: JobRecord) -> String {
        job.state == .failed ? CellText.shown(job.message ?? "", limit: 80) : ""
    }

    private func coloured(_ state: JobState, _ text: String) -> String {
        switch state {
        case .succeeded: style.green(text)
        case .failed: style.red(text)
        case .waiting, .starting, .running: style.yellow(text)
        case .cancelled, .superseded: style.dim(text)
        }
    }

    /// `1.2 s`, `3 min 5 s`, `2 h 10 min`.
    static func duration(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
        let whole = Int(seconds)
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// The first numbers of a metrics document, scores before counts: `accuracy 0.91, macro_f1 0.88, rows 4599`.
    static func metrics(_ json: String?) -> String? {
        guard let json, let data = json.data(using: .utf8),
            let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        else { return nil }
        var scores: [String] = []
        var counts: [String] = []
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            guard let number = (value as? NSNumber)?.doubleValue else { continue }
            let rounded = (number * 10_000).rounded() / 10_000
            let isWhole = rounded == rounded.rounded() && abs(rounded) < 1e15
            let text = "\(CellText.shown(name)) \(isWhole ? "\(Int(rounded))" : "\(rounded)")"
            if isWhole { counts.append(text) } else { scores.append(text) }
        }
        let shown = (scores + counts).prefix(shownMetrics)
        return shown.isEmpty ? nil : shown.joined(separator: ", ")
    }

    private static let shownMetrics = 4
}
