import TestSupport
import Testing

@testable import MySQL

/// What someone sees who has made a mistake in the store URL, or whose database is not well.
@Suite struct ConnectFailureTests {
    private func connectFailure(_ configuration: MySQLConfiguration) async throws -> MySQLError {
        try await failure { try await MySQLConnection.connect(configuration).close() }
    }

    @Test(arguments: [
        "mysql://sheaf@127.0.0.1:1/labels", "mysql://sheaf@localhost/labels?socket=/nonexistent/mysqld.sock",
        "mysql://sheaf@no-such-host.invalid/labels?ssl-mode=disabled",
    ])
    func aServerThatCannotBeReachedIsNamedAtOnce(url: String) async throws {
        let configuration = try MySQLConfiguration(url: url, password: "s3cret")
        let error = try await connectFailure(configuration)
        #expect(error.kind == .connectFailed, "\(error)")
        #expect(error.hint?.contains("store URL") == true)
        #expect(!"\(error)".contains("s3cret"))
        // A first attempt that finds nobody is a mistake to be told, not a failover to be waited for.
        let pool = MySQLPool(configuration: configuration)
        #expect(try await failure { try await pool.withTransaction { try $0.ping() } }.kind == .connectFailed)
        await pool.close()
    }

    @Test func anUnknownDatabaseIsNamed() async throws {
        var configuration = try TestDatabase.serverConfiguration()
        configuration.database = "sheaf_no_such_database"
        let error = try await connectFailure(configuration)
        #expect(error.kind == .unknownDatabase)
        #expect(error.message.contains("sheaf_no_such_database"))
        #expect(error.hint?.contains("create the database") == true)
    }

    @Test func aWrongPasswordIsSaidWithoutRepeatingIt() async throws {
        try await withUser { configuration in
            var wrong = configuration
            wrong.password = "wr0ng-s3cret"
            let error = try await connectFailure(wrong)
            #expect(error.kind == .accessDenied)
            #expect(error.hint?.contains("password") == true)
            #expect(!"\(error)".contains("s3cret"))
            // The right one is no mistake.
            try await MySQLConnection.connect(configuration).close()
        }
    }

    @Test func aMissingGrantIsSaid() async throws {
        try await withUser { configuration in
            let connection = try await MySQLConnection.connect(configuration)
            let error = try await failure { try await connection.execute("SELECT * FROM mysql.user") }
            #expect(error.kind == .accessDenied)
            #expect(error.hint?.contains("grants") == true)
            await connection.close()
        }
    }

    @Test(
        .enabled(if: TestDatabase.isPrivate),
        arguments: [MySQLConfiguration.TLSMode.required, .verifyCA, .verifyIdentity])
    func neverFallsBackToPlainTextWhereTLSIsAskedFor(mode: MySQLConfiguration.TLSMode) async throws {
        var configuration = try TestDatabase.serverConfiguration()
        configuration.tlsMode = mode
        let error = try await connectFailure(configuration)
        #expect(error.kind == .tlsFailed, "\(error)")
        #expect(error.hint?.contains("ssl-mode") == true)
        configuration.tlsMode = .preferred
        try await MySQLConnection.connect(configuration).close()
    }

    @Test(.enabled(if: TestDatabase.isPrivate))
    func aReadOnlyServerHasAnErrorOfItsOwn() async throws {
        try await withUser { configuration in
            let administrator = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
            let pool = MySQLPool(configuration: configuration, maximumConnections: 1, clock: ImmediateClock())
            try await pool.withConnection { connection in try connection.execute("CREATE TABLE t (v INT)") }
            // Only users without the right to write in spite of it are held back: no other test is one.
            try await administrator.execute("SET GLOBAL read_only = 1")
            let attempts = Tally()
            let result = await Result {
                try await pool.withTransaction { connection in
                    attempts.raise()
                    try connection.execute("INSERT INTO t VALUES (1)")
                }
            }
            try await administrator.execute("SET GLOBAL read_only = 0")
            let error = #expect(throws: MySQLError.self) { try result.get() }
            #expect(error?.kind == .readOnly)
            #expect(error?.hint?.contains("writer") == true)
            #expect(attempts.value == 8, "each attempt asks a new connection whether it is the writer")
            // Once the server is a writer again, so is the pool.
            try await pool.withTransaction { connection in try connection.execute("INSERT INTO t VALUES (1)") }
            await pool.close()
            await administrator.close()
        }
    }

    /// Runs the body as a user with a password, who may write in one database and do nothing else.
    private func withUser(_ body: (MySQLConfiguration) async throws -> Void) async throws {
        try await TestDatabase.withDatabase { configuration in
            let administrator = try await MySQLConnection.connect(configuration)
            let database = configuration.database ?? ""
            let name = "u_" + database.suffix(24)
            try await administrator.execute("CREATE USER '\(name)'@'%' IDENTIFIED BY 'r1ght-s3cret'")
            try await administrator.execute("GRANT ALL ON `\(database)`.* TO '\(name)'@'%'")
            var user = configuration
            user.user = name
            user.password = "r1ght-s3cret"
            let result = await Result { try await body(user) }
            try await administrator.execute("DROP USER '\(name)'@'%'")
            await administrator.close()
            try result.get()
        }
    }
}

extension Result where Failure == any Error {
    /// The outcome of the body, to be looked at after something else.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
