/// The body of an answer, chunk by chunk as it comes in, decoded of any compression.
///
/// The transfer pauses when its reader falls behind. When the sequence ends without an error and the status is 2xx,
/// the body was complete: whatever came short of what the server announced is thrown as an `HTTPError`, after the
/// chunks that did arrive. There is one body: a second iterator goes on where the first one stopped.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPError

    let pipe: TransferPipe

    package func makeAsyncIterator() -> Iterator {
        Iterator(pipe: pipe)
    }

    /// Reads the chunks one by one.
    package struct Iterator: AsyncIteratorProtocol {
        let pipe: TransferPipe

        /// The next chunk, never empty; nil at the proven end of the body.
        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPError) -> [UInt8]? {
            try await pipe.nextChunk()
        }
    }

    /// The whole rest of the body.
    ///
    /// - Throws: `HTTPError` with `bodyTooLarge`, which also ends the transfer, if it has more bytes than `limit`.
    package func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        var collected: [UInt8] = []
        while let chunk = try await pipe.nextChunk() {
            guard collected.count + chunk.count <= limit else {
                let error = pipe.error(.bodyTooLarge, "the answer has more than \(limit) bytes")
                pipe.abandon(error)
                throw error
            }
            if collected.isEmpty {
                collected = chunk
            } else {
                collected.append(contentsOf: chunk)
            }
        }
        return collected
    }
}
