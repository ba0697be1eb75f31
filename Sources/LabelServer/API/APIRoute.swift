package import HTTPTypes
package import Hummingbird
package import LabelStore
internal import NIOCore

/// One thing that can be asked of the server.
package struct APIRoute: Sendable {
    /// Answers a request.
    package typealias Handler = @Sendable (APICall) async throws -> Response

    package let method: HTTPRequest.Method
    /// Such as `/v1/datasets/{dataset}`.
    package let path: String
    /// What the token must be for; `nil`: no token is needed.
    package let role: TokenRole?
    /// The names of the query parameters that it takes.
    package let query: [String]
    /// So many bytes may be sent with it.
    package let bodyLimit: Int
    let handler: Handler

    /// A route.
    ///
    /// - Parameters:
    ///   - method: GET answers HEAD too.
    ///   - path: parameters in braces.
    ///   - role: the least role that a token must have; `nil` for what everyone may ask.
    ///   - query: the names of its query parameters; any other is refused.
    ///   - bodyLimit: how large a body may be, in bytes; it is read before the handler is called.
    ///   - handler: answers; `APIProblem` and what the store throws become problem details.
    package init(
        _ method: HTTPRequest.Method, _ path: String, role: TokenRole?, query: [String] = [],
        bodyLimit: Int = 64 << 10, handler: @escaping Handler
    ) {
        (self.method, self.path, self.role, self.query) = (method, path, role, query)
        (self.bodyLimit, self.handler) = (bodyLimit, handler)
    }

    /// Whether a path is one of this route, whatever the method.
    func matches(_ path: String) -> Bool {
        let segments = path.split(separator: "/")
        let own = self.path.split(separator: "/")
        return segments.count == own.count
            && zip(segments, own).allSatisfy { $0 == $1 || ($1.hasPrefix("{") && $1.hasSuffix("}")) }
    }

    /// The names of its path parameters.
    package var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}

/// A request on its way to a handler: who asks, and for what.
package struct APICall: Sendable {
    package let request: Request
    /// The body, whole.
    package let body: [UInt8]
    package let context: APIContext
    package let identity: Identity
    package let query: QueryString
    /// Path parameters, decoded.
    let parameters: [String: String]

    /// A parameter of the path.
    package func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// A number in the path, such as that of a hold.
    ///
    /// - Throws: `APIProblem` with 404 if it is none.
    package func number(_ name: String) throws -> UInt64 {
        let text = parameter(name)
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = UInt64(text),
            number <= UInt64(Int64.max)
        else { throw APIProblem.notFound("There is no \(name) with this number.") }
        return number
    }
}

/// All that can be asked.
package struct APIRoutes: Sendable {
    package private(set) var all: [APIRoute] = []

    package init() {}

    /// Adds a route.
    package mutating func add(_ route: APIRoute) { all.append(route) }
}
