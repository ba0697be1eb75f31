extension APIError {
    /// What Google answers with one of the statuses that a fault can ask for.
    static func fault(status: Int, method: APIMethod) -> APIError {
        let isDrive = method.isDrive
        switch (status, isDrive) {
        case (429, false): return quotaExceeded(writes: method.writes)
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

    private static func quotaExceeded(writes: Bool) -> APIError {
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
                        "quota_limit_value": .string("60"),
                        "consumer": .string("projects/100000000000"),
                    ])
            ])
    }
}
