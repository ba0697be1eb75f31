internal import Digest
internal import Foundation
package import LabelStore

/// What `sheaf report` does: brings a trainer's metrics and artifact into the store.
package enum TrainingReport {
    /// The largest file of metrics that is taken, in bytes.
    private static let metricsLimit = 1 << 20

    /// Stores metrics and artifact of the attempt that runs.
    ///
    /// - Parameters:
    ///   - job: from `SHEAF_JOB`.
    ///   - token: from `SHEAF_ATTEMPT_TOKEN`.
    ///   - metrics: the path of a file with one JSON object.
    ///   - artifact: the path of a file, of which SHA-256 and absolute path are stored, or a URI, which is stored as it is.
    ///   - store: where the job stands.
    /// - Throws: `TrainingError.badReport`; `StoreError.notAllowed` if the token does not count.
    package static func submit(
        job: UInt64, token: String, metrics: String?, artifact: String?, to store: LabelStore
    ) async throws {
        var report = JobReport()
        if let metrics { report.metrics = try readMetrics(metrics) }
        if let artifact {
            if artifact.contains("://") {
                report.artifactURI = artifact
            } else {
                let path = URL(filePath: artifact).standardizedFileURL.path(percentEncoded: false)
                report.artifactURI = "file://" + path
                report.artifactSHA256 = try await digest(path)
            }
        }
        try await store.report(report, job: job, tokenHash: JobToken.hash(token))
    }

    /// The metrics, with members sorted and without spaces.
    private static func readMetrics(_ path: String) throws -> String {
        guard let bytes = try PrivateFile.read(path), bytes.count <= metricsLimit else {
            throw TrainingError(
                .badReport, "There are no metrics in \(path), or more than \(metricsLimit) bytes.",
                hint: "Write one JSON object, such as {\"accuracy\": 0.93}.")
        }
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
            let text = try? JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        else {
            throw TrainingError(
                .badReport, "\(path) is not one JSON object.", hint: "Write it like {\"accuracy\": 0.93}.")
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// SHA-256 of a file that may be large: read on a thread that may block.
    private static func digest(_ path: String) async throws -> SHA256Digest {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try digestNow(path) })
            }
        }
    }

    private static func digestNow(_ path: String) throws -> SHA256Digest {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TrainingError(
                .badReport, "The artifact \(path) cannot be read: \(String(cString: strerror(errno))).",
                hint: "Give a file, or a URI.")
        }
        defer { close(descriptor) }
        var hasher = SHA256Hasher()
        while true {
            let bytes = try PrivateFile.readAll(descriptor, path: path, limit: 1 << 20)
            if bytes.isEmpty { return hasher.finish() }
            hasher.update(bytes)
        }
    }
}
