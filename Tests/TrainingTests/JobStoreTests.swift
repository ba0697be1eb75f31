import Digest
import LabelStore
import MySQL
import Testing

@testable import Training

struct EventTests {
    @Test func anEventDeliveredTwiceMakesOneJob() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let relay = fixture.relay(fixture.training(policy: TrainingPolicy(quiet: .seconds(3_600))))
            let events = try await fixture.store.unrelayedEvents()
            let event = try #require(events.first)
            var (first, second) = (RelayReport(), RelayReport())
            try await relay.relay(event, into: &first)
            try await relay.relay(event, into: &second)
            #expect(first.eventsRelayed == 1 && first.inserted.count == 1)
            #expect(second == RelayReport())
            #expect(try await fixture.store.unrelayedEvents().isEmpty)

            // Also if the mark was lost, as when a database is restored: the key makes it one.
            try await fixture.pool.withConnection { try $0.execute("UPDATE sheaf_events SET relayed_at = NULL") }
            #expect(try await relay.relayDue().inserted.isEmpty)
            #expect(try await fixture.store.jobs().count == 1)
        }
    }

    @Test func anEventDeliveredToManyWorkersMakesOneJob() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let relay = fixture.relay(fixture.training(policy: TrainingPolicy(quiet: .seconds(3_600))))
            let inserted = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await relay.relayDue().inserted.count } }
                return try await group.reduce(0, +)
            }
            #expect(inserted == 1)
            #expect(try await fixture.store.jobs().map(\.state) == [.waiting])
        }
    }

    @Test func aNewerVersionSupersedesAWaitingJob() async throws {
        try await Fixture.with { fixture in
            let relay = fixture.relay(fixture.training(policy: TrainingPolicy(quiet: .seconds(3_600))))
            try await fixture.publish(1, changes: 60)
            _ = try await relay.relayDue()
            try await fixture.publish(2, changes: 5)
            _ = try await relay.relayDue()
            let jobs = try await fixture.store.jobs()
            #expect(jobs.map(\.version) == [2, 1])
            #expect(jobs.map(\.state) == [.waiting, .superseded])
            #expect(jobs.map(\.changes) == [65, 60])
            #expect(jobs.last?.message == "superseded by version 2")
        }
    }

    @Test func eventsInTheWrongOrderTrainTheNewerVersion() async throws {
        try await Fixture.with { fixture in
            let relay = fixture.relay(fixture.training(policy: TrainingPolicy(quiet: .seconds(3_600))))
            try await fixture.publish(1, changes: 60)
            try await fixture.publish(2, changes: 60)
            var report = RelayReport()
            for event in try await fixture.store.unrelayedEvents().reversed() {
                try await relay.relay(event, into: &report)
            }
            #expect(try await fixture.store.jobs().map(\.version) == [2])
        }
    }

    @Test func changesAddUpUntilThereAreEnough() async throws {
        try await Fixture.with { fixture in
            let policy = TrainingPolicy(minChanges: 50)
            let relay = fixture.relay(fixture.training(policy: policy))
            let dataset = { try await fixture.store.dataset(Fixture.dataset) }
            #expect(try await relay.explainPolicy(dataset(), planned: 3) == "no: 3 of 50 changes")
            try await fixture.publish(1, changes: 30)
            #expect(try await relay.relayDue().inserted.isEmpty)
            #expect(try await relay.explainPolicy(dataset()) == "no: 30 of 50 changes")
            #expect(try await relay.explainPolicy(dataset(), planned: 25) == "a job would start now (55 changes)")
            try await fixture.publish(2, changes: 30)
            #expect(try await relay.relayDue().inserted.count == 1)
            #expect(try await fixture.store.jobs().map(\.changes) == [60])
        }
    }

    @Test func changesOfAFailedJobCountAgain() async throws {
        try await Fixture.with { fixture in
            let training = fixture.training("exit 3", policy: TrainingPolicy(minChanges: 50))
            #expect(try await fixture.runJob(training).state == .failed)
            try await fixture.publish(2, changes: 1)
            let report = try await fixture.relay(training).relayDue()
            let again = try await fixture.store.job(try #require(report.inserted.first))
            #expect(again.version == 2 && again.changes == 61)
        }
    }

    @Test func aPolicyThatAsksForLessTrainsTheVersionThatIsThere() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 30)
            let strict = fixture.training(policy: TrainingPolicy(minChanges: 50))
            #expect(try await fixture.relay(strict).relayDue().eventsRelayed == 1)
            let lax = fixture.training(policy: TrainingPolicy(minChanges: 20))
            #expect(try await fixture.relay(lax).relayDue().inserted.count == 1)
        }
    }

    @Test func aDatasetWithoutTrainingMakesNoJob() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            var relay = fixture.relay(fixture.training())
            relay = Relay(
                store: fixture.store, configurations: [:], launcher: relay.launcher, environment: relay.environment,
                logger: fixture.logger)
            let report = try await relay.relayDue()
            #expect(report.eventsRelayed == 1 && report.inserted.isEmpty)
            #expect(try await fixture.store.jobs().isEmpty)
        }
    }
}

