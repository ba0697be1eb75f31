package import Hummingbird
internal import NIOCore
internal import Synchronization

/// What belongs to one request: the connection that it came by, and what its line in the log will say.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// The address at the other end of the connection, also once that is gone.
    let peer: String
    let note = RequestNote()

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        peer = source.channel.remoteAddress?.ipAddress ?? "unix"
    }
}

/// What is learnt of a request on its way, for the log: names and numbers, never what anybody typed into a cell.
final class RequestNote: Sendable {
    private let fields = Mutex<[String: String]>([:])

    subscript(name: String) -> String? {
        get { fields.withLock { $0[name] } }
        set { fields.withLock { $0[name] = newValue } }
    }

    var all: [String: String] { fields.withLock { $0 } }
}
