import Foundation

/// How much of the quota each account, and all of them together, have used in the minute that runs.
struct QuotaUse: Sendable {
    private struct Count {
        var reads = 0
        var writes = 0
        var driveCalls = 0
    }

    private var minute = 0
    private var counts: [String: Count] = [:]
    private var project = Count()

    /// Counts one call; a call that is refused does not count.
    mutating func spend(
        _ method: APIMethod, by email: String, quota: EmulatorQuota, now: Date
    ) throws(APIError) {
        let current = Int(now.timeIntervalSince1970) / 60
        if current != minute { self = QuotaUse(minute: current) }
        let count = counts[email] ?? Count()
        let kind = method.isDrive ? \Count.driveCalls : method.writes ? \Count.writes : \Count.reads
        if method.isDrive {
            guard count.driveCalls < quota.driveCallsPerMinute else { throw .driveQuotaExceeded }
        } else {
            let (perUser, perProject) =
                method.writes
                ? (quota.writesPerMinute, quota.projectWritesPerMinute)
                : (quota.readsPerMinute, quota.projectReadsPerMinute)
            guard count[keyPath: kind] < perUser else {
                throw .quotaExceeded(writes: method.writes, limit: perUser)
            }
            guard project[keyPath: kind] < perProject else {
                throw .quotaExceeded(writes: method.writes, limit: perProject, isProject: true)
            }
        }
        counts[email, default: count][keyPath: kind] += 1
        project[keyPath: kind] += 1
    }

    init() {}

    private init(minute: Int) {
        self.minute = minute
    }
}

extension APIError {
    /// What Google answers with one of the statuses that a fault can ask for.
    static func fault(status: Int, method: APIMethod) -> APIError {
        let isDrive = method.isDrive
        switch (status, isDrive) {
        case (429, false): return quotaExceeded(writes: method.writes, limit: 60)
        case (429, true):
            return .drive(
                429, domain: "usageLimits", reason: "rateLimitExceeded", message: "Rate Limit Exceeded")
        case (403, true): return driveQuotaExceeded
        case (403, false):
            return APIError(
                403, "PERMISSION_DENIED", "Quota exceeded: user rate limit.",
                details: [errorInfo("RATE_LIMIT_EXCEEDED")])
        case (401, _): return .unauthenticated(missing: false, isDrive: isDrive)
        case (404, true): return .driveFileNotFound("unknown")
        case (404, false): return .notFound
        case (500..., true):
            let reason = status == 500 ? "internalError" : "backendError"
            return .drive(
                status, domain: "global", reason: reason, message: status == 500 ? "Internal Error" : "Backend Error")
        case (500, _):
            return APIError(500, "INTERNAL", "Internal error encountered.")
        case (503, _):
            return APIError(503, "UNAVAILABLE", "The service is currently unavailable.")
        case (504, _):
            return APIError(504, "DEADLINE_EXCEEDED", "Deadline exceeded.")
        default: return APIError(status, "UNKNOWN", "Unknown Error.")
        }
    }

    static var driveQuotaExceeded: APIError {
        .drive(403, domain: "usageLimits", reason: "userRateLimitExceeded", message: "User Rate Limit Exceeded")
    }

    static func quotaExceeded(writes: Bool, limit: Int, isProject: Bool = false) -> APIError {
        let kind = writes ? "Write" : "Read"
        let scope = isProject ? "per minute" : "per minute per user"
        return APIError(
            429, "RESOURCE_EXHAUSTED",
            "Quota exceeded for quota metric '\(kind) requests' and limit '\(kind) requests \(scope)' "
                + "of service 'sheets.googleapis.com' for consumer 'project_number:100000000000'.",
            details: [
                errorInfo(
                    "RATE_LIMIT_EXCEEDED",
                    [
                        "service": .string("sheets.googleapis.com"),
                        "quota_metric": .string("sheets.googleapis.com/\(kind.lowercased())_requests"),
                        "quota_limit": .string("\(kind)RequestsPerMinutePer\(isProject ? "Project" : "User")"),
                        "quota_limit_value": .string(String(limit)),
                        "consumer": .string("projects/100000000000"),
                    ])
            ])
    }
}