struct JobStateTests {
    @Test func ofTwoWorkersOneTakesTheJob() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let waiting = fixture.training(policy: TrainingPolicy(quiet: .seconds(3_600)))
            let report = try await fixture.relay(waiting).relayDue()
            let job = try #require(report.inserted.first)
            let store = fixture.store
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        try await store.beginAttempt(
                            job: job, number: 1, tokenHash: JobToken.hash("token \(worker)"),
                            worker: "worker \(worker)", folder: nil)
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(taken == 1)
            #expect(try await store.job(job).state == .starting)
            #expect(try await store.attempts(of: job).count == 1)
        }
    }

    @Test func theEndOfAnAttemptCountsOnce() async throws {
        try await Fixture.with { fixture in
            let job = try await fixture.runJob(fixture.training("exit 0"))
            let again = try await fixture.store.finishAttempt(
                job: job.id, attempt: 1, outcome: .lost, exitCode: nil, message: "was lost", nextAttemptAt: nil)
            #expect(!again)
            #expect(try await fixture.store.job(job.id).state == .succeeded)
        }
    }

    @Test func refusesTheTokenOfAnOlderAttempt() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let training = fixture.training("exit 3", attempts: 2)
            let launched = try await fixture.relay(training).relayDue()
            let job = try #require(launched.launched.first)
            let first = try #require(try await fixture.jobFolder(job).readToken())
            _ = try await fixture.supervise(job)
            #expect(try await fixture.store.job(job).state == .waiting)
            #expect(try await fixture.relay(training).relayDue().launched.isEmpty)
            #expect(try await fixture.relay(training, later: .seconds(60)).relayDue().launched == [job])
            let second = try #require(try await fixture.jobFolder(job).readToken())
            #expect(first != second)

            let report = JobReport(metrics: "{\"accuracy\":1}")
            let store = fixture.store
            let older = await #expect(throws: StoreError.self) {
                try await store.report(report, job: job, tokenHash: JobToken.hash(first))
            }
            #expect(older?.message == "The token is of attempt 1 of job \(job), which has had 2.")
            await #expect(throws: StoreError.self) {
                try await store.report(report, job: job, tokenHash: JobToken.hash("a guess"))
            }
            #expect(try await store.job(job).metrics == nil)
            try await store.report(report, job: job, tokenHash: JobToken.hash(second))
            // Said twice, it is no mistake.
            try await store.report(report, job: job, tokenHash: JobToken.hash(second))
            #expect(try await store.job(job).metrics == "{\"accuracy\":1}")

            #expect(try await fixture.supervise(job) == 9)
            #expect(try await store.job(job).state == .failed)
            let late = await #expect(throws: StoreError.self) {
                try await store.report(report, job: job, tokenHash: JobToken.hash(second))
            }
            #expect(late?.code == .notAllowed)
        }
    }

    @Test func theStoreKeepsNoToken() async throws {
        try await Fixture.with { fixture in
            let job = try await fixture.runJob(fixture.training())
            let folder = try await fixture.jobFolder(job.id)
            let token = try #require(try folder.readToken())
            let attempts = try await fixture.store.attempts(of: job.id)
            #expect(attempts.map(\.tokenHash) == [JobToken.hash(token)])
            #expect(!"\(attempts) \(job)".contains(token))
            let file = String(decoding: try #require(try PrivateFile.read(folder.jobFile)), as: UTF8.self)
            #expect(!file.contains(token))
        }
    }

    @Test func aCancelledJobDoesNotStart() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let report = try await fixture.relay(fixture.training("echo started")).relayDue()
            let job = try #require(report.launched.first)
            try await fixture.store.cancel(job: job, by: "somebody")
            #expect(try await fixture.supervise(job) == 9)
            #expect(try await fixture.output(job) == "")
            #expect(try await fixture.store.job(job).state == .cancelled)
            #expect(try await fixture.store.job(job).message == "cancelled by somebody")
            #expect(try await fixture.store.openAttempts().isEmpty)
            await #expect(throws: StoreError.self) { try await fixture.store.cancel(job: job, by: "another") }
            // Nor does the relay make it anew: that a person does.
            #expect(try await fixture.relay(fixture.training()).relayDue().inserted.isEmpty)
            let again = try await fixture.store.retry(job: job, by: "somebody")
            #expect(again.retry == 1 && again.version == 1 && again.state == .waiting)
            await #expect(throws: StoreError.self) { try await fixture.store.retry(job: job, by: "another") }
            #expect(try await fixture.relay(fixture.training()).relayDue().launched == [again.id])
        }
    }

    @Test func listsJobsByDatasetAndState() async throws {
        try await Fixture.with { fixture in
            let store = fixture.store
            _ = try await fixture.runJob(fixture.training("exit 3"))
            let good = try await fixture.runJob(fixture.training(), version: 2)
            #expect(try await store.jobs(dataset: Fixture.dataset).map(\.version) == [2, 1])
            #expect(try await store.jobs(states: [.succeeded]) == [good])
            #expect(try await store.jobs(states: [.waiting, .running]).isEmpty)
            #expect(try await store.jobs(dataset: "another").isEmpty)
            #expect(good.duration ?? .zero > .zero && good.artifactURI == nil)
            let unknown = await #expect(throws: StoreError.self) { try await store.job(99) }
            #expect(unknown?.code == .unknownJob)
        }
    }

    @Test func keysOfDifferentJobsDiffer() {
        func key(_ dataset: String, _ version: Int, _ pipeline: String, _ retry: Int) -> SHA256Digest {
            JobRecord.idempotencyKey(
                store: "u/1", dataset: dataset, version: version, pipeline: pipeline, retry: retry)
        }
        let keys = [
            key("a", 1, "p", 0), key("a", 1, "p", 1), key("a", 11, "p", 0), key("a1", 1, "p", 0), key("a", 1, "1p", 0),
            key("a1,1:1", 1, "p", 0),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(key("a", 1, "p", 0) == keys[0])
    }
}
