import ArgumentParser

/// What every measurement that starts programs can be told.
struct CommonBenchOptions: ParsableArguments {
    @Flag(help: "Keep the folder with databases, configurations and logs, and tell where it is.")
    var keep = false

    @Option(
        help: ArgumentHelp(
            "The folder with sheaf and sheaf-emulator (default: that of this program).", valueName: "folder"))
    var programs: String?

    /// Runs a body with the programs and a folder, which is removed afterwards.
    func withPrograms<R>(_ body: (Programs) async throws -> R) async throws -> R {
        let folder = try BenchFolder()
        let result: Result<R, any Error>
        do {
            result = .success(try await body(try Programs(in: programs, folder: folder)))
        } catch {
            result = .failure(error)
        }
        if keep { Note.write("Kept: \(folder.path)") } else { folder.remove() }
        return try result.get()
    }
}
