/// The fields of a form, as `application/x-www-form-urlencoded` has them; those that mean nothing here are left alone.
struct FormBody: Sendable {
    private var values: [String: String] = [:]

    /// Reads a body.
    ///
    /// - Throws: `APIProblem` with 400 if it is not UTF-8, or has a field twice.
    init(_ body: [UInt8]) throws {
        guard let text = String(validating: body, as: UTF8.self) else { throw Self.notAForm }
        for pair in text.split(separator: "&", omittingEmptySubsequences: true) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = QueryString.decoded(parts[0], plusIsSpace: true),
                let value = QueryString.decoded(parts.count == 2 ? parts[1] : "", plusIsSpace: true)
            else { throw Self.notAForm }
            guard values.updateValue(value, forKey: name) == nil else {
                throw APIProblem.badRequest("A field of the form stands twice.", code: "bad-form")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    private static var notAForm: APIProblem {
        .badRequest(
            "The body is no form (application/x-www-form-urlencoded) in UTF-8.", code: "bad-form",
            hint: "Send q=SELECT…, percent-encoded.")
    }
}
