import Hummingbird

/// `/control/…`: what tests ask of the emulator beside the API. It asks for no sign-in.
extension Responder {
    func control(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1024 * 1024)
        switch (request.method, request.uri.path) {
        case (.get, "/control/counters"):
            let counters = state.withLock { $0.counters }
            return json(Self.object(counters), status: 200, pretty: true)
        case (.post, "/control/faults"):
            do throws(APIError) {
                let faults = try Self.faults([UInt8](buffer: body))
                state.withLock { state in faults.forEach { state.faults.add($0) } }
                return json(.object([]), status: 200, pretty: true)
            } catch {
                return json(error.body, status: error.status, pretty: true)
            }
        case (.delete, "/control/faults"):
            state.withLock { $0.faults.clear() }
            return json(.object([]), status: 200, pretty: true)
        case (.post, "/control/reset"):
            state.withLock { state in
                state.faults.clear()
                state.counters = [:]
            }
            return json(.object([]), status: 200, pretty: true)
        case (.post, "/control/expire-tokens"):
            state.withLock { $0.tokens.revokeAll() }
            return json(.object([]), status: 200, pretty: true)
        default: return json(APIError.notFound.body, status: 404, pretty: true)
        }
    }

    private static func object(_ counters: [String: Int]) -> JSONValue {
        .object(counters.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: .integer($0.value)) })
    }

    /// One fault, or a list of them.
    private static func faults(_ body: [UInt8]) throws(APIError) -> [EmulatorFault] {
        let json: JSONValue
        do {
            json = try JSONParser.parse(body)
        } catch {
            throw .invalidArgument("Invalid JSON payload received. \(error.message) at byte \(error.offset).")
        }
        return try (json.elements ?? [json]).map { fault throws(APIError) in try EmulatorFault(fault) }
    }
}
