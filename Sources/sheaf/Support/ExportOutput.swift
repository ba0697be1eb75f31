import Compression
import Digest
import Foundation
import LabelExport
import LabelStore
import ObjectStorage
import Synchronization

/// Where an export goes, and what is told of it.
struct ExportOutput {
    let reading: LabelReading
    let isCompressed: Bool
    let parts: Int
    let replaces: Bool

    /// What was written.
    struct Result: Encodable {
        var dataset: String
        var version: Int
        var versionHash: String
        /// Labels written.
        var labels: Int
        /// Labels of the version whose text was taken away, and how many of them are not in the files.
        var redacted: Int
        var leftOut: Int
        var output: String
        var bytes: Int?
        var parts: Int?
        /// Parts that an earlier try had written already.
        var reused: Int?
        /// Keys of labels that are not there any more.
        var gone: Int?

        var line: String {
            var line = "\(dataset)@\(version): \(labels.counted("label"))"
            if let gone { line += ", \(gone.grouped) gone" }
            line += " in \(output)"
            guard let parts else { return line }
            line += ", \(parts.counted("file"))"
            if let reused, reused > 0 { line += " (\(reused) of them there already)" }
            return line
        }

        var notes: [String] = []

        private enum CodingKeys: CodingKey {
            case dataset, version, versionHash, labels, redacted, leftOut, output, bytes, parts, reused, gone
        }
    }

    /// Whether a path means a folder, of files or of objects.
    static func isFolder(_ path: String?) -> Bool {
        guard let path, path != "-" else { return false }
        if path.hasSuffix("/") || path.hasPrefix("s3://") { return true }
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func result(_ output: String, labels: Int) -> Result {
        let (version, form) = (reading.version, reading.form)
        let leftOut = form.hasTombstones ? 0 : reading.leftOut
        var result = Result(
            dataset: reading.dataset.name, version: version.version, versionHash: version.versionHash.hex,
            labels: labels, redacted: reading.redacted.count,
            leftOut: form.hasTombstones ? reading.redacted.count : leftOut, output: output)
        let told = form.hasTombstones ? reading.redacted.count : leftOut
        if told > 0 {
            result.notes.append(
                "\(reading.dataset.name)@\(version.version): \(told.counted("redacted label")) "
                    + (form.hasTombstones ? "with hashes only" : "left out"))
        }
        return result
    }

    private func progressText(_ done: Int) -> String {
        "\(done.grouped) of \(reading.version.labelCount.counted("label"))"
    }

    // MARK: - One file

    /// Writes one file, or to standard output.
    ///
    /// - Parameter path: the file; `nil` for standard output.
    /// - Returns: what was written.
    /// - Throws: `Failure` if it cannot be written; whatever reading throws.
    func write(toFile path: String?) async throws -> Result {
        let file = try OutputFile(path: path)
        let progress = ProgressLine(isShown: path != nil)
        // A terminal would obey control characters that somebody typed into a cell.
        let isTerminal = path == nil && !isCompressed && isatty(STDOUT_FILENO) == 1
        let encoder = isCompressed ? GzipEncoder() : nil
        func put(_ bytes: [UInt8]) throws {
            if bytes.isEmpty { return }
            let bytes = encoder?.encode(bytes) ?? bytes
            try file.write(isTerminal ? Array(harmless(bytes).utf8) : bytes)
        }
        var (labels, seen) = (0, 0)
        do {
            try put(reading.header)
            try await reading.forEachChunk { chunk in
                try put(chunk.bytes)
                labels += chunk.rows
                seen += chunk.seen
                progress.show(progressText(seen))
            }
            if let encoder { try file.write(encoder.finish()) }
            try await reading.requireNothingRedactedMeanwhile()
            progress.clear()
            try file.finish()
        } catch {
            progress.clear()
            file.discard()
            throw error
        }
        var result = result(
            path ?? "standard output", labels: reading.form.hasTombstones ? labels - reading.redacted.count : labels)
        if reading.selection.changedSince != nil {
            result.notes.append(
                "Labels that are gone since are not in one file: an export into a folder lists them.")
        }
        return result
    }

    private func harmless(_ bytes: [UInt8]) -> String {
        reading.form.format == .csv ? CSVText.harmless(bytes) : Console.harmless(Data(bytes))
    }

    // MARK: - A folder

    /// Writes parts, their manifest and a Data Package into a folder.
    ///
    /// - Parameter path: the folder.
    /// - Returns: what was written.
    /// - Throws: `ExportProblem`; whatever reading throws.
    func write(toFolder path: String) async throws -> Result {
        let progress = ProgressLine(isShown: true)
        let done = Mutex(0)
        let target: any ExportTarget =
            path.hasPrefix("s3://")
            ? try ObjectTarget(try ObjectLocation(path), try ObjectStoreConfiguration.ofThisProcess())
            : FolderTarget(path: path)
        let job = ExportJob(
            reading, .init(parts: parts, isCompressed: isCompressed, replaces: replaces), to: target)
        let made: ExportJob.Result
        do {
            made = try await job.run { seen in
                let sum = done.withLock { done in
                    done += seen
                    return done
                }
                progress.show(progressText(sum))
            }
            progress.clear()
        } catch {
            progress.clear()
            throw error
        }
        let manifest = made.manifest
        var result = result(path, labels: manifest.rows)
        result.bytes = manifest.bytes
        result.parts = manifest.parts.count
        result.reused = made.reused
        if manifest.changedSince != nil {
            result.gone = manifest.parts.filter { $0.content == "gone" }.reduce(0) { $0 + $1.rows }
        }
        return result
    }
}
