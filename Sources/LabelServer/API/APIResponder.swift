internal import HTTPTypes
internal import Hummingbird
internal import LabelStore
internal import NIOCore

/// Answers each request: finds its route, asks whose it is, and makes an answer of whatever goes wrong.
struct APIResponder: HTTPResponder {
    typealias Context = APIContext

    private let routes: APIRoutes
    private let router: RouterResponder<APIContext>
    private let authenticator: Authenticator
    private let trustsForwarded: Bool
    private let bodyTimeout: Duration
    private let log: AccessLog

    /// - Parameters:
    ///   - routes: what can be asked.
    ///   - authenticator: says whose a request is.
    ///   - trustsForwarded: the peer is a proxy, which says where requests come from.
    ///   - bodyTimeout: a body has to be there in so long.
    ///   - log: gets a line a request.
    init(
        routes: APIRoutes, authenticator: Authenticator, trustsForwarded: Bool, bodyTimeout: Duration, log: AccessLog
    ) {
        (self.routes, self.authenticator, self.log) = (routes, authenticator, log)
        (self.trustsForwarded, self.bodyTimeout) = (trustsForwarded, bodyTimeout)
        let router = Router(context: APIContext.self)
        for route in routes.all {
            for method in route.method == .get ? [HTTPRequest.Method.get, .head] : [route.method] {
                router.on(RouterPath(route.path), method: method) { request, context in
                    try await Self.answer(request, context, route, authenticator, trustsForwarded, bodyTimeout)
                }
            }
        }
        self.router = router.buildResponder()
    }

