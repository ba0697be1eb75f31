internal import Synchronization

/// Waits until a time, or until somebody rings.
///
/// For one who waits and any number who ring. A ring that nobody waits for is kept.
final class Alarm: Sendable {
    private struct State {
        var hasRung = false
        var sleep: Task<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes who waits, or who will.
    func ring() {
        state.withLock { state in
            state.hasRung = true
            state.sleep?.cancel()
        }
    }

    /// Returns at the given time, or earlier after a ring or a cancellation.
    func wait(until deadline: ContinuousClock.Instant) async {
        let sleep = Task { () -> Void in
            // Cancelled is woken: whoever waits looks what there is to do.
            try? await Task.sleep(until: deadline, clock: .continuous)
        }
        let hasRung = state.withLock { state in
            if !state.hasRung { state.sleep = sleep }
            return state.hasRung
        }
        if hasRung { sleep.cancel() }
        await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
        state.withLock { $0 = State() }
    }
}
