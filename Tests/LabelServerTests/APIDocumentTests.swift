import Foundation
import HTTPTypes
import LabelStore
import Logging
import TestSupport
import Testing

@testable import LabelServer

/// The OpenAPI document says what the server does, no more and no less.
@Suite(.timeLimit(.minutes(3))) struct APIDocumentTests {
    private static let methods: Set<String> = ["get", "put", "post", "delete", "patch", "head", "options", "trace"]

    @Test func eachRouteStandsInTheDocumentAndTheOtherWayRound() async throws {
        try await TestStore.withStore { store, _ in
            let server = APIServer(.init(), store: store, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(DocumentRoutes.document)) as? [String: Any])
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            var told: [String: [String: Any]] = [:]
            for (path, operations) in paths {
                for (method, operation) in operations where Self.methods.contains(method) {
                    told["\(method.uppercased()) \(path)"] = operation as? [String: Any]
                }
            }
            for route in server.routes.all {
                let name = "\(route.method.rawValue) \(route.path)"
                let found = told.removeValue(forKey: name)
                let operation = try #require(found, "\(name) is not told")
                let parameters = operation["parameters"] as? [[String: Any]] ?? []
                func names(_ place: String) -> Set<String> {
                    Set(parameters.filter { $0["in"] as? String == place }.compactMap { $0["name"] as? String })
                }
                #expect(names("query") == Set(route.query), "\(name)")
                #expect(names("path") == Set(route.pathParameters), "\(name)")
                #expect((operation["security"] != nil) == (route.role == nil), "\(name)")
                if let role = route.role {
                    #expect(operation["description"] as? String == "Needs the role \(role.rawValue).", "\(name)")
                }
            }
            // The Queuery protocol's routes are added where it is configured.
            #expect(told.keys.filter { !$0.contains("/v1/queries") } == [])
        }
    }

    @Test func theDocumentIsServedToAnybody() async throws {
        try await TestStore.withStore { store, _ in
            var settings = APIServer.Settings()
            settings.address = "https://labels.example"
            try await APIScene.with(settings, store: store) { scene in
                let answer = try await scene.ask("GET", "/openapi.json")
                #expect(answer.status == 200 && answer.document["openapi"] as? String == "3.1.0")
                #expect(answer.text.contains(#""url":"https://labels.example""#))
            }
        }
    }
}
