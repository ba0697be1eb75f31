internal import CCurl
internal import Foundation

/// The one thread that performs every transfer of a client, over a multi handle that never leaves it.
final class TransferThread {
    private let mailbox: TransferMailbox
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private let clock = ContinuousClock()

    /// Starts a thread that obeys a mailbox until it is told to shut down.
    static func start(_ mailbox: TransferMailbox) {
        let thread = Thread {
            // A server that hangs up while it is written to must be an error of that transfer, not the end of the
            // process, whatever the TLS library writes with.
            var brokenPipe = sigset_t()
            sigemptyset(&brokenPipe)
            sigaddset(&brokenPipe, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
            if let thread = TransferThread(mailbox) {
                thread.run()
            }
            for case .start(let order) in mailbox.close() {
                order.pipe.finish(.failure(order.pipe.error(.cancelled, "the client was shut down")))
            }
        }
        thread.name = "http-transfer"
        thread.start()
    }

    private init?(_ mailbox: TransferMailbox) {
        guard isLibraryReady, let multi = curl_multi_init() else { return nil }
        self.mailbox = mailbox
        self.multi = multi
        // HTTP/2, but one transfer to a connection: libcurl pauses a whole connection when one of its transfers
        // pauses, so with multiplexing a slow reader would hold up its neighbours.
        sheaf_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        mailbox.open(bell: Bell(multi: multi))
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    private func run() {
        while obey(mailbox.takeAll()) {
            var running: CInt = 0
            curl_multi_perform(multi, &running)
            for transfer in transfers.values { transfer.flush() }
            collect()
            expire()
            curl_multi_poll(multi, nil, 0, CInt(clamping: patience().wholeMilliseconds), nil)
        }
        let abandoned = mailbox.close()
        for transfer in transfers.values {
            end(transfer, .failure(transfer.order.pipe.error(.cancelled, "the client was shut down")))
        }
        for case .start(let order) in abandoned {
            order.pipe.finish(.failure(order.pipe.error(.cancelled, "the client was shut down")))
        }
    }

    /// Carries out commands.
    ///
    /// - Returns: whether to go on.
    private func obey(_ commands: [TransferMailbox.Command]) -> Bool {
        var goesOn = true
        for command in commands {
            switch command {
            case .start(let order): start(order)
            case .resume(let pipe): transfer(for: pipe)?.resume()
            case .cancel(let pipe):
                if let transfer = transfer(for: pipe) { drop(transfer) }
            // What was ordered after it is still begun, so that it is ended like all the others.
            case .shutDown: goesOn = false
            }
        }
        return goesOn
    }

    private func transfer(for pipe: TransferPipe) -> Transfer? {
        transfers.values.first { $0.order.pipe === pipe }
    }

    private func start(_ order: TransferOrder) {
        do throws(HTTPError) {
            try perform(Transfer(order, now: clock.now))
        } catch {
            order.pipe.finish(.failure(error))
        }
    }

    private func perform(_ transfer: Transfer) throws(HTTPError) {
        let status = curl_multi_add_handle(multi, transfer.handle)
        guard status == CURLM_OK else {
            throw transfer.order.pipe.error(.internalFailure, String(cString: curl_multi_strerror(status)))
        }
        transfers[transfer.handle] = transfer
    }

    /// Takes note of the transfers libcurl is done with.
    private func collect() {
        var left: CInt = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let transfer = transfers[message.pointee.easy_handle] else {
                continue
            }
            // The message is dead once the handle is removed, so the result is read first.
            let outcome = transfer.outcome(of: sheaf_message_result(message))
            drop(transfer)
            switch outcome {
            case .ended(let ending):
                transfer.flush()
                transfer.order.pipe.finish(ending)
            case .redirected:
                follow(transfer)
            }
        }
    }

    private func follow(_ transfer: Transfer) {
        do throws(HTTPError) {
            try transfer.followRedirect()
            try perform(transfer)
        } catch {
            transfer.order.pipe.finish(.failure(error))
        }
    }

    /// Ends the transfers that have taken too long.
    private func expire() {
        let now = clock.now
        for transfer in transfers.values {
            if let error = transfer.overdue(now: now) { end(transfer, .failure(error)) }
        }
    }

    private func end(_ transfer: Transfer, _ ending: Result<Void, HTTPError>) {
        drop(transfer)
        transfer.order.pipe.finish(ending)
    }

    private func drop(_ transfer: Transfer) {
        curl_multi_remove_handle(multi, transfer.handle)
        transfers[transfer.handle] = nil
    }

    /// How long to wait when nothing happens: until a deadline, or at most a minute.
    private func patience() -> Duration {
        let now = clock.now
        let waits = transfers.values.map { now.duration(to: $0.nextDeadline) }
        return max(.zero, waits.min() ?? .seconds(60))
    }
}

/// Whether libcurl is set up, which is done once for the whole process, before its first use.
private let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
