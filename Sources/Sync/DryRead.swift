internal import Digest
internal import LabelDiff
package import LabelSchema
package import SheetSource

/// A sheet as a run takes it in, with no store to compare it with.
package struct DryRead: Sendable {
    package let reading: SheetReading
    /// Rows of data with a readable key.
    package let rows: Int
    /// Those that the schema refuses, or whose key cannot be read.
    package let rejected: Int
    /// What tells this state of the sheet from another.
    package let digest: [UInt8]

    /// Reads, validates, hashes and spools a sheet as a run does, and keeps nothing of it: for measuring.
    package static func read(
        _ sheet: SheetReference, _ schema: LabelSchema, from reader: some SheetReader
    ) async throws -> DryRead {
        let collector = SheetCollector(schema: schema, sheetIndex: 0, spool: try Spool()) { _ in }
        let reading = try await reader.read(sheet, into: collector)
        let seen = try await collector.finish(reading)
        return DryRead(
            reading: reading, rows: seen.rows.count,
            rejected: seen.unreadable.count + seen.rows.count { $0.kind == .invalid }, digest: seen.digest.bytes)
    }
}
