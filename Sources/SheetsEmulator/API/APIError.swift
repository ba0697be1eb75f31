/// An answer that refuses a request, with the body that Google sends.
struct APIError: Error, Sendable {
    let status: Int
    let body: JSONValue

    init(status: Int, body: JSONValue) {
        self.status = status
        self.body = body
    }

    /// A Sheets error: code, message, status and perhaps details.
    init(_ status: Int, _ name: String, _ message: String, details: [JSONValue] = []) {
        self.init(
            status: status,
            body: .object([
                "error": .object([
                    "code": .integer(status),
                    "message": .string(message),
                    "status": .string(name),
                    "details": details.isEmpty ? nil : .array(details),
                ])
            ]))
    }

    static func errorInfo(_ reason: String, _ metadata: KeyValuePairs<String, JSONValue?> = [:]) -> JSONValue {
        .object([
            "@type": .string("type.googleapis.com/google.rpc.ErrorInfo"),
            "reason": .string(reason),
            "domain": .string("googleapis.com"),
            "metadata": metadata.isEmpty ? nil : .object(metadata),
        ])
    }

    static func invalidArgument(_ message: String) -> APIError {
        APIError(400, "INVALID_ARGUMENT", message)
    }

    /// The same with something said before its message.
    func prefixed(_ prefix: String) -> APIError {
        guard case .object(let members)? = body["error"] else { return self }
        let changed = members.map { member in
            guard member.name == "message", let text = member.value.text else { return member }
            return JSONMember(name: "message", value: .string(prefix + text))
        }
        return APIError(status: status, body: .object([JSONMember(name: "error", value: .object(changed))]))
    }

    static func unparsableRange(_ range: String) -> APIError {
        .invalidArgument("Unable to parse range: \(range)")
    }

    static func exceedsGrid(_ range: String, rows: Int, columns: Int) -> APIError {
        .invalidArgument("Range (\(range)) exceeds grid limits. Max rows: \(rows), max columns: \(columns)")
    }

    /// A `fields` mask that the answer cannot be cut to.
    static func invalidField(_ path: String) -> APIError {
        let reason = "Error expanding 'fields' parameter. Cannot find matching fields for path '\(path)'."
        return APIError(
            400, "INVALID_ARGUMENT", "Request contains an invalid argument.", details: [badRequest(field: path, reason)]
        )
    }

    static let notFound = APIError(404, "NOT_FOUND", "Requested entity was not found.")
    static let permissionDenied = APIError(403, "PERMISSION_DENIED", "The caller does not have permission")

    static func insufficientScopes(service: String) -> APIError {
        APIError(
            403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
            details: [errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", ["service": .string(service)])])
    }

    static func unauthenticated(missing: Bool, isDrive: Bool = false) -> APIError {
        let help = "See https://developers.google.com/identity/sign-in/web/devconsole-project."
        let start =
            missing
            ? "Request is missing required authentication credential."
            : "Request had invalid authentication credentials."
        if isDrive {
            return .drive(
                401, domain: "global", reason: missing ? "required" : "authError",
                message: missing ? "Login Required." : "Invalid Credentials", location: "Authorization",
                locationType: "header")
        }
        return APIError(
            401, "UNAUTHENTICATED",
            "\(start) Expected OAuth 2 access token, login cookie or other valid authentication credential. \(help)",
            details: [errorInfo(missing ? "CREDENTIALS_MISSING" : "ACCESS_TOKEN_EXPIRED")])
    }

    /// A refusal in Drive's form, perhaps with what of the request is at fault.
    static func drive(
        _ status: Int, domain: String, reason: String, message: String, location: String? = nil,
        locationType: String? = nil
    ) -> APIError {
        APIError(
            status: status,
            body: .object([
                "error": .object([
                    "errors": .array([
                        .object([
                            "domain": .string(domain), "reason": .string(reason), "message": .string(message),
                            "locationType": locationType.map { .string($0) }, "location": location.map { .string($0) },
                        ])
                    ]),
                    "code": .integer(status),
                    "message": .string(message),
                ])
            ]))
    }

    static func driveFileNotFound(_ id: String) -> APIError {
        .drive(404, domain: "global", reason: "notFound", message: "File not found: \(id).")
    }

    /// A refusal of the token endpoint, in OAuth's form.
    static func oauth(_ error: String, _ description: String) -> APIError {
        APIError(
            status: 400, body: .object(["error": .string(error), "error_description": .string(description)]))
    }
}
