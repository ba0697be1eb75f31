internal import Hummingbird
internal import LabelStore

/// Who may ask, and who did what.
struct AdminRoutes {
    let catalog: Catalog

    func add(to routes: inout APIRoutes) {
        routes.add(APIRoute(.get, "/v1/tokens", role: .admin, handler: tokens))
        routes.add(APIRoute(.get, "/v1/audit", role: .admin, query: ["dataset", "limit"], handler: audit))
    }

    private struct Token: Encodable {
        var id: String
        var name: String
        var role: String
        var datasets: [String]?
        var queries: Bool
        var state: String
        var createdBy: String
        var createdAt: String
        var expiresAt: String?
        var revokedAt: String?
        var lastUsedAt: String?
    }

    private struct Tokens: Encodable {
        var tokens: [Token]
    }

    @Sendable private func tokens(_ call: APICall) async throws -> Response {
        try APIAnswer.json(
            Tokens(
                tokens: try await catalog.store.tokens().map { token in
                    Token(
                        id: token.publicID, name: token.name, role: token.role.rawValue, datasets: token.datasets,
                        queries: token.mayQuery, state: token.state.rawValue, createdBy: token.actor,
                        createdAt: token.createdAt.rfc3339, expiresAt: token.expiresAt?.rfc3339,
                        revokedAt: token.revokedAt?.rfc3339, lastUsedAt: token.lastUsedAt?.rfc3339)
                }))
    }

    private struct Change: Encodable {
        var at: String
        var by: String
        var action: String
        var dataset: String?
        var subject: String
        var why: String?
        var version: Int?
        var run: UInt64?
    }

    private struct Audit: Encodable {
        var changes: [Change]
    }

    @Sendable private func audit(_ call: APICall) async throws -> Response {
        let store = catalog.store
        let limit = try call.query.number("limit", in: 1...10_000) ?? 100
        let name = call.query["dataset"]
        let all = try await store.datasets().filter { call.identity.mayRead($0.name) }
        let datasets = if let name { [try await catalog.dataset(name, for: call.identity)] } else { all }
        let isWhole = name == nil && call.identity.datasets == nil
        let changes = try await store.changeLog(of: datasets, includesOthers: isWhole, limit: limit)
        return try APIAnswer.json(
            Audit(
                changes: changes.map { change in
                    Change(
                        at: change.at.rfc3339, by: change.actor, action: change.action, dataset: change.dataset,
                        subject: change.subject, why: change.why, version: change.version, run: change.runID)
                }))
    }
}
