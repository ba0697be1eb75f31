internal import NIOCore

/// Keeps a connection from being closed before what was written to it is sent.
///
/// A server that ends closes each connection behind its last answer. What a slow reader has not taken by then would be lost
/// with it, and half an answer look like a cut one.
final class ClosesWhenSent: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    /// Asks for the end at once, whatever is left to be sent.
    struct AtOnce: Sendable {}

    private let patience: TimeAmount
    private var unsent = 0
    private var closing: EventLoopPromise<Void>?

    /// - Parameter patience: how long a close waits at most.
    init(patience: Duration) { self.patience = TimeAmount(patience) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let sent = promise ?? context.eventLoop.makePromise()
        unsent += 1
        sent.futureResult.assumeIsolated().whenComplete { _ in
            self.unsent -= 1
            if self.unsent == 0 { self.finish(context) }
        }
        context.write(data, promise: sent)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, unsent > 0 else {
            context.close(mode: mode, promise: promise)
            return
        }
        let ended = closing ?? context.eventLoop.makePromise()
        if let promise { ended.futureResult.cascade(to: promise) }
        guard closing == nil else { return }
        closing = ended
        context.eventLoop.assumeIsolated().scheduleTask(in: patience) { self.finish(context) }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is AtOnce else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        context.close(mode: .all, promise: promise)
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let promise = closing else { return }
        closing = nil
        context.close(mode: .all, promise: promise)
    }
}
