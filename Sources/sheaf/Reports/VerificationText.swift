import LabelSchema
import Sync

/// What verifying found, for people.
struct VerificationText {
    let report: VerificationReport
    let style: Style
    /// Nothing was put right.
    let isPlan: Bool

    func lines() -> [String] {
        var lines = [headline()]
        let redacted = report.versions.last?.redacted ?? 0
        if redacted > 0 {
            lines.append("  \(redacted.counted("label")) redacted: their hashes stand for texts that are gone")
        }
        for finding in report.findings { lines += self.lines(finding) }
        if report.found > report.findings.count {
            lines.append("  … and \((report.found - report.findings.count).grouped) more")
        }
        for gap in report.notChecked {
            lines.append("  " + style.dim("not checked: \(CellText.shown(gap, limit: .max))"))
        }
        if report.otherVersions > 0 {
            let others = report.otherVersions.counted("other version")
            lines.append(
                "  " + style.dim("\(others): --all-versions verifies \(report.otherVersions == 1 ? "it" : "them") too"))
        }
        if report.repaired > 0 {
            lines.append("  " + style.green("\(report.repaired.grouped) stored hashes and counts were put right"))
        } else if report.repairable > 0, isPlan {
            lines.append("  \(report.repairable.grouped) of these can be put right: --repair")
        }
        return lines
    }

    private func headline() -> String {
        guard let last = report.versions.last else {
            let reason = report.prunedVersions > 0 ? "no version that is not pruned" : "nothing is published yet"
            return style.bold(report.dataset) + (report.isSound ? "  \(reason)" : "  " + style.red("damaged"))
        }
        let count = report.versions.count
        let what =
            count == 1
            ? "\(report.dataset)@\(last.version)"
            : "\(report.dataset)@\(report.versions[0].version) to @\(last.version)"
        var parts = [style.bold(what), last.labels.counted("label")]
        if count > 1 { parts.append("\(count) versions, \(report.rows.grouped) rows") }
        if report.prunedVersions > 0 { parts.append("\(report.prunedVersions) pruned") }
        parts.append("hash \(last.versionHash.prefix(12))")
        parts.append(
            report.isSound ? style.green("sound") : style.red(report.found.counted("difference")))
        return parts.joined(separator: "  ")
    }

    private func lines(_ finding: VerificationFinding) -> [String] {
        var lines = ["  \(style.red(place(finding))): \(CellText.shown(finding.message, limit: .max))"]
        if finding.stored != nil || finding.computed != nil {
            lines.append("      stored \(finding.stored ?? "nothing"), computed \(finding.computed ?? "nothing")")
        }
        lines.append("      " + style.dim(finding.hint))
        return lines
    }

    private func place(_ finding: VerificationFinding) -> String {
        if let sheet = finding.sheet { return "\(report.dataset), sheet \(CellText.shown(sheet))" }
        var versions = report.dataset
        if let from = finding.fromVersion {
            versions += "@\(from)"
            if let to = finding.toVersion {
                if to - 1 > from { versions += " to @\(to - 1)" }
            } else {
                versions += " and later"
            }
        }
        if let key = finding.key { return "\(versions), \(LabelSchema.keyText(Array(key.utf8)))" }
        if let hash = finding.keyHash { return "\(versions), key hash \(hash)" }
        return versions
    }
}
