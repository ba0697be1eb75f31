package import Foundation

/// What a test in the same process sets and reads: the control endpoint without HTTP.
extension SheetsEmulator {
    /// How many calls came in, by the method's name (`spreadsheets.values.batchGet`), failed ones included.
    package var counters: [String: Int] { state.withLock { $0.counters } }

    /// Sets all counters to zero.
    package func resetCounters() {
        state.withLock { $0.counters = [:] }
    }

    /// Lets something go wrong for the next requests that match.
    package func inject(_ fault: EmulatorFault) {
        state.withLock { $0.faults.add(fault) }
    }

    /// Takes back the faults that have not hit yet.
    package func clearFaults() {
        state.withLock { state in
            state.faults.clear()
            state.tokens.refuse(calls: 0)
        }
    }

    /// Makes every access token given out so far invalid.
    package func expireTokens() {
        state.withLock { $0.tokens.revokeAll() }
    }

    /// Answers the next calls of the API with 401, whatever token they carry; signing in goes on.
    package func expireTokens(calls: Int) {
        state.withLock { $0.tokens.refuse(calls: calls) }
    }

    /// The emulator's clock.
    package var now: Date { state.withLock { $0.now(configuration) } }

    /// Moves the emulator's clock forward: tokens and channels expire, quotas refill, late notices come due.
    package func advanceClock(by duration: Duration) {
        state.withLock { $0.settings.clockOffset += duration.inSeconds }
    }

    /// How long after a change Drive's feed and its push messages tell of it.
    package var noticeDelay: Duration {
        get { state.withLock { $0.settings.noticeDelay } }
        set { state.withLock { $0.settings.noticeDelay = newValue } }
    }

    /// How late every answer comes.
    package var latency: Duration {
        get { state.withLock { $0.settings.latency } }
        set { state.withLock { $0.settings.latency = newValue } }
    }

    /// The quota; nil lifts all limits.
    package var quota: EmulatorQuota? {
        get { state.withLock { $0.settings.quota } }
        set { state.withLock { $0.settings.quota = newValue } }
    }

    /// The ids of the push channels that are open.
    package var channelIDs: [String] { state.withLock { $0.channels.all.map(\.id) } }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
