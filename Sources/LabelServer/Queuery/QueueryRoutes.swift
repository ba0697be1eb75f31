internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import LabelStore
internal import NIOCore
internal import QueryUnload

/// The addresses of the Queuery protocol.
package struct QueueryRoutes: Sendable {
    private let service: QueryService
    private let signer: LinkSigner
    private let links: QueryLinks

    private var store: LabelStore { service.store }

    /// Routes.
    ///
    /// - Parameters:
    ///   - service: runs the queries.
    ///   - signer: signs links to files.
    ///   - address: the address that others know the server by; `nil` takes the one that a client used.
    package init(service: QueryService, signer: LinkSigner, address: String?) {
        (self.service, self.signer) = (service, signer)
        links = QueryLinks(
            signer: signer, place: service.place, address: address, lifetime: service.settings.linkLifetime)
    }

    /// So many bytes a statement may have, percent-encoded.
    private static let longestStatement = 1 << 20

    /// Adds them to those of a server.
    package func add(to routes: inout APIRoutes) {
        routes.add(
            APIRoute(.post, "/v1/queries", role: .reader, bodyLimit: Self.longestStatement) { call in
                try await ask(call)
            })
        routes.add(
            APIRoute(.get, "/v1/queries/{query}", role: .reader, query: ["fields"]) { call in try await tell(call) })
        routes.add(APIRoute(.delete, "/v1/queries/{query}", role: .reader) { call in try await cancel(call) })
        routes.add(APIRoute(.post, "/v1/queries/{query}/cancel", role: .reader) { call in try await cancel(call) })
        routes.add(
            APIRoute(.get, "/v1/queries/{query}/files/{file}", role: nil, query: ["expires", "signature"]) { call in
                try await file(call)
            })
    }

    // MARK: - Asking

    private func ask(_ call: APICall) async throws -> Response {
        try checkMayQuery(call)
        let form = try FormBody(call.body)
        guard let statement = form["q"], !statement.isEmpty else {
            throw APIProblem.badRequest("There is no statement.", code: "no-statement", hint: "Send q=SELECT….")
        }
        let name = form["format"] ?? UnloadFormat.queuery.rawValue
        guard let format = UnloadFormat(rawValue: name) else {
            let known = UnloadFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIProblem.badRequest("There is no such format.", code: "bad-format", hint: "There are \(known).")
        }
        let id = try await store.addQuery(
            statement, tokenID: call.identity.tokenID, format: format.rawValue,
            wantsTypes: form["enable_metadata"] == "true", atMost: service.settings.waiting)
        guard let id else {
            throw APIProblem.busy(
                .tooManyRequests, code: "too-many-queries", title: "Too many queries wait",
                detail: "\(service.settings.waiting) queries of this token wait already.", after: 30)
        }
        call.context.note["query_id"] = "\(id)"
        service.wake()
        return try Self.answer(.created, QueryAnswer(pending: id))
    }

    private func tell(_ call: APICall) async throws -> Response {
        try checkMayQuery(call)
        let wanted = try call.query["fields"] ?? FormBody(call.body)["fields"] ?? ""
        let wantsManifest = wanted.split(separator: ",").contains("manifest_file_url")
        let query = try await settled(call)
        var answer = QueryAnswer(query)
        if wantsManifest { answer.manifestFileURL = .some(nil) }
        if query.state == .success {
            let now = try await store.now()
            let document = try Self.document(query)
            answer.dataFileURLs = try links.files(query, document, now: now, call)
            if wantsManifest { answer.manifestFileURL = .some(links.manifest(query, now: now, call)) }
        }
        return try Self.answer(.ok, answer)
    }

    /// The query, when it has ended or patience has: a client that is told to wait does so for seconds.
    private func settled(_ call: APICall) async throws -> QueryRecord {
        let began = ContinuousClock.now
        var pause = Duration.milliseconds(20)
        while true {
            let query = try await find(call)
            let left = service.settings.patience - (ContinuousClock.now - began)
            if query.state.isFinal || left <= .zero { return query }
            try await Task.sleep(for: min(pause, left))
            pause = min(pause * 2, .milliseconds(500))
        }
    }

    private func cancel(_ call: APICall) async throws -> Response {
        try checkMayQuery(call)
        let query = try await find(call)
        if try await store.cancelQuery(query.id) { service.cancel(query.id) }
        return try Self.answer(.ok, QueryAnswer(try await find(call)))
    }

    private func checkMayQuery(_ call: APICall) throws {
        guard call.identity.mayQuery else {
            throw APIProblem.forbidden(
                "This token may send no queries.", hint: "Make one with `sheaf token create NAME --queries`.")
        }
    }

    /// The query that is asked for, if it is the token's own.
    private func find(_ call: APICall) async throws -> QueryRecord {
        let id = try call.number("query")
        guard let query = try await store.query(id, tokenID: call.identity.tokenID) else {
            throw APIProblem.notFound("There is no query with this number.", code: "unknown-query")
        }
        return query
    }

    private static func document(_ query: QueryRecord) throws -> QueryDocument {
        guard let data = query.result?.data(using: .utf8),
            let document = try? JSONDecoder().decode(QueryDocument.self, from: data)
        else { throw StoreError.damaged("the result of query \(query.id)") }
        return document
    }

    private static func answer(_ status: HTTPResponse.Status, _ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }

    // MARK: - Files

    private func file(_ call: APICall) async throws -> Response {
        let name = call.parameter("file")
        guard let id = UInt64(call.parameter("query")), let signature = call.query["signature"],
            let expires = try call.query.number("expires", in: 0...Int.max),
            signer.isOurs(signature, query: id, file: name, expires: expires)
        else {
            throw APIProblem(
                .forbidden, code: "bad-link", title: "The link is not valid",
                detail: "The link was not made by this server, or was changed.",
                hint: "Ask GET /v1/queries/ID for its links.")
        }
        let now = try await store.now()
        guard Int64(expires) * 1_000_000 > now.microseconds else {
            throw APIProblem(
                .gone, code: "expired-link", title: "The link has expired", detail: "The time of this link is over.",
                hint: "Ask GET /v1/queries/\(id) for new links.")
        }
        guard let query = try await store.query(id), query.state == .success, let folder = query.place else {
            throw Self.gone
        }
        let document = try Self.document(query)
        if name == QueryLinks.manifest {
            let manifest = QueryManifest(document, links: try links.files(query, document, now: now, call))
            return try Self.answer(.ok, manifest)
        }
        guard let number = Int(name), document.parts.indices.contains(number - 1),
            case .folder(let root) = service.place
        else { throw APIProblem.notFound("There is no such file.") }
        return try await Self.response(document.parts[number - 1], in: "\(root)/\(folder)", call)
    }

    private static func response(
        _ part: UnloadedPart, in folder: String, _ call: APICall
    ) async throws -> Response {
        guard let body = try? await FileIO().loadFile(path: "\(folder)/\(part.name)", context: call.context),
            body.contentLength == part.bytes
        else { throw gone }
        // A file that is compressed, and not a body that was compressed on its way: clients unpack it themselves.
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/gzip", .cacheControl: "private, no-store",
                .contentDisposition: "attachment; filename=\"\(part.name)\"",
            ], body: body)
    }

    private static var gone: APIProblem {
        APIProblem(
            .gone, code: "expired-result", title: "The result is gone", detail: "The files of this query were deleted.",
            hint: "Send the query again.")
    }
}
