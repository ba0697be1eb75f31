/// Where the files of an export go: a folder, or objects under a prefix.
///
/// A file appears whole or not at all, and `manifest.json` last of all: whoever sees it sees everything.
package protocol ExportTarget: Sendable {
    /// Makes ready for an export.
    ///
    /// - Parameters:
    ///   - identity: What the export is known by.
    ///   - replaces: Whether another export that is there may go.
    /// - Returns: What an earlier try at the same export has left.
    /// - Throws: `ExportProblem` with `occupied` if there is something else.
    func begin(identity: String, replaces: Bool) async throws -> ExportRemains

    /// Begins a file.
    func makeFile(_ path: String) async throws -> any ExportFile

    /// Notes which parts are whole, so that another try need not write them again.
    func note(_ journal: ExportJournal) async throws

    /// Makes the export visible; its manifest is the last file that was written.
    func finish() async throws

    /// Leaves what is whole for another try, and lets go of all else.
    func leave() async
}

/// A file of an export on its way.
package protocol ExportFile: AnyObject {
    func write(_ bytes: [UInt8]) async throws
    /// Makes the file visible under its name.
    func finish() async throws
    /// Leaves nothing behind.
    func discard() async
}

/// What there is of an export.
package enum ExportRemains: Sendable {
    case nothing
    /// These parts are whole.
    case parts([ExportManifest.Part])
    /// All of it is there, with this manifest.
    case everything(ExportManifest)
}

/// What is kept of an export that is not over.
package struct ExportJournal: Codable, Sendable {
    package var identity: String
    package var parts: [ExportManifest.Part]
    /// Files of another export, which go once this one is whole; a target's own matter.
    package var replaced: [String]?

    package init(identity: String, parts: [ExportManifest.Part]) {
        (self.identity, self.parts) = (identity, parts)
    }
}
