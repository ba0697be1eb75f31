internal import HTTPTransfer
internal import Logging

/// A token that Google's APIs take, and until when.
struct AccessToken: Sendable {
    let value: String
    /// Seconds since 1970 from which on a new one is asked for; the token is good for some time beyond.
    let renewal: Int64
}

/// Asks for tokens: by a service account's key, or from the metadata server of one of Google's machines.
struct TokenIssuer: Sendable {
    let configuration: GoogleConfiguration
    let client: HTTPClient
    let logger: Logger
    var outage = OutageWatch()
    /// Seconds since 1970.
    let now: @Sendable () -> Int64

    /// How long before its end a token is renewed, so that none ends on the way.
    private static let margin: Int64 = 300
    private static let metadataHeaders: HTTPHeaders = ["Metadata-Flavor": "Google"]

    /// Who signs in, once it is settled.
    private enum Identity {
        case key(GoogleKeyFile)
        case machine(metadataServer: String)
    }

    private struct Answer: Decodable {
        let access_token: String
        let expires_in: Int64?
    }

    /// Signs in.
    ///
    /// The key file is read each time, so a new key is taken without a restart.
    func issue() async throws(SheetError) -> AccessToken {
        let asked = now()
        let answer =
            switch try identity() {
            case .key(let key): try await exchange(key)
            case .machine(let server): try await askMachine(server, "token?scopes=\(scopeList)")
            }
        guard let token = Self.token(in: answer) else { throw Self.holdsNoToken }
        let lifetime = max(0, token.expires_in ?? 0)
        return AccessToken(
            value: token.access_token, renewal: asked + max(lifetime - Self.margin, lifetime / 2))
    }

    private static let maximumMalformed = 3
    private static let holdsNoToken = SheetError(.malformedAnswer, "the answer to the sign-in holds no token")

    private static func token(in bytes: [UInt8]) -> Answer? {
        decodeJSON(Answer.self, from: bytes).flatMap { $0.access_token.isEmpty ? nil : $0 }
    }

    /// The account that signs in; nil where it cannot be found out.
    func account() async -> GoogleAccount? {
        do throws(SheetError) {
            switch try identity() {
            case .key(let key): return GoogleAccount(email: key.email, project: key.projectID)
            case .machine(let server):
                let email = String(decoding: try await askMachine(server, "email"), as: UTF8.self)
                // Something else may answer under the metadata server's name.
                let isAddress = email.contains("@") && email.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C }
                return isAddress && email.utf8.count < 256 ? GoogleAccount(email: email) : nil
            }
        } catch {
            return nil
        }
    }

    private func identity() throws(SheetError) -> Identity {
        switch configuration.credentials {
        case .serviceAccountFile(let path): return .key(try GoogleKeyFile(path: path))
        case .metadataServer: return .machine(metadataServer: configuration.metadataServer)
        case .applicationDefault(let environment):
            if let path = environment["GOOGLE_APPLICATION_CREDENTIALS"], !path.isEmpty {
                return .key(try GoogleKeyFile(path: path))
            }
            let host = environment["GCE_METADATA_HOST"] ?? ""
            return .machine(metadataServer: host.isEmpty ? configuration.metadataServer : "http://\(host)")
        }
    }

    // MARK: By a key

    private func exchange(_ key: GoogleKeyFile) async throws(SheetError) -> [UInt8] {
        let endpoint = configuration.tokenEndpoint ?? key.tokenURI
        return try await send { () throws(SheetError) in
            // Signed anew for each attempt, since it is good from the moment it is made.
            let assertion = try key.assertion(scopes: configuration.scopes, audience: endpoint, now: now())
            let form = formEncoded([
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion,
            ])
            return HTTPRequest(
                method: "POST", url: endpoint, headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array(form.utf8), label: "sign in to Google")
        } refusal: { response in
            TokenRefusal(response).error(email: key.email)
        }
    }

    private func send(
        _ request: () throws(SheetError) -> HTTPRequest, refusal: (HTTPResponse) -> SheetError
    ) async throws(SheetError) -> [UInt8] {
        do {
            let policy = outage.policy(configuration.retryPolicy, for: .signIn)
            let answer = try await withRetries(policy, onRetry: logRetry) { number -> Attempt<[UInt8]> in
                let response = try await client.send(request())
                guard response.status == 200 else {
                    let error = refusal(response)
                    return .failure(error, RetryOutcome(response.head, isRetryable: error.retryable, now: now()))
                }
                guard Self.token(in: response.body) != nil else {
                    // A proxy's page may be gone the next moment; if it is not, it will stay.
                    let error = Self.holdsNoToken
                    return .failure(error, RetryOutcome(response.head, isRetryable: number < Self.maximumMalformed))
                }
                return .success(response.body)
            }
            outage.gotThrough(to: .signIn)
            return answer
        } catch {
            let failure = SheetError(callFailure: error)
            outage.gaveUp(on: .signIn, failure)
            throw failure
        }
    }

    private func logRetry(_ notice: RetryNotice) {
        logger.info("signing in again", metadata: ["attempt": "\(notice.attempt)", "wait": "\(notice.wait)"])
    }

    // MARK: From the metadata server

    private var scopeList: String { percentEncoded(configuration.scopes.joined(separator: ",")) }

    private func askMachine(_ server: String, _ what: String) async throws(SheetError) -> [UInt8] {
        let request = HTTPRequest(
            url: "\(server)/computeMetadata/v1/instance/service-accounts/default/\(what)",
            headers: Self.metadataHeaders, totalTimeout: .seconds(10), label: "ask the metadata server")
        // Where there is no such server, it is because this is not one of Google's machines, and waiting is no help.
        var policy = configuration.retryPolicy
        policy.maximumAttempts = min(policy.maximumAttempts, 3)
        do {
            return try await withRetries(policy, onRetry: logRetry) { _ in
                do {
                    let response = try await client.send(request)
                    if response.status == 200 { return .success(response.body) }
                    let error = SheetError(
                        .signInRefused, "the metadata server answered \(response.status)",
                        hint:
                            "give the machine a service account with the scopes \(configuration.scopes.joined(separator: " and "))"
                    )
                    return .failure(error, RetryOutcome(response.head, now: now()))
                } catch let error as HTTPError where error.code == .couldNotResolve || error.code == .couldNotConnect {
                    throw SheetError(
                        .credentialsMissing, "no key file is given, and this machine has no metadata server to ask")
                }
            }
        } catch {
            throw SheetError(callFailure: error)
        }
    }
}
