import Foundation

/// Everything the emulator holds, and what each call makes of it.
///
/// No I/O: the server calls it under a lock.
struct EmulatorState: Sendable {
    var spreadsheets = SpreadsheetShelf()
    var settings = EmulatorSettings()
    var channels = Channels()
    var tokens = Tokens()
    var faults = FaultQueue()
    var quotaUse = QuotaUse()
    var counters: [String: Int] = [:]

    /// An answer, before it becomes HTTP.
    enum Answer: Sendable {
        case json(JSONValue)
        case values(ValuesStream)
        case bytes([UInt8], type: String)
        case noContent
    }

    /// A request of the API, with what matters of it.
    struct Incoming: Sendable {
        var call: APICall
        var query: QueryParameters
        var body: [UInt8]
        var authorization: String?
        /// The token endpoint as this client may know it.
        var audiences: Set<String>
        /// The address that the client reached the server by.
        var host: String

        /// The body as JSON; an empty one says nothing.
        var json: JSONValue {
            get throws(APIError) {
                do {
                    return body.isEmpty ? .object([]) : try JSONParser.parse(body).withoutNullMembers
                } catch {
                    throw .invalidArgument("Invalid JSON payload received. \(error.message) at byte \(error.offset).")
                }
            }
        }
    }

    mutating func answer(
        _ request: Incoming, configuration: EmulatorConfiguration
    ) throws(APIError) -> Answer {
        let now = now(configuration)
        if request.call.method == .token {
            let form = QueryParameters(String(decoding: request.body, as: UTF8.self))
            return .json(
                try tokens.exchange(
                    form, audiences: request.audiences, lifetime: configuration.tokenLifetime, now: now,
                    signed: configuration.now()))
        }
        let isDrive = request.call.method.isDrive
        guard let grant = tokens.grant(authorization: request.authorization, now: now) else {
            throw .unauthenticated(missing: request.authorization == nil, isDrive: isDrive)
        }
        guard !grant.scopes.isDisjoint(with: request.call.method.scopes) else {
            throw .insufficientScopes(service: request.call.method.service)
        }
        if let quota = settings.quota {
            try quotaUse.spend(request.call.method, by: grant.email, quota: quota, now: now)
        }
        if isDrive { return try answerDrive(request, for: grant, now: now, configuration) }
        let pretty = request.query["prettyPrint"] != "false"
        try request.call.method.check(request.query)
        let mask = try request.call.method.mask(request.query)
        if request.call.method == .spreadsheetsCreate { return .json(try create(request, by: grant, now: now)) }
        var spreadsheet = try visible(request.call, to: grant)
        spreadsheet.caller = grant.email
        if request.call.method == .sheetsCopyTo {
            return .json(mask.apply(to: try copySheet(of: spreadsheet, request, grant, now)))
        }
        guard request.call.method.writes else {
            return try read(spreadsheet, request, pretty: pretty)
        }
        var edited = spreadsheet
        let reply = try write(&edited, request)
        edited.caller = nil
        edited.touch(at: now, by: grant.email)
        spreadsheets[edited.id] = edited
        return .json(mask.apply(to: reply))
    }

    func visible(_ call: APICall, to grant: Tokens.Grant) throws(APIError) -> Spreadsheet {
        guard let spreadsheet = spreadsheets[call.id] else { throw .notFound }
        let isAllowed =
            call.method.writes ? spreadsheet.isWritable(by: grant.email) : spreadsheet.isVisible(to: grant.email)
        guard isAllowed else { throw .permissionDenied }
        return spreadsheet
    }

    /// The emulator's clock.
    func now(_ configuration: EmulatorConfiguration) -> Date {
        configuration.now().addingTimeInterval(settings.clockOffset)
    }

    private func read(
        _ spreadsheet: Spreadsheet, _ request: Incoming, pretty: Bool
    ) throws(APIError) -> Answer {
        switch request.call.method {
        case .valuesGet:
            .values(try spreadsheet.valuesGet(request.call.range, request.query, pretty: pretty))
        case .valuesBatchGet: .values(try spreadsheet.valuesBatchGet(request.query, pretty: pretty))
        case .spreadsheetsGetByDataFilter, .valuesBatchGetByDataFilter, .developerMetadataGet,
            .developerMetadataSearch:
            .json(try readByFilter(spreadsheet, request))
        default: .json(try spreadsheet.resource(request.query))
        }
    }

    private func write(_ spreadsheet: inout Spreadsheet, _ request: Incoming) throws(APIError) -> JSONValue {
        let body = try request.json
        let range = request.call.range
        return switch request.call.method {
        case .valuesUpdate: try spreadsheet.valuesUpdate(range, request.query, body)
        case .valuesBatchUpdate: try spreadsheet.valuesBatchUpdate(body)
        case .valuesAppend: try spreadsheet.valuesAppend(range, request.query, body)
        case .valuesClear: try spreadsheet.valuesClear(range)
        case .valuesBatchClear: try spreadsheet.valuesBatchClear(body)
        default: try spreadsheet.batchUpdate(body)
        }
    }
}
