import Foundation

/// How much of its quota each account has used in the minute that runs.
struct QuotaUse: Sendable {
    private struct Count {
        var reads = 0
        var writes = 0
    }

    private var minute = 0
    private var counts: [String: Count] = [:]

    /// Counts one call of Sheets; Drive's quota is so much larger that it is left out.
    mutating func spend(
        _ method: APIMethod, by email: String, quota: EmulatorQuota, now: Date
    ) throws(APIError) {
        guard !method.isDrive else { return }
        let current = Int(now.timeIntervalSince1970) / 60
        if current != minute {
            minute = current
            counts = [:]
        }
        var count = counts[email] ?? Count()
        let limit = method.writes ? quota.writesPerMinute : quota.readsPerMinute
        guard (method.writes ? count.writes : count.reads) < limit else {
            throw .quotaExceeded(writes: method.writes, limit: limit)
        }
        if method.writes { count.writes += 1 } else { count.reads += 1 }
        counts[email] = count
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
        case (403, true):
            return .drive(
                403, domain: "usageLimits", reason: "userRateLimitExceeded", message: "User Rate Limit Exceeded")
        case (403, false):
            return APIError(
                403, "PERMISSION_DENIED", "Quota exceeded: user rate limit.",
                details: [errorInfo("RATE_LIMIT_EXCEEDED")])
        case (401, _): return .unauthenticated(missing: false)
        case (404, _): return .notFound
        case (500, _):
            return APIError(500, "INTERNAL", "Internal error encountered.")
        case (503, _):
            return APIError(503, "UNAVAILABLE", "The service is currently unavailable.")
        case (504, _):
            return APIError(504, "DEADLINE_EXCEEDED", "Deadline exceeded.")
        default: return APIError(status, "UNKNOWN", "Unknown Error.")
        }
    }

    static func quotaExceeded(writes: Bool, limit: Int) -> APIError {
        let kind = writes ? "Write" : "Read"
        return APIError(
            429, "RESOURCE_EXHAUSTED",
            "Quota exceeded for quota metric '\(kind) requests' and limit '\(kind) requests per minute per user' "
                + "of service 'sheets.googleapis.com' for consumer 'project_number:100000000000'.",
            details: [
                errorInfo(
                    "RATE_LIMIT_EXCEEDED",
                    [
                        "service": .string("sheets.googleapis.com"),
                        "quota_metric": .string("sheets.googleapis.com/\(kind.lowercased())_requests"),
                        "quota_limit": .string("\(kind)RequestsPerMinutePerUser"),
                        "quota_limit_value": .string(String(limit)),
                        "consumer": .string("projects/100000000000"),
                    ])
            ])
    }
}
