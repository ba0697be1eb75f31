internal import Digest
internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// Writes the labels of a version into files: in parts that are made side by side, with a manifest and a Data Package.
package struct ExportJob: Sendable {
    package struct Settings: Sendable {
        /// How many parts the labels are cut into, of about the same size.
        package var parts: Int
        /// Whether parts are compressed with gzip.
        package var isCompressed: Bool
        /// Whether another export that is in the way may go.
        package var replaces: Bool
        /// How many parts are made at once.
        package var workers: Int

        package init(parts: Int = 1, isCompressed: Bool = false, replaces: Bool = false, workers: Int = 4) {
            (self.parts, self.isCompressed, self.replaces) = (parts, isCompressed, replaces)
            self.workers = workers
        }
    }

    /// What came of it.
    package struct Result: Sendable {
        package let manifest: ExportManifest
        /// Parts that an earlier try had written already.
        package let reused: Int
    }

    package static let mostParts = 1_000

    let reading: LabelReading
    let settings: Settings
    let target: any ExportTarget

    package init(_ reading: LabelReading, _ settings: Settings, to target: any ExportTarget) {
        (self.reading, self.settings, self.target) = (reading, settings, target)
    }

    /// Writes all files, or those that an earlier try has not.
    ///
    /// - Parameter progress: is told how many labels were looked at since it was told last.
    /// - Returns: the manifest, and what was there already.
    /// - Throws: `ExportProblem`; whatever reading throws. What is whole stays for another try.
    package func run(progress: @escaping @Sendable (Int) -> Void) async throws -> Result {
        let identity = identity
        let remains = try await target.begin(identity: identity, replaces: settings.replaces)
        do {
            let before: [ExportManifest.Part]
            switch remains {
            case .everything(let manifest): return Result(manifest: manifest, reused: manifest.parts.count)
            case .parts(let parts): before = parts
            case .nothing: before = []
            }
            var parts = try await writeParts(before, identity, progress)
            try await reading.requireNothingRedactedMeanwhile()
            parts.sort { $0.path < $1.path }
            let manifest = manifest(parts)
            try await put("schema.json", reading.schema.document)
            for (path, bytes) in DataPackage(reading, manifest).files() { try await put(path, bytes) }
            try await put(ExportManifest.path, try manifest.document())
            try await target.finish()
            return Result(manifest: manifest, reused: before.count)
        } catch {
            await target.leave()
            throw error
        }
    }

    // MARK: - Parts

    /// Some parts that are made together: those of one stretch of keys, one for each split.
    private struct Batch: Sendable {
        let stretch: KeyStretch
        let content: String
        let parts: [ExportManifest.Part]
    }

    private var batches: [Batch] {
        let splits: [String?]
        if let split = reading.selection.split {
            splits = split.plan.shares.map { share in
                split.only == nil || split.only == share.name ? share.name : nil
            }
        } else {
            splits = [nil]
        }
        let isSplit = reading.selection.split != nil
        func batch(_ index: Int, _ stretch: KeyStretch, _ content: String) -> Batch {
            let number = String(index)
            let padded = String(repeating: "0", count: max(0, 5 - number.count)) + number
            let parts = splits.map { split in
                let name = [split ?? "", content == "gone" ? "gone" : split == nil ? "part" : "", padded]
                return ExportManifest.Part(
                    path: "data/\(name.filter { !$0.isEmpty }.joined(separator: "-")).\(suffix)",
                    split: isSplit ? split ?? "" : nil, content: content, rows: 0, bytes: 0, sha256: "")
            }
            return Batch(stretch: stretch, content: content, parts: parts)
        }
        let labels = KeyStretch.equalParts(settings.parts).enumerated().map { batch($0, $1, "labels") }
        return reading.selection.changedSince == nil ? labels : labels + [batch(0, .all, "gone")]
    }

    private var suffix: String {
        reading.form.format.rawValue + (settings.isCompressed ? ".gz" : "")
    }

    private func writeParts(
        _ before: [ExportManifest.Part], _ identity: String, _ progress: @escaping @Sendable (Int) -> Void
    ) async throws -> [ExportManifest.Part] {
        let there = Set(before.map(\.path))
        // A part of a split that is not wanted has an empty name, and is not made.
        var waiting = batches.filter { !$0.parts.allSatisfy { $0.split == "" || there.contains($0.path) } }[...]
        var journal = ExportJournal(identity: identity, parts: before)
        try await withThrowingTaskGroup(of: [ExportManifest.Part].self) { group in
            for _ in 0..<max(1, settings.workers) {
                guard let batch = waiting.popFirst() else { break }
                group.addTask { try await write(batch, progress) }
            }
            while let written = try await group.next() {
                journal.parts += written.filter { part in !journal.parts.contains { $0.path == part.path } }
                try await target.note(journal)
                if let batch = waiting.popFirst() { group.addTask { try await write(batch, progress) } }
            }
        }
        return journal.parts
    }

    private func write(_ batch: Batch, _ progress: @Sendable (Int) -> Void) async throws -> [ExportManifest.Part] {
        let isGone = batch.content == "gone"
        var outlets: [PartOutlet] = []
        do {
            for part in batch.parts {
                outlets.append(try await PartOutlet(part, reading, settings, target, areKeys: isGone))
            }
            if isGone {
                try await GoneLabels(reading).forEachRows { rows in try await Self.put(rows, into: outlets) }
            } else {
                try await reading.forEachRows(in: batch.stretch, limit: LabelReading.usualChunk) { rows in
                    try await Self.put(rows, into: outlets)
                    progress(rows.count)
                    return true
                }
            }
            var parts: [ExportManifest.Part] = []
            for outlet in outlets {
                if let part = try await outlet.finish() { parts.append(part) }
            }
            return parts
        } catch {
            for outlet in outlets { await outlet.discard() }
            throw error
        }
    }

    private static func put(_ rows: some PlacedRows, into outlets: [PartOutlet]) async throws {
        try rows.forEach(
            { place, key, label in try outlets[place].append(key, label) },
            tombstone: { row in
                outlets.first?.append(tombstone: row)
            })
        for outlet in outlets { try await outlet.flush() }
    }

    private func put(_ path: String, _ bytes: [UInt8]) async throws {
        let file = try await target.makeFile(path)
        do {
            try await file.write(bytes)
            try await file.finish()
        } catch {
            await file.discard()
            throw error
        }
    }

    // MARK: - What it is

    /// Equal for equal files.
    private var identity: String {
        var hasher = SHA256Hasher()
        hasher.update("\(ExportManifest.formatName)\n\(reading.dataset.name)\n\(reading.version.version)\n")
        hasher.update("\(reading.identity.hex)\n\(settings.parts)\n\(suffix)\n")
        return hasher.finish().hex
    }

    private func manifest(_ parts: [ExportManifest.Part]) -> ExportManifest {
        let (version, selection) = (reading.version, reading.selection)
        return ExportManifest(
            format: ExportManifest.formatName, identity: identity, dataset: reading.dataset.name,
            version: version.version, versionHash: version.versionHash.hex, rootHash: version.rootHash.hex,
            schemaHash: version.schemaHash.hex, publishedAt: version.publishedAt, labels: version.labelCount,
            leftOut: reading.form.hasTombstones ? 0 : reading.leftOut, fileFormat: reading.form.format.rawValue,
            compression: settings.isCompressed ? "gzip" : nil,
            formulas: reading.form.format == .csv ? reading.form.formulas.rawValue : nil,
            columns: selection.columns, condition: selection.condition,
            split: selection.split.map { choice in
                .init(
                    shares: choice.plan.text, salt: choice.plan.salt, by: choice.field, only: choice.only)
            },
            changedSince: selection.changedSince,
            rows: parts.filter { $0.content == "labels" }.reduce(0) { $0 + $1.rows },
            bytes: parts.reduce(0) { $0 + $1.bytes }, parts: parts)
    }
}

/// Labels with the places of their splits.
protocol PlacedRows {
    func forEach(
        _ body: (Int, KeyHash, UnsafeBufferPointer<UInt8>) throws -> Void, tombstone: (RedactedRow) -> Void
    ) throws
}

extension SelectedRows: PlacedRows {}
