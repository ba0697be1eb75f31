package import Digest

/// Where a training job stands.
///
/// ```
/// waiting ──▶ starting ──▶ running ──▶ succeeded
///    │  ▲         │           ├──────▶ failed
///    │  └─────────┴───────────┤  (attempts remain)
///    ├──▶ superseded          │
///    └──▶ cancelled ◀─────────┘  (from any state on the way)
/// ```
package enum JobState: String, Sendable, CaseIterable {
    case waiting, starting, running, succeeded, failed, cancelled, superseded

    package var isFinal: Bool {
        switch self {
        case .waiting, .starting, .running: false
        case .succeeded, .failed, .cancelled, .superseded: true
        }
    }
}

/// One training, for one version.
package struct JobRecord: Sendable, Equatable {
    package let id: UInt64
    package let dataset: String
    package let version: Int
    package let pipeline: String
    /// Grows when a person asks for the same training again.
    package let retry: Int
    package let state: JobState
    package let launcher: String
    /// The rows changed since the version trained before.
    package let changes: Int
    package let notBefore: StoreTime
    /// UTC, `2026-11-21 03:25:00.000000`, as the two below.
    package let createdAt: String
    package let startedAt: String?
    package let finishedAt: String?
    /// From the start to the end, or to now while it runs.
    package let duration: Duration?
    package let attempts: Int
    package let message: String?
    /// A JSON object, as the job reported it.
    package let metrics: String?
    package let artifactURI: String?
    package let artifactSHA256: SHA256Digest?

    /// SHA-256 over all that makes a job the same job.
    ///
    /// Each part goes in behind its length, so that no two lists of parts give the same bytes.
    package static func idempotencyKey(
        store: String, dataset: String, version: Int, pipeline: String, retry: Int
    ) -> SHA256Digest {
        var hasher = SHA256Hasher()
        for part in ["sheaf-job-1", store, dataset, "\(version)", pipeline, "\(retry)"] {
            hasher.update("\(part.utf8.count):\(part),")
        }
        return hasher.finish()
    }
}

/// How an attempt ended.
package enum AttemptOutcome: String, Sendable, Codable {
    case running, succeeded, failed
    case timedOut = "timed_out"
    case killed, lost
}

/// One attempt to run a job.
package struct AttemptRecord: Sendable, Equatable {
    package let job: UInt64
    /// 1 for the first.
    package let number: Int
    package let tokenHash: SHA256Digest
    package let outcome: AttemptOutcome
    package let worker: String
    package let startedAt: String
    package let finishedAt: String?
    package let exitCode: Int?
    package let message: String?
    package let folder: String?
}

/// What a job says of itself, by `sheaf report`.
package struct JobReport: Sendable {
    /// A JSON object.
    package var metrics: String?
    package var artifactURI: String?
    package var artifactSHA256: SHA256Digest?

    package init(metrics: String? = nil, artifactURI: String? = nil, artifactSHA256: SHA256Digest? = nil) {
        self.metrics = metrics
        self.artifactURI = artifactURI
        self.artifactSHA256 = artifactSHA256
    }
}
