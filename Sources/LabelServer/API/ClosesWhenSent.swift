internal import NIOCore

/// Keeps a connection from being closed before what was written to it is sent, and no longer than somebody takes it.
///
/// A server that ends closes each connection behind its last answer. What a slow reader has not taken by then would be lost
/// with it, and half an answer look like a cut one. A reader that takes nothing at all is let go: of the connections that
/// there may be, each is for whoever uses it, and to sit on one needs no token.
final class ClosesWhenSent: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    /// Asks for the end at once, whatever is left to be sent.
    struct AtOnce: Sendable {}

    /// So much of one write has to be taken within the time-out: little, since some lines are slow.
    private static let least = 64 << 10

    private let patience: TimeAmount
    private let stall: TimeAmount
    private var unsent = 0
    private var sent = 0
    private var looking: Scheduled<Void>?
    private var closing: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - patience: how long a close waits at most.
    ///   - stall: in so long, the reader has to take something.
    init(patience: Duration, stall: Duration) {
        (self.patience, self.stall) = (TimeAmount(patience), TimeAmount(stall))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let sent = promise ?? context.eventLoop.makePromise()
        unsent += 1
        sent.futureResult.assumeIsolated().whenComplete { _ in
            self.unsent -= 1
            self.sent += 1
            if self.unsent == 0 { self.finish(context) }
        }
        context.write(data, promise: sent)
        if looking == nil { look(context) }
    }

    /// Looks again in a while, whether anything was taken.
    private func look(_ context: ChannelHandlerContext) {
        let (sentBefore, bytesBefore) = (sent, buffered(context))
        looking = context.eventLoop.assumeIsolated().scheduleTask(in: stall) {
            self.looking = nil
            if self.unsent == 0 { return }
            if self.sent == sentBefore, self.buffered(context) > bytesBefore - Self.least {
                context.close(mode: .all, promise: nil)
            } else {
                self.look(context)
            }
        }
    }

    /// Bytes that wait for the reader.
    private func buffered(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        looking?.cancel()
        looking = nil
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
