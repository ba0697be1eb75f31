internal import Foundation
internal import Hummingbird

/// The OpenAPI document, which says all that can be asked.
struct DocumentRoutes {
    /// The address that others know the server by; `nil`: the one they asked.
    let address: String?

    /// As it stands beside this file.
    static var document: [UInt8] { PackageResources.openapi_json }

    func add(to routes: inout APIRoutes) {
        let document = Self.document(address: address)
        routes.add(
            APIRoute(.get, "/openapi.json", role: nil) { _ in
                APIAnswer.bytes(document, type: "application/json")
            })
    }

    private static func document(address: String?) -> [UInt8] {
        guard let address,
            var parts = (try? JSONSerialization.jsonObject(with: Data(document))) as? [String: Any]
        else { return document }
        parts["servers"] = [["url": address]]
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return (try? JSONSerialization.data(withJSONObject: parts, options: options)).map(Array.init) ?? document
    }
}
