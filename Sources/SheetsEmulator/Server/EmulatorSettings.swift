/// What of a configuration can be changed while the emulator runs.
struct EmulatorSettings: Sendable {
    var quota: EmulatorQuota?
    var noticeDelay: Duration = .zero
    var latency: Duration = .zero
    /// Seconds that the emulator's clock runs ahead of the configuration's.
    var clockOffset = 0.0

    init() {}

    init(_ configuration: EmulatorConfiguration, clockOffset: Double = 0) {
        (quota, noticeDelay, latency) = (configuration.quota, configuration.noticeDelay, configuration.latency)
        self.clockOffset = clockOffset
    }

    private static let quotaMembers: [(name: String, path: any WritableKeyPath<EmulatorQuota, Int> & Sendable)] = [
        ("readsPerMinute", \.readsPerMinute), ("writesPerMinute", \.writesPerMinute),
        ("projectReadsPerMinute", \.projectReadsPerMinute), ("projectWritesPerMinute", \.projectWritesPerMinute),
        ("driveCallsPerMinute", \.driveCallsPerMinute),
    ]

    var json: JSONValue {
        .object([
            "noticeDelaySeconds": .number(NumberLiteral.literal(noticeDelay.inSeconds)),
            "latencyMilliseconds": .number(NumberLiteral.literal(latency.inSeconds * 1000)),
            "clockOffsetSeconds": .number(NumberLiteral.literal(clockOffset)),
            "quota": quota.map { quota in
                .object(
                    Self.quotaMembers.map { JSONMember(name: $0.name, value: .integer(quota[keyPath: $0.path])) })
            } ?? .boolean(false),
        ])
    }

    /// Sets what the control endpoint was told to set.
    mutating func update(_ json: JSONValue) throws(APIError) {
        for member in json.members ?? [] {
            switch (member.name, member.value) {
            case ("noticeDelaySeconds", .number(let literal)):
                noticeDelay = .seconds(max(0, Double(literal) ?? 0))
            case ("latencyMilliseconds", .number(let literal)):
                latency = .milliseconds(max(0, Double(literal) ?? 0))
            case ("quota", .boolean(let isOn)): quota = isOn ? EmulatorQuota() : nil
            case ("quota", .object(let members)): try setQuota(members)
            default:
                throw .invalidArgument(
                    "\(member.name) is not a setting, or its value is of the wrong type. Settings are "
                        + "noticeDelaySeconds, latencyMilliseconds, and quota: false, true for Google's, or limits.")
            }
        }
    }

    private mutating func setQuota(_ members: [JSONMember]) throws(APIError) {
        var quota = quota ?? EmulatorQuota()
        for member in members {
            guard let path = Self.quotaMembers.first(where: { $0.name == member.name })?.path,
                let limit = member.value.integer, limit >= 0
            else { throw .invalidArgument("\(member.name) is not a limit of the quota, or not a number.") }
            quota[keyPath: path] = limit
        }
        self.quota = quota
    }
}
