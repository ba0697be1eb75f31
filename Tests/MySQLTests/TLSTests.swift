import TestSupport
import Testing

@testable import MySQL

/// Against a server that offers TLS, with a certificate for `localhost` by an authority of its own.
@Suite struct TLSTests {
    private func configuration(_ mode: MySQLConfiguration.TLSMode, trusting isTrusted: Bool) throws
        -> MySQLConfiguration
    {
        var (configuration, authorityFile) = try TestDatabase.serverWithTLS()
        configuration.tlsMode = mode
        configuration.tlsAuthorityFile = isTrusted ? authorityFile : nil
        return configuration
    }

    @Test(arguments: [
        (MySQLConfiguration.TLSMode.disabled, false, false), (.preferred, false, true), (.required, false, true),
        (.verifyCA, true, true), (.verifyIdentity, true, true),
    ])
    func encryptsAsTheModeSays(mode: MySQLConfiguration.TLSMode, isTrusted: Bool, isEncrypted: Bool) async throws {
        let connection = try await MySQLConnection.connect(configuration(mode, trusting: isTrusted))
        let cipher = try await connection.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0].text(1)
        #expect(cipher.isEmpty != isEncrypted)
        await connection.close()
    }

    @Test(arguments: [MySQLConfiguration.TLSMode.verifyCA, .verifyIdentity])
    func refusesACertificateByAnAuthorityThatNobodyTrusts(mode: MySQLConfiguration.TLSMode) async throws {
        let configuration = try configuration(mode, trusting: false)
        let error = try await failure { try await MySQLConnection.connect(configuration).close() }
        #expect(error.kind == .tlsFailed)
        #expect(error.hint?.contains("ssl-ca") == true)
    }

    /// The library calls the end of an encrypted connection a TLS error, which is no mistake in the configuration then.
    @Test func aLostConnectionIsOneWithTLSToo() async throws {
        let configuration = try configuration(.verifyIdentity, trusting: true)
        let pool = MySQLPool(configuration: configuration, maximumConnections: 1, clock: ImmediateClock())
        let lost = try await failure {
            try await pool.withConnection { connection in
                try connection.killItself(configuration)
                try connection.execute("DO 1")
            }
        }
        #expect(lost.kind == .lostConnection, "\(lost)")
        let unknown = try await failure {
            try await pool.withTransaction(retries: .unfenced) { try $0.killItself(configuration) }
        }
        #expect(unknown.kind == .commitOutcomeUnknown, "\(unknown)")
        let attempts = Tally()
        try await pool.withTransaction { connection in
            if attempts.raise() == 1 { try connection.killItself(configuration) }
            try connection.execute("DO 1")
        }
        #expect(attempts.value == 2)
        await pool.close()
    }
}
