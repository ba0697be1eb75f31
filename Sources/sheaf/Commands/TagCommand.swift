import ArgumentParser
import LabelSchema
import LabelStore
import Sync

struct TagCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Give a version a name that stays.",
        discussion: """
            A tag is taken wherever a version is: `sheaf export dish@release-1`. It stays
            where it is unless --force moves or deletes it, and `sheaf audit` tells who
            did that. A version that has a tag is never pruned.

            Examples:
              sheaf tag recipe_category@12 release-2026-11 --why "in the app since today"
              sheaf tag recipe_category baseline         the newest version
              sheaf tag recipe_category --list
              sheaf tag recipe_category@13 release-2026-11 --force
              sheaf tag recipe_category --delete baseline --force
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A dataset, or one of its versions.", valueName: "dataset[@version]"))
    var version: String
    @Argument(help: "The tag: begins with a letter; letters, digits, `.`, `_`, `-` and `/`.")
    var name: String?
    @Flag(help: "List the dataset's tags.")
    var list = false
    @Option(help: ArgumentHelp("Take this tag away; needs --force.", valueName: "tag"))
    var delete: String?
    @Flag(help: "Move a tag that another version has, or delete one.")
    var force = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws {
        try ReasonLimit.check(why)
        switch (name, list, delete) {
        case (_?, false, nil): break
        case (nil, true, nil), (nil, false, _?):
            if version.contains("@") { throw ValidationError("--list and --delete take a dataset, without a version.") }
            if delete != nil, !force { throw ValidationError("A tag goes only with --force: others may rely on it.") }
        default: throw ValidationError("Give the name of a tag, --list or --delete TAG.")
        }
        if let name, let mistake = VersionName.tagMistake(name) { throw ValidationError(mistake) }
    }

    private struct Row: Encodable {
        var dataset: String
        var tag: String
        var version: Int
        var by: String
        var why: String?
        var at: String
    }

    /// What a tag was and is.
    private struct Change: Encodable {
        var dataset: String
        var tag: String
        var from: Int?
        var to: Int?
        /// What there is to tell of the tag's view.
        var warnings: [String] = []
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let reference = try VersionReference(version)
            let dataset = try await store.dataset(reference.dataset)
            if list {
                try await showList(dataset, store, console)
                return .success
            }
            // Not in want of a lease: what is wrong is told even while a run is under way.
            let target = name == nil ? nil : try await store.version(named: reference.version, of: dataset)
            var change = try await store.withLease(
                SyncRunner.leaseName(dataset: dataset.name), owner: Workspace.worker
            ) { lease in
                if let delete {
                    let from = try await store.deleteTag(
                        delete, of: dataset, actor: Workspace.actor, why: why, lease: lease)
                    return Change(dataset: dataset.name, tag: delete, from: from, to: nil)
                }
                let (name, number) = (name ?? "", target?.version ?? 0)
                let from = try await store.setTag(
                    name, to: number, of: dataset, moves: force, actor: Workspace.actor, why: why, lease: lease)
                return Change(dataset: dataset.name, tag: name, from: from, to: number)
            }
            change.warnings = await workspace.reconcileViews(of: dataset.name, store, published: true).warnings
            console.line(text(change))
            for warning in change.warnings {
                console.line("  " + console.style.yellow(CellText.shown(warning, limit: 500)))
            }
            try console.json(change)
            return .success
        }
    }

    private func text(_ change: Change) -> String {
        let (dataset, tag) = (change.dataset, CellText.shown(change.tag))
        return switch (change.from, change.to) {
        case (let from?, nil): "\(dataset): the tag \(tag) is gone; it was version \(from)."
        case (let from?, let to?) where from == to: "\(tag) is \(dataset)@\(to) already."
        case (let from?, let to?): "\(tag) is \(dataset)@\(to) now; it was version \(from)."
        case (nil, let to): "\(tag) is \(dataset)@\(to ?? 0) now."
        }
    }

    private func showList(_ dataset: DatasetRecord, _ store: LabelStore, _ console: Console) async throws {
        let tags = try await store.tags(of: dataset)
        var table = Table()
        table.add(["tag", "version", "by", "since (UTC)", ""])
        for tag in tags {
            table.add([
                CellText.shown(tag.name), "\(dataset.name)@\(tag.version)", CellText.shown(tag.actor),
                tag.createdAt.shortTime, CellText.shown(tag.reason ?? ""),
            ])
        }
        if tags.isEmpty {
            console.line("\(dataset.name) has no tags.")
        } else {
            console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        }
        try console.json(
            tags.map { tag in
                Row(
                    dataset: dataset.name, tag: tag.name, version: tag.version, by: tag.actor, why: tag.reason,
                    at: tag.createdAt)
            })
    }
}
