internal import Tabular

/// A `RowConsumer` seen from a reader: its errors are marked as its own, so that no reader takes them for a failure
/// of the source and tries again.
struct ConsumerPort: Sendable {
    private let consumer: any RowConsumer

    init(_ consumer: any RowConsumer) {
        self.consumer = consumer
    }

    func begin(_ identity: SheetIdentity) async throws(SheetError) {
        do {
            try await consumer.begin(identity)
        } catch {
            throw Self.stopped(error)
        }
    }

    /// Hands rows over, without those above the header row; returns how many there were.
    func receive(_ batch: RowBatch, from sheet: SheetReference) async throws(SheetError) -> Int {
        try await receive(batch, fromRow: sheet.headerRow)
    }

    /// Hands rows over, without those above sheet row `first`; returns how many there were.
    func receive(_ batch: RowBatch, fromRow first: Int) async throws(SheetError) -> Int {
        let dropped = min(max(0, first - batch.firstRowNumber), batch.rowCount)
        let batch = dropped > 0 ? batch.part(dropped..<batch.rowCount) : batch
        guard batch.rowCount > 0 else { return 0 }
        do {
            try await consumer.receive(batch)
        } catch {
            throw Self.stopped(error)
        }
        return batch.rowCount
    }

    private static func stopped(_ error: any Error) -> SheetError {
        if error is CancellationError { return SheetError(.cancelled, "reading was called off") }
        return SheetError(.consumerStopped, "its rows were not taken: \(error)", underlying: error)
    }
}