    func respond(to request: Request, context: APIContext) async throws -> Response {
        var response: Response
        let isHead = request.method == .head
        let started = log.now
        do {
            try allow(request)
            response = try await router.respond(to: request, context: context)
        } catch {
            response = try failure(error, context)
            if context.note["body"] == nil { response = Self.draining(request, response, bodyTimeout, context) }
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        if isHead { response = Self.head(of: response) }
        return log.noting(response, request.method, context, since: started)
    }

    /// Refuses what no route is for.
    private func allow(_ request: Request) throws {
        let path = request.uri.path
        let matching = routes.all.filter { $0.matches(path) }
        if matching.isEmpty {
            throw APIProblem.notFound("Nothing is served at this address.", hint: "/openapi.json tells what is.")
        }
        let method = request.method == .head ? .get : request.method
        if matching.contains(where: { $0.method == method }) { return }
        let methods = matching.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
        let allowed = methods.joined(separator: ", ")
        throw APIProblem(
            .methodNotAllowed, code: "method-not-allowed", title: "Not by this method",
            detail: "This address takes \(allowed).", headers: [.allow: allowed])
    }

    private static func answer(
        _ request: Request, _ context: APIContext, _ route: APIRoute, _ authenticator: Authenticator,
        _ trustsForwarded: Bool, _ bodyTimeout: Duration
    ) async throws -> Response {
        let note = context.note
        note["route"] = route.path
        var identity = Identity.nobody
        if let role = route.role {
            let address = ClientAddress.of(request.headers, peer: context.peer, trustsForwarded: trustsForwarded)
            identity = try await authenticator.authenticate(request.headers, address: address)
            note["token"] = identity.publicID
            guard identity.role >= role else {
                throw APIProblem.forbidden(
                    "This needs the role \(role.rawValue).", hint: "The token has the role \(identity.role.rawValue).")
            }
        }
        var parameters: [String: String] = [:]
        for name in route.pathParameters {
            guard let text = context.parameters.get(name).flatMap({ QueryString.decoded($0) }) else {
                throw APIProblem.badRequest("The path is not percent-encoded UTF-8.", code: "bad-encoding")
            }
            parameters[name] = text
        }
        if let dataset = parameters["dataset"] {
            guard identity.mayRead(dataset) else { throw APIProblem.unknownDataset }
            note["dataset"] = dataset
        }
        let query = try QueryString(request.uri.query, known: route.query)
        if !query.names.isEmpty { note["query"] = query.names.joined(separator: ",") }
        let body = try await Self.body(of: request, atMost: route.bodyLimit, within: bodyTimeout, context)
        return try await route.handler(
            APICall(
                request: request, body: body, context: context, identity: identity, query: query,
                parameters: parameters))
    }

    /// Reads the body, also where nobody wants it: the next request stands behind it.
    private static func body(
        of request: Request, atMost limit: Int, within timeout: Duration, _ context: APIContext
    ) async throws -> [UInt8] {
        context.note["body"] = "read"
        let end = lettingGo(context, in: timeout)
        defer { end.cancel() }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limit else {
                context.note["closes"] = "true"
                throw APIProblem(
                    .contentTooLarge, code: "body-too-large", title: "The body is too large",
                    detail: "This address takes a body of \(limit) bytes.", headers: [.connection: "close"])
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    private func failure(_ error: any Error, _ context: APIContext) throws -> Response {
        if Task.isCancelled || LabelStore.isCancellation(error) { throw CancellationError() }
        if let problem = APIProblem(error) {
            context.note["code"] = problem.code
            // What is left of a body that is too large is read by nobody.
            return context.note["closes"] == nil ? problem.response : Self.closing(problem.response, context)
        }
        // Its words may hold what somebody typed.
        log.unforeseen(error, context)
        context.note["code"] = "internal"
        return APIProblem(
            .internalServerError, code: "internal", title: "Something unforeseen went wrong",
            detail: "The server's log has a line with this request's number.", hint: "Tell whoever runs the server."
        ).response
    }

    private struct EndsHere: Error {}

    /// The same without its body.
    private static func head(of response: Response) -> Response {
        if response.body.contentLength != nil {
            var head = response.createHeadResponse()
            head.headers[.contentLength] = response.headers[.contentLength]
            return head
        }
        // Of a body without a length, a server cannot say that there is none but by ending the connection.
        var head = Response(
            status: response.status, headers: response.headers, body: ResponseBody { _ in throw EndsHere() })
        head.headers[.connection] = "close"
        return head
    }

    /// Ends the connection after a while: without this, a byte now and then would hold it for good.
    private static func lettingGo(_ context: APIContext, in timeout: Duration) -> Scheduled<Void> {
        let channel = context.channel
        return channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            channel.triggerUserOutboundEvent(ClosesWhenSent.AtOnce(), promise: nil)
        }
    }

    /// The same; a body that nobody wants is read behind it.
    private static func draining(
        _ request: Request, _ response: Response, _ timeout: Duration, _ context: APIContext
    ) -> Response {
        guard let length = response.body.contentLength else { return response }
        return Response(
            status: response.status, headers: response.headers,
            body: ResponseBody(contentLength: length) { writer in
                try await response.body.write(writer)
                let end = lettingGo(context, in: timeout)
                defer { end.cancel() }
                for try await _ in request.body {}
            })
    }

    /// The same, and the end of the connection behind it.
    private static func closing(_ response: Response, _ context: APIContext) -> Response {
        let channel = context.channel
        return Response(
            status: response.status, headers: response.headers,
            body: ResponseBody(contentLength: response.body.contentLength) { writer in
                try await response.body.write(writer)
                channel.close(promise: nil)
            })
    }
}

extension HTTPField.Name {
    static var xContentTypeOptions: HTTPField.Name { .init("X-Content-Type-Options") ?? .server }
    static var xForwardedFor: HTTPField.Name? { .init("X-Forwarded-For") }
}

/// Where a request comes from.
enum ClientAddress {
    /// The address that failed attempts are counted by.
    ///
    /// - Parameters:
    ///   - headers: of the request.
    ///   - peer: the other end of the connection.
    ///   - trustsForwarded: it is a proxy, whose own word, the last in `X-Forwarded-For`, counts.
    /// - Returns: an address of IPv4, or a network of IPv6.
    static func of(_ headers: HTTPFields, peer: String, trustsForwarded: Bool) -> String {
        guard trustsForwarded, let name = HTTPField.Name.xForwardedFor,
            let last = headers[values: name].last?.split(separator: ",").last
        else { return network(peer) }
        let address = last.drop { $0 == " " }.prefix(64)
        return network(String(address.reversed().drop { $0 == " " }.reversed()))
    }

    /// Of IPv6, one holder has a network of 64 bits, and every address in it.
    private static func network(_ address: String) -> String {
        guard address.contains(":"), !address.hasPrefix("::") else { return address }
        return address.split(separator: ":", omittingEmptySubsequences: false).prefix(4).joined(separator: ":") + "::"
    }
}

extension APIProblem {
    /// Also of a dataset that is there, for whom it is not.
    static let unknownDataset = APIProblem.notFound(
        "There is no such dataset.", code: "unknown-dataset",
        hint: "GET /v1/datasets lists those that the token is for.")
}
