internal import HTTPTypes
internal import Hummingbird
internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// What those see who look after a dataset: runs, and rows that were rejected.
struct OperatorRoutes {
    let catalog: Catalog

    func add(to routes: inout APIRoutes) {
        routes.add(
            APIRoute(.get, "/v1/datasets/{dataset}/runs", role: .operator, query: ["limit"], handler: runs))
        routes.add(
            APIRoute(
                .get, "/v1/datasets/{dataset}/rejections", role: .operator, query: ["limit"], handler: rejections))
    }

    private struct Run: Encodable {
        var run: UInt64
        var kind: String
        var state: String
        var by: String
        var startedAt: String
        var finishedAt: String?
        var version: Int?
    }

    private struct Runs: Encodable {
        var runs: [Run]
    }

    /// Without their reports, which quote cells.
    @Sendable private func runs(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        let limit = try call.query.number("limit", in: 1...1_000) ?? 100
        return try APIAnswer.json(
            Runs(
                runs: try await catalog.store.runs(of: dataset, limit: limit).map { run in
                    Run(
                        run: run.id, kind: run.kind, state: run.state.rawValue, by: run.actor,
                        startedAt: run.startedAt.rfc3339, finishedAt: run.finishedAt?.rfc3339, version: run.version)
                }))
    }

    private struct Rejection: Encodable {
        struct Trouble: Encodable {
            var code: String
            var field: String?
            /// Where, as `D17`.
            var cell: String
            var severity: String
            var message: String
        }

        var kind: String
        var key: String?
        var keyHash: String
        var sheet: String
        var row: Int?
        var openedAt: String
        var errors: [Trouble]

        init(_ record: ExceptionRecord, _ language: MessageLanguage) {
            kind = record.problem.kind.rawValue
            key = record.labelKey
            keyHash = record.key.description
            sheet = record.sheetTitle
            row = record.problem.rowNumber == 0 ? nil : Int(record.problem.rowNumber)
            openedAt = record.openedAt.rfc3339
            errors = (record.errors.flatMap { CellError.list(json: Array($0.utf8)) } ?? []).map { error in
                Trouble(
                    code: error.code, field: error.field, cell: error.cell, severity: error.severity.rawValue,
                    message: error.message(language))
            }
        }
    }

    private struct Rejections: Encodable {
        var rejections: [Rejection]
        /// How many there are, also beyond the limit.
        var total: Int
    }

    @Sendable private func rejections(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        let limit = try call.query.number("limit", in: 1...10_000) ?? 1_000
        let records = try await catalog.store.exceptionRecords(of: dataset, limit: limit)
        let total = try await catalog.store.exceptionCount(of: dataset)
        let isJapanese =
            call.request.headers[.acceptLanguage].map { $0.lowercased().hasPrefix("ja") } ?? false
        return try APIAnswer.json(
            Rejections(
                rejections: records.map { Rejection($0, isJapanese ? .ja : .en) }, total: total),
            headers: [.vary: "Accept-Language"])
    }
}
