internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// Takes labels of one part, and writes them out some at a time.
final class PartOutlet {
    /// `nil` for a split that nobody wants.
    private let writer: PartWriter?
    private var renderer: RowRenderer
    private var header: [UInt8]
    private var rows = 0

    /// - Parameters:
    ///   - part: its path, split and content.
    ///   - reading: what is read.
    ///   - settings: how it is written.
    ///   - target: where it goes.
    ///   - areKeys: only keys are written.
    /// - Throws: `ExportProblem` if it cannot be begun.
    init(
        _ part: ExportManifest.Part, _ reading: LabelReading, _ settings: ExportJob.Settings,
        _ target: any ExportTarget, areKeys: Bool
    ) async throws {
        let fields = areKeys ? reading.goneKeyFields : reading.fields
        renderer = RowRenderer(reading.form, fields, isWhole: !areKeys && reading.selection.columns == nil)
        header = RowRenderer.header(reading.form, fields)
        writer =
            part.split == ""
            ? nil : try PartWriter(part, try await target.makeFile(part.path), isCompressed: settings.isCompressed)
    }

    func append(_ key: KeyHash, _ label: UnsafeBufferPointer<UInt8>) throws {
        guard writer != nil else { return }
        try renderer.append(key, label)
        rows += 1
    }

    func append(tombstone row: RedactedRow) {
        guard writer != nil else { return }
        renderer.append(tombstone: row)
        rows += 1
    }

    /// Writes what was appended.
    func flush() async throws {
        guard let writer else { return }
        let bytes = renderer.takeBytes()
        if !header.isEmpty {
            try await writer.write(header, rows: 0)
            header = []
        }
        try await writer.write(bytes, rows: rows)
        rows = 0
    }

    func finish() async throws -> ExportManifest.Part? {
        try await flush()
        return try await writer?.finish()
    }

    func discard() async {
        await writer?.discard()
    }
}

extension LabelReading {
    /// The schema of labels that are gone: they are named as they were.
    var goneSchema: LabelSchema { formerSchema ?? schema }

    /// The fields of the primary key of labels that are gone, in key order.
    var goneKeyFields: [LabelField] {
        let schema = goneSchema
        return schema.primaryKey.compactMap { name in schema.fields.first { $0.name == name } }
    }
}
