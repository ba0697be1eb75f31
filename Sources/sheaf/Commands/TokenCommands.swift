import ArgumentParser
import LabelSchema
import LabelStore

extension TokenRole: ExpressibleByArgument {}

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "The tokens that open the HTTP API: make, list and revoke them.",
        discussion: """
            A token is shown once, when it is made; the store keeps a hash of it.

            Examples:
              sheaf token create trainer --role reader --dataset recipe_category
              sheaf token list
              sheaf token revoke k3v9x0q2m7ab --why "the laptop was lost"
            """,
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self],
        defaultSubcommand: TokenListCommand.self)
}

struct TokenCreateCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token, and show it this once.",
        discussion: """
            A reader reads datasets, versions, labels, differences and histories; an
            operator also reads runs, rejections and holds, and approves a hold; an admin
            also reads tokens and the audit. --queries lets it send SELECTs by the
            Queuery protocol, which read whatever the database user of `queries` may
            read: --dataset does not narrow that.

            Examples:
              sheaf token create trainer --role reader
              sheaf token create lab --role reader --dataset dish --expires 90d
              sheaf token create notebooks --role reader --queries
              export SHEAF_TOKEN=$(sheaf token create ci --role reader | head -1)
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "Who or what it is for.")
    var name: String
    @Option(help: "reader, operator or admin.")
    var role: TokenRole
    @Option(help: ArgumentHelp("Only for this dataset; may be given several times.", valueName: "dataset"))
    var dataset: [String] = []
    @Option(help: ArgumentHelp("For how long, such as 90d or 12h (default: until revoked).", valueName: "time"))
    var expires: String?
    @Flag(help: "It may send SELECTs of its own.")
    var queries = false
    @Option(help: "Why, for the history.")
    var why: String?

    /// The longest life that can be asked for.
    private static let longestLife = 3_650 * 86_400

    func validate() throws {
        try ReasonLimit.check(why)
        if name.isEmpty || name.unicodeScalars.count > 100 {
            throw ValidationError("A token's name has from 1 to 100 characters.")
        }
        if expires != nil, lifetime == nil {
            throw ValidationError("--expires takes a time such as 12h or 90d, 3650d at most.")
        }
        if role == .admin, !dataset.isEmpty { throw ValidationError("An admin is one of all datasets.") }
    }

    private var lifetime: Duration? {
        guard let expires else { return nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = expires.last.flatMap({ units[$0] }), let count = Int(expires.dropLast()), count > 0,
            count <= Self.longestLife / unit
        else { return nil }
        return .seconds(count * unit)
    }

    private struct Made: Encodable {
        var token: String
        var id: String
        var name: String
        var role: String
        var datasets: [String]?
        var queries: Bool
        var expiresAt: String?
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let new = NewToken(
                name: name, role: role, datasets: dataset.isEmpty ? nil : Array(Set(dataset)).sorted(),
                mayQuery: queries, lifetime: lifetime)
            let text = try await store.createToken(new, actor: Workspace.actor, why: why)
            let record = try await store.token(publicID: text.publicID)
            console.line(text.revealed)
            console.line()
            console.line(
                console.style.dim(
                    "\(text.publicID), \(role.rawValue)\(record?.expiresAt.map { ", until \($0.shortTime) UTC" } ?? ""). "
                        + "It is shown this once: keep it where secrets are kept."))
            try console.json(
                Made(
                    token: text.revealed, id: text.publicID, name: name, role: role.rawValue, datasets: new.datasets,
                    queries: queries, expiresAt: record?.expiresAt))
            return .success
        }
    }
}

struct TokenListCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the tokens: whose, for what, and when each was last used.",
        discussion: """
            Examples:
              sheaf token list
              sheaf token list --all      also those that are revoked or expired
              sheaf token list --json
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Also those that open nothing any more.")
    var all = false

    private struct Row: Encodable {
        var id: String
        var name: String
        var role: String
        var datasets: [String]?
        var queries: Bool
        var state: String
        var createdBy: String
        var createdAt: String
        var expiresAt: String?
        var revokedAt: String?
        var lastUsedAt: String?
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let tokens = try await workspace.withStore { try await $0.tokens() }.filter { all || $0.state == .active }
        var table = Table()
        table.add(["token", "name", "role", "datasets", "state", "last used (UTC)", "expires", "made by"])
        for token in tokens {
            table.add([
                token.publicID, CellText.shown(token.name), token.role.rawValue + (token.mayQuery ? ", queries" : ""),
                token.datasets?.joined(separator: ", ") ?? "all", token.state.rawValue,
                token.lastUsedAt?.shortTime ?? "never", token.expiresAt?.shortTime ?? "never",
                CellText.shown(token.actor),
            ])
        }
        if tokens.isEmpty {
            console.line("There are no tokens: `sheaf token create NAME --role reader` makes one.")
        } else {
            console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        }
        try console.json(
            tokens.map { token in
                Row(
                    id: token.publicID, name: token.name, role: token.role.rawValue, datasets: token.datasets,
                    queries: token.mayQuery, state: token.state.rawValue, createdBy: token.actor,
                    createdAt: token.createdAt, expiresAt: token.expiresAt, revokedAt: token.revokedAt,
                    lastUsedAt: token.lastUsedAt)
            })
        return .success
    }
}

struct TokenRevokeCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Take a token away, for good.",
        discussion: """
            Servers notice within two seconds, and end downloads that it began.

            Examples:
              sheaf token revoke k3v9x0q2m7ab --why "the laptop was lost"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The token's id, as `sheaf token list` gives it.", valueName: "id"))
    var token: String
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws { try ReasonLimit.check(why) }

    func execute(_ console: Console) async throws -> Exit {
        // Whoever has the whole token at hand may give that; the secret goes nowhere.
        let id = TokenText(token)?.publicID ?? (token.hasPrefix("sheaf_") ? String(token.dropFirst(6)) : token)
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let record = try await store.revokeToken(publicID: id, actor: Workspace.actor, why: why)
            console.line(
                record.state == .revoked
                    ? "\(record.publicID) was revoked already."
                    : "Revoked \(record.publicID) (\(CellText.shown(record.name))).")
            try console.json(["revoked": record.publicID])
            return .success
        }
    }
}
