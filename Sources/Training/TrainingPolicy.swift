package import LabelStore

/// When a dataset's versions are trained: the situation goes in, the decision comes out, and nothing else is asked.
package struct TrainingPolicy: Sendable, Equatable {
    /// Rows that must have changed since the version trained before.
    package var minChanges: Int
    /// How long no newer version must have come: annotators often save many times in a row.
    package var quiet: Duration
    /// The least time between the starts of two jobs.
    package var atMostEvery: Duration

    package init(minChanges: Int = 1, quiet: Duration = .zero, atMostEvery: Duration = .zero) {
        self.minChanges = minChanges
        self.quiet = quiet
        self.atMostEvery = atMostEvery
    }

    /// What is to become of a version.
    package enum Decision: Sendable, Equatable {
        /// A job, which must not start before this time.
        case train(notBefore: StoreTime)
        case tooFewChanges(have: Int, need: Int)
        /// This version or a newer one is trained, or waits to be.
        case trained(version: Int)
    }

    package func decide(_ situation: TrainingSituation) -> Decision {
        let newest = max(situation.lastTrained, situation.newestWaiting ?? 0)
        if newest >= situation.version { return .trained(version: newest) }
        guard situation.changes >= minChanges else {
            return .tooFewChanges(have: situation.changes, need: minChanges)
        }
        let quietAt = situation.publishedAt + quiet
        let allowedAt = situation.lastStartedAt.map { $0 + atMostEvery }
        return .train(notBefore: max(quietAt, allowedAt ?? quietAt))
    }

    /// The decision in words, such as "a job would start in 12 minutes (62 changes)".
    package func explain(_ situation: TrainingSituation, now: StoreTime) -> String {
        switch decide(situation) {
        case .tooFewChanges(let have, let need):
            return "no: \(have) of \(need) changes"
        case .trained(let version):
            let waits = version == situation.newestWaiting && version > situation.lastTrained
            return
                "no: version \(version) \(waits ? "has a job that waits" : "is trained already, or is being trained")"
        case .train(let notBefore):
            let changes = "\(situation.changes) \(situation.changes == 1 ? "change" : "changes")"
            if notBefore <= now { return "a job would start now (\(changes))" }
            return "a job would start in \(Self.words(notBefore - now)) (\(changes))"
        }
    }

    /// A duration for people, in the two largest units that say something, rounded up: "1 hour 5 minutes".
    package static func words(_ duration: Duration) -> String {
        func count(_ number: Int64, _ unit: String) -> String { "\(number) \(unit)\(number == 1 ? "" : "s")" }
        let seconds = duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0)
        if seconds < 60 { return count(max(seconds, 0), "second") }
        let minutes = (seconds + 59) / 60
        if minutes < 60 { return count(minutes, "minute") }
        let (hours, rest) = (minutes / 60, minutes % 60)
        if hours < 24 { return count(hours, "hour") + (rest == 0 ? "" : " " + count(rest, "minute")) }
        return count(hours / 24, "day") + (hours % 24 == 0 ? "" : " " + count(hours % 24, "hour"))
    }
}
