import Foundation

/// Everything the emulator holds, and what each call makes of it.
///
/// No I/O: the server calls it under a lock.
struct EmulatorState: Sendable {
    var spreadsheets: [String: Spreadsheet] = [:]
    var tokens = Tokens()
    var faults = FaultQueue()
    var quotaUse = QuotaUse()
    var counters: [String: Int] = [:]

    /// An answer, before it becomes HTTP.
    enum Answer: Sendable {
        case json(JSONValue)
        case values(ValuesStream)
    }

    /// A request of the API, with what matters of it.
    struct Incoming: Sendable {
        var call: APICall
        var query: QueryParameters
        var body: [UInt8]
        var authorization: String?
        /// The token endpoint as this client may know it.
        var audiences: Set<String>

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
        let now = configuration.now()
        if request.call.method == .token {
            let form = QueryParameters(String(decoding: request.body, as: UTF8.self))
            return .json(
                try tokens.exchange(
                    form, audiences: request.audiences, lifetime: configuration.tokenLifetime, now: now))
        }
        let grant = try tokens.grant(authorization: request.authorization, now: now)
        guard !grant.scopes.isDisjoint(with: request.call.method.scopes) else {
            throw .insufficientScopes(service: request.call.method.service)
        }
        if let quota = configuration.quota {
            try quotaUse.spend(request.call.method, by: grant.email, quota: quota, now: now)
        }
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
        let spreadsheet = spreadsheets[call.id]
        // Drive does not tell a file that one may not see from one that is not there; Sheets does.
        guard let spreadsheet else { throw call.method.isDrive ? .driveFileNotFound(call.id) : .notFound }
        guard spreadsheet.sharedWith.contains(grant.email) else {
            throw call.method.isDrive ? .driveFileNotFound(call.id) : .permissionDenied
        }
        return spreadsheet
    }

    private func read(
        _ spreadsheet: Spreadsheet, _ request: Incoming, pretty: Bool
    ) throws(APIError) -> Answer {
        switch request.call.method {
        case .valuesGet:
            .values(try spreadsheet.valuesGet(request.call.range, request.query, pretty: pretty))
        case .valuesBatchGet: .values(try spreadsheet.valuesBatchGet(request.query, pretty: pretty))
        case .driveFilesGet: .json(try spreadsheet.driveFile(request.query))
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
