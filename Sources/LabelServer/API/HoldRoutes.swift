internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import LabelDiff
internal import LabelStore
internal import Sync

/// Runs that wait for somebody, and letting them pass.
struct HoldRoutes {
    let catalog: Catalog
    /// What leases are taken as.
    let worker: String

    func add(to routes: inout APIRoutes) {
        routes.add(
            APIRoute(.get, "/v1/holds", role: .operator, query: ["dataset", "closed"], handler: list))
        routes.add(APIRoute(.get, "/v1/holds/{hold}", role: .operator, query: ["limit"], handler: one))
        routes.add(APIRoute(.post, "/v1/holds/{hold}/approve", role: .operator, handler: approve))
    }

    private struct Hold: Encodable {
        var id: UInt64
        var dataset: String
        var state: String
        var runKind: String
        var reasons: [String]
        var counts: [String: Int]
        var createdAt: String
        var approvedBy: String?
        var approvedWhy: String?
        var expiresAt: String?
        var entries: [Entry]?

        init(_ hold: HoldRecord) {
            (id, dataset, state, runKind) = (hold.id, hold.dataset, hold.state, hold.runKind)
            reasons = hold.reasons.split(separator: "\n").map(String.init)
            counts = Dictionary(uniqueKeysWithValues: hold.counts.map { ($0.key.rawValue, $0.value) })
            createdAt = hold.createdAt.rfc3339
            (approvedBy, approvedWhy) = (hold.approvedBy, hold.approvedWhy)
            expiresAt = hold.expiresAt?.rfc3339
        }
    }

    private struct Entry: Encodable {
        var action: String
        var key: String?
        var keyHash: String
        var beforeHash: String?
        var afterHash: String?
        var isUsed: Bool
    }

    private struct Holds: Encodable {
        var holds: [Hold]
    }

    @Sendable private func list(_ call: APICall) async throws -> Response {
        var dataset: DatasetRecord?
        if let name = call.query["dataset"] { dataset = try await catalog.dataset(name, for: call.identity) }
        let holds = try await catalog.store.holds(of: dataset, includingClosed: try call.query.flag("closed"))
        return try APIAnswer.json(
            Holds(holds: holds.filter { call.identity.mayRead($0.dataset) }.map(Hold.init)))
    }

    @Sendable private func one(_ call: APICall) async throws -> Response {
        let limit = try call.query.number("limit", in: 0...100_000) ?? 1_000
        return try APIAnswer.json(try await hold(call, limit: limit))
    }

    private func hold(_ call: APICall, limit: Int) async throws -> Hold {
        let (number, dataset) = try await self.dataset(call)
        guard
            let found = try await catalog.store.holds(of: dataset, includingClosed: true)
                .first(where: { $0.id == number })
        else { throw Self.unknown }
        var hold = Hold(found)
        hold.entries = try await catalog.store.entries(ofHold: number, limit: limit).map { entry, key, isUsed in
            Entry(
                action: entry.action.rawValue, key: key, keyHash: entry.key.description,
                beforeHash: entry.before?.description, afterHash: entry.after?.description, isUsed: isUsed)
        }
        return hold
    }

    private static let unknown = APIProblem.notFound(
        "There is no hold with this number.", code: "unknown-hold", hint: "GET /v1/holds lists them.")

    private func dataset(_ call: APICall) async throws -> (UInt64, DatasetRecord) {
        let number = try call.number("hold")
        let name: String
        do {
            name = try await catalog.store.datasetOfHold(number)
        } catch let error as StoreError where error.code == .unknownHold {
            throw Self.unknown
        }
        guard call.identity.mayRead(name) else { throw Self.unknown }
        call.context.note["dataset"] = name
        return (number, try await catalog.store.dataset(name))
    }

    /// What an approval says, all of which may be left out.
    private struct Approval: Decodable {
        var why: String?
        var deletes: Bool?
        var hours: Int?

        static let members: Set<String> = ["why", "deletes", "hours"]
    }

    @Sendable private func approve(_ call: APICall) async throws -> Response {
        let approval = try Self.approval(call)
        let (number, dataset) = try await dataset(call)
        try await catalog.store.withLease(SyncRunner.leaseName(dataset: dataset.name), owner: worker) { lease in
            try await catalog.store.approve(
                number, actor: call.identity.actor, why: approval.why, pastBlock: approval.deletes ?? false,
                hours: approval.hours ?? 72, lease: lease)
        }
        return try APIAnswer.json(try await hold(call, limit: 0))
    }

    private static func approval(_ call: APICall) throws -> Approval {
        if call.body.isEmpty { return Approval() }
        let type = call.request.headers[.contentType].map { AcceptedType.parsed($0).name } ?? ""
        guard type == "application/json" else {
            throw APIProblem(
                .unsupportedMediaType, code: "unsupported-media-type", title: "The body is of another kind",
                detail: "This address takes application/json.")
        }
        let data = Data(call.body)
        guard let members = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            Approval.members.isSuperset(of: members.keys), !members.values.contains(where: { $0 is NSNull }),
            let approval = try? JSONDecoder().decode(Approval.self, from: data),
            approval.why?.utf8.count ?? 0 <= 10_000, 1...8_760 ~= approval.hours ?? 72
        else {
            throw APIProblem.badRequest(
                "The body must be an object with `why` (10,000 bytes at most), `deletes` (true or false) and `hours` "
                    + "(1 to 8760), each of which may be left out.", code: "bad-body")
        }
        return approval
    }
}
