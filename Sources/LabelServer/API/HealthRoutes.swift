internal import HTTPTypes
internal import Hummingbird
internal import LabelStore
internal import NIOCore

/// Whether the server lives, and whether it can answer: for whoever watches it.
struct HealthRoutes {
    let store: LabelStore

    func add(to routes: inout APIRoutes) {
        let store = store
        routes.add(
            APIRoute(.get, "/healthz", role: nil) { _ in Self.text("ok\n") })
        routes.add(
            APIRoute(.get, "/readyz", role: nil) { _ in
                try await store.checkReady()
                return Self.text("ready\n")
            })
    }

    private static func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
