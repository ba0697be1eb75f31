internal import CCurl
internal import Synchronization

/// What tasks want of the transfer thread, and how they wake it.
final class TransferMailbox: Sendable {
    enum Command: Sendable {
        case start(TransferOrder)
        case resume(TransferPipe)
        case cancel(TransferPipe)
        case shutDown
    }

    private struct State {
        var commands: [Command] = []
        var bell: Bell?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Leaves a command and wakes the thread.
    ///
    /// - Returns: whether anyone is there to read it.
    @discardableResult
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            state.bell?.ring()
            return true
        }
    }

    /// The commands left since the last look.
    func takeAll() -> [Command] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Lets commands wake the thread from here on.
    func open(bell: Bell) {
        state.withLock { $0.bell = bell }
    }

    /// Takes no more commands, and rings the bell no more.
    ///
    /// - Returns: the commands nobody will carry out.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            state.bell = nil
            defer { state.commands = [] }
            return state.commands
        }
    }
}

/// Wakes the thread that waits in `curl_multi_poll`.
///
/// `@unchecked Sendable`: the one thing done with the handle here is `curl_multi_wakeup`, which libcurl documents as
/// the function that may be called from any thread while another one uses the handle. It must not be called once the
/// handle is freed: the thread frees it after `TransferMailbox.close()`, which drops the bell under the lock that
/// every ring holds.
struct Bell: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer

    init(multi: UnsafeMutableRawPointer) {
        self.multi = multi
    }

    func ring() {
        curl_multi_wakeup(multi)
    }
}

/// One transfer that is wanted, and where its answer goes.
struct TransferOrder: Sendable {
    let request: HTTPRequest
    let origin: Origin
    let configuration: HTTPConfiguration
    let pipe: TransferPipe
}
