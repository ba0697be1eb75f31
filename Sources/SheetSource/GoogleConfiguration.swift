package import HTTPTransfer

/// Who signs in to Google.
package enum GoogleCredentials: Sendable {
    /// A service account, by its JSON key file.
    case serviceAccountFile(String)
    /// As Google's own libraries find it: the key file that `GOOGLE_APPLICATION_CREDENTIALS` in these variables
    /// names, or else the metadata server (at `GCE_METADATA_HOST`, where that is set).
    case applicationDefault(environment: [String: String])
    /// The account of the machine this runs on, where that is one of Google's.
    case metadataServer
}

/// How Google's APIs are reached.
package struct GoogleConfiguration: Sendable {
    package var credentials: GoogleCredentials
    /// The base address of a stand-in for Google (`http://127.0.0.1:8790`); nil for Google itself.
    ///
    /// A stand-in also signs in, at `/token` below it; for Google, the key file's `token_uri` says where.
    package var endpoint: String?
    /// The base address of the metadata server.
    package var metadataServer = "http://metadata.google.internal"
    /// Whether and when a failed call is made again: for five minutes, in which a minute's quota is surely refilled.
    package var retryPolicy = Self.patience
    /// How many reads there may be a minute; nil where nobody counts.
    ///
    /// Waiting for one's turn is no failure, however long it takes.
    package var quota: GoogleQuota?
    /// How many times a sheet is read that changes while it is read.
    package var maximumReads = 3
    /// How many bytes of an answer are gathered before its rows go to the consumer.
    package var batchBytes = 256 << 10
    /// How many cells of the grid are asked for in one answer; a tab with more is read in windows of rows.
    package var maximumCellsPerAnswer = 1_000_000
    /// The fewest cells that a window is halved down to when no whole answer comes of more.
    package var minimumCellsPerAnswer = 50_000

    /// Whether the account asks for leave to write spreadsheets.
    package var mayWrite = false

    package init(credentials: GoogleCredentials, endpoint: String? = nil) {
        self.credentials = credentials
        self.endpoint = endpoint
    }

    /// The base address under which `/v4/…` stands.
    var sheetsBase: String { endpoint.map(Self.trimmed) ?? "https://sheets.googleapis.com" }

    /// The base address under which `/drive/v3/…` stands.
    var driveBase: String { endpoint.map(Self.trimmed) ?? "https://www.googleapis.com" }

    /// Where a key file's account signs in, instead of where the key file says; nil for Google itself.
    var tokenEndpoint: String? { endpoint.map { "\(Self.trimmed($0))/token" } }

    /// What the account asks for, and no more: whoever only reads never asks for leave to write.
    var scopes: [String] {
        [
            "https://www.googleapis.com/auth/spreadsheets\(mayWrite ? "" : ".readonly")",
            "https://www.googleapis.com/auth/drive.metadata.readonly",
        ]
    }

    private static let patience = {
        var policy = RetryPolicy()
        policy.maximumAttempts = 40
        policy.deadline = .seconds(300)
        return policy
    }()

    private static func trimmed(_ base: String) -> String {
        var base = base[...]
        while base.last == "/" { base.removeLast() }
        return String(base)
    }
}
