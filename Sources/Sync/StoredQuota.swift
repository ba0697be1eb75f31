package import LabelStore
package import SheetSource

/// Counts the calls of all workers together: they share an account, and so its quota.
package struct StoredQuota: QuotaLedger {
    private let store: LabelStore

    package init(store: LabelStore) {
        self.store = store
    }

    package func reserve(_ buckets: [QuotaBucket]) async throws -> Duration {
        let keys = buckets.map { String($0.key.prefix(190)) }
        while true {
            try Task.checkCancellation()
            let old = try await store.quotas(keys)
            // A state that cannot be read is as good as none: it is a minute old at most before it means nothing.
            var windows = keys.map { old.states[$0].flatMap(QuotaWindow.init(text:)) ?? QuotaWindow() }
            let wait = QuotaWindow.reserve(in: &windows, limits: buckets.map(\.limit), now: old.now)
            let states = Dictionary(zip(keys, windows.map(\.text)), uniquingKeysWith: { first, _ in first })
            if try await store.replaceQuotas(states, insteadOf: old) {
                return .milliseconds(Int64((wait * 1_000).rounded()))
            }
        }
    }
}
