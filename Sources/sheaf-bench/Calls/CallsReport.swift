/// What runs over many spreadsheets cost.
struct CallsReport: Codable, Sendable {
    /// One run.
    struct Run: Codable, Sendable {
        var title: String
        /// How many spreadsheets had changed.
        var changed: Int
        /// Calls by the method's name, signing in included.
        var calls: [String: Int]
        var usage: ResourceUsage

        func count(_ methods: String...) -> Int { methods.reduce(0) { $0 + (calls[$1] ?? 0) } }

        /// All but signing in.
        var total: Int { calls.reduce(0) { $0 + ($1.key == CallsReport.signIn ? 0 : $1.value) } }

        /// Calls that Google counts as reads of spreadsheets.
        var sheetsReads: Int { count("spreadsheets.get", "spreadsheets.values.batchGet") }
    }

    static let signIn = "token"
    private static let quota = 60

    var spreadsheets: Int
    var rows: Int
    var optimised: Bool
    var processors: Int
    var runs: [Run]

    /// A table in Markdown, and what is to be known of it.
    func lines() -> [String] {
        var lines = [
            "| run over \(TextTable.grouped(spreadsheets)) spreadsheets | API calls | `changes` | `files.get` "
                + "| `spreadsheets.get` | `values.batchGet` | seconds | minutes at \(Self.quota) reads a minute |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for run in runs {
            let cells = [
                run.title, TextTable.grouped(run.total),
                TextTable.grouped(run.count("drive.changes.list", "drive.changes.getStartPageToken")),
                TextTable.grouped(run.count("drive.files.get")), TextTable.grouped(run.count("spreadsheets.get")),
                TextTable.grouped(run.count("spreadsheets.values.batchGet")), TextTable.decimals(run.usage.wall, 2),
                TextTable.grouped(run.sheetsReads / Self.quota),
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        lines += [
            "",
            "Each run signs in once beside that. \(rows) rows in each spreadsheet, all of one dataset; the seconds are",
        ]
        lines.append(
            "those of a whole process without a quota, on \(processors) processors, with the stand-in for Google and the"
        )
        lines.append("database on the same machine: Google itself takes a good part of a second to answer a call.")
        if !optimised { lines.append("This is a debug build: the seconds say nothing.") }
        return lines
    }
}
