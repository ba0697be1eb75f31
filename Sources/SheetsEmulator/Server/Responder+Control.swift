import Hummingbird

/// `/control/…`: what tests ask of the emulator beside the API; docs/emulator.md lists it all. It asks for no sign-in.
extension Responder {
    func control(_ request: Request) async throws -> Response {
        let body = [UInt8](buffer: try await request.body.collect(upTo: 64 * 1024 * 1024))
        do throws(APIError) {
            let json = body.isEmpty ? .object([]) : try Self.parsed(body)
            let answer = try control(request.method.rawValue, String(request.uri.path.dropFirst(9)), json)
            wake()
            return self.json(answer, status: 200, pretty: true)
        } catch {
            return json(error.body, status: error.status, pretty: true)
        }
    }

    private func control(_ method: String, _ name: String, _ body: JSONValue) throws(APIError) -> JSONValue {
        switch (method, name) {
        case ("GET", "counters"): return Self.object(state.withLock { $0.counters })
        case ("DELETE", "counters"): state.withLock { $0.counters = [:] }
        case ("POST", "faults"):
            let faults = try (body.elements ?? [body]).map { fault throws(APIError) in try EmulatorFault(fault) }
            state.withLock { state in faults.forEach { state.faults.add($0) } }
        case ("DELETE", "faults"):
            state.withLock { state in
                state.faults.clear()
                state.tokens.refuse(calls: 0)
            }
        case ("POST", "reset"):
            state.withLock { state in
                state.faults.clear()
                state.tokens.refuse(calls: 0)
                state.counters = [:]
                state.settings = EmulatorSettings(configuration, clockOffset: state.settings.clockOffset)
            }
        case ("POST", "expire-tokens"):
            state.withLock { state in
                if let calls = body["calls"]?.integer {
                    state.tokens.refuse(calls: calls)
                } else {
                    state.tokens.revokeAll()
                }
            }
        case ("POST", "edits"): try edit(body)
        case ("POST", "spreadsheets"): try add(body)
        case ("GET", "settings"): return state.withLock { $0.settings.json }
        case ("POST", "settings"):
            return try state.withLock { state throws(APIError) in
                try state.settings.update(body)
                return state.settings.json
            }
        case ("POST", "clock"):
            guard let seconds = body["advanceSeconds"]?.integer, seconds >= 0 else {
                throw .invalidArgument("clock needs advanceSeconds; it only goes forward.")
            }
            state.withLock { $0.settings.clockOffset += Double(seconds) }
        case ("GET", "channels"): return .array(state.withLock { $0.channels.all.map(\.json) })
        default: throw .notFound
        }
        return .object([])
    }

    private func edit(_ body: JSONValue) throws(APIError) {
        let edits = try (body.elements ?? [body]).map { edit throws(APIError) in try EmulatorEdit(edit) }
        for edit in edits {
            do throws(EmulatorError) {
                try state.withLock { state throws(EmulatorError) in
                    try state.apply(edit, now: state.now(configuration))
                }
            } catch {
                throw .invalidArgument(error.description)
            }
        }
    }

    /// Adds spreadsheets, in the form of `SheetsEmulator.addSpreadsheet`.
    private func add(_ body: JSONValue) throws(APIError) {
        for entry in body.elements ?? [body] {
            guard let id = entry["id"]?.text, let tabs = entry["tabs"]?.elements, !tabs.isEmpty else {
                throw .invalidArgument("A spreadsheet needs id and tabs, each with title and rows.")
            }
            let read = try tabs.map { tab throws(APIError) in
                (title: tab["title"]?.text ?? "Sheet1", rows: try EmulatorEdit.rows(tab["rows"]))
            }
            let accounts = (entry["sharedWith"]?.elements ?? []).compactMap(\.text)
            state.withLock { state in
                state.spreadsheets.add(
                    Spreadsheet(
                        id: id, title: entry["title"]?.text ?? id, locale: entry["locale"]?.text ?? "ja_JP",
                        timeZone: entry["timeZone"]?.text ?? "Asia/Tokyo", sharedWith: Set(accounts), typed: read,
                        now: state.now(configuration)))
            }
        }
    }

    private static func object(_ counters: [String: Int]) -> JSONValue {
        .object(counters.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: .integer($0.value)) })
    }

    private static func parsed(_ body: [UInt8]) throws(APIError) -> JSONValue {
        do {
            return try JSONParser.parse(body)
        } catch {
            throw .invalidArgument("Invalid JSON payload received. \(error.message) at byte \(error.offset).")
        }
    }
}
