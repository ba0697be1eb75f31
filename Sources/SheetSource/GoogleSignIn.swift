internal import Synchronization

/// Keeps one token for everyone who reads, and one sign-in at a time to get it.
final class GoogleSignIn: Sendable {
    private struct UnderWay {
        let number: Int
        let task: Task<Result<AccessToken, SheetError>, Never>
        var waiting: Int
    }

    private struct State {
        var token: AccessToken?
        var underWay: UnderWay?
        var count = 0
    }

    private enum Way {
        case token(String)
        case wait(number: Int, Task<Result<AccessToken, SheetError>, Never>)
    }

    private let issuer: TokenIssuer
    private let state = Mutex(State())

    init(_ issuer: TokenIssuer) {
        self.issuer = issuer
    }

    /// The address of the account that signs in; nil where it cannot be found out.
    func email() async -> String? {
        await issuer.account()?.email
    }

    /// The account that signs in; nil where it cannot be found out.
    func account() async -> GoogleAccount? {
        await issuer.account()
    }

    /// A token that is good for some time yet.
    ///
    /// - Parameter rejected: a token that was refused, and so is not good enough.
    /// - Returns: the token's text.
    /// - Throws: why there is none; `cancelled` if the task is.
    func token(insteadOf rejected: String? = nil) async throws(SheetError) -> String {
        switch way(rejected) {
        case .token(let token): return token
        case .wait(let number, let task):
            let result = await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                leave(number)
            }
            return try result.get().value
        }
    }

    private func way(_ rejected: String?) -> Way {
        let now = issuer.now()
        return state.withLock { state in
            if let token = state.token, token.value != rejected, now < token.renewal { return .token(token.value) }
            if let underWay = state.underWay {
                state.underWay?.waiting += 1
                return .wait(number: underWay.number, underWay.task)
            }
            state.count += 1
            let number = state.count
            let task = Task { await self.signIn(number) }
            state.underWay = UnderWay(number: number, task: task, waiting: 1)
            return .wait(number: number, task)
        }
    }

    private func signIn(_ number: Int) async -> Result<AccessToken, SheetError> {
        let result: Result<AccessToken, SheetError>
        do throws(SheetError) {
            result = .success(try await issuer.issue())
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            guard state.underWay?.number == number else { return }
            state.underWay = nil
            if case .success(let token) = result { state.token = token }
        }
        return result
    }

    /// One who waited was called off; the last one to go takes the sign-in along.
    private func leave(_ number: Int) {
        state.withLock { state in
            guard let underWay = state.underWay, underWay.number == number else { return }
            state.underWay?.waiting -= 1
            guard underWay.waiting <= 1 else { return }
            underWay.task.cancel()
            state.underWay = nil
        }
    }
}
