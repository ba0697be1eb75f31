import Digest
import Foundation
import LabelServer
import LabelStore
import Logging
import MySQL
import ObjectStorage
import QueryUnload

extension Workspace {
    /// What serves queries; `nil` where the configuration has none.
    ///
    /// - Throws: `Failure` and `ConfigurationMistakes` for what cannot be meant; also if the database user may do more than
    ///   read.
    func queryService(_ store: LabelStore) async throws -> (service: QueryService, signer: LinkSigner)? {
        guard let settings = configuration.queries else { return nil }
        let signer = try linkSigner(settings)
        let unloader = try unloader(settings)
        do {
            try await unloader.checkUser()
        } catch let problem as UnloadProblem where problem.code == .unavailable {
            // Later it may be there; every query looks again.
            logger.warning("queries: \(problem.message)")
        } catch let problem as UnloadProblem where problem.code == .unsafeUser {
            throw Failure(.usage, code: problem.code.rawValue, problem.message, hint: problem.hint)
        }
        let service = QueryService(
            store: store, unloader: unloader, place: try queryPlace(settings), settings: settings.service,
            worker: Self.worker, logger: logger)
        return (service, signer)
    }

    private func unloader(_ settings: QueriesSettings) throws -> Unloader {
        Unloader(
            database: try queryDatabase(settings), check: SelectCheck(allowing: settings.functions),
            limits: settings.limits, readsBooleans: settings.readsBooleans, mayWrite: settings.mayWrite)
    }

    /// Looks whether queries can be run; `false` where the configuration has none.
    ///
    /// - Throws: what is wrong.
    func checkQueries() async throws -> Bool {
        guard let settings = configuration.queries else { return false }
        _ = try queryPlace(settings)
        try await unloader(settings).checkUser()
        return true
    }

    private func queryDatabase(_ settings: QueriesSettings) throws -> MySQLConfiguration {
        var password = ProcessInfo.processInfo.environment["SHEAF_QUERIES_PASSWORD"]
        if password == nil, let file = settings.passwordFile {
            password = try secret(file, key: "queries.password_file, or set SHEAF_QUERIES_PASSWORD")
        }
        do {
            return try MySQLConfiguration(url: settings.url, password: password)
        } catch {
            throw ConfigurationMistakes(mistakes: [
                ConfigurationMistake(
                    file: configuration.file, line: settings.line, problem: "`queries.database`: \(error.message)")
            ])
        }
    }

    private func secret(_ file: String, key: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure(
                .usage, code: "configuration", "The file \(file) cannot be read.", hint: "Correct \(key).")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    private func queryPlace(_ settings: QueriesSettings) throws -> QueryPlace {
        switch settings.place {
        case .folder(let folder): return .folder(folder)
        case .objects(let text):
            do {
                let location = try ObjectLocation(text)
                let bucket = try ObjectStore(bucket: location.bucket, configuration: .ofThisProcess())
                return .objects(ObjectDestination(store: bucket, location: location))
            } catch {
                throw Failure(
                    .usage, code: "configuration", "`queries.location`: \(error.message).", hint: error.hint)
            }
        }
    }

    /// The key of links: from the environment, a file, or one that is made the first time.
    private func linkSigner(_ settings: QueriesSettings) throws -> LinkSigner {
        let key: String
        if let given = ProcessInfo.processInfo.environment["SHEAF_QUERIES_LINK_KEY"] {
            key = given
        } else if let file = settings.linkKeyFile {
            key = try secret(file, key: "queries.link_key_file, or set SHEAF_QUERIES_LINK_KEY")
        } else {
            key = try ownLinkKey()
        }
        guard let signer = LinkSigner(key: Array(key.utf8)) else {
            throw Failure(
                .usage, code: "configuration",
                "The key of links to results has less than \(LinkSigner.leastKey) characters.",
                hint: "Make one: openssl rand -base64 48")
        }
        return signer
    }

    /// A key of this machine's, which nobody has to make: the same after a restart.
    private func ownLinkKey() throws -> String {
        let file = "\(configuration.stateFolder)/query-links.key"
        if let data = FileManager.default.contents(atPath: file), !data.isEmpty {
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        let key = base64URL(secureRandomBytes(48))
        try? FileManager.default.createDirectory(
            atPath: configuration.stateFolder, withIntermediateDirectories: true)
        // Made under another name, so that two servers that start at once agree on one.
        let draft = "\(file).\(base64URL(secureRandomBytes(6)))"
        let isWritten = FileManager.default.createFile(
            atPath: draft, contents: Data("\(key)\n".utf8), attributes: [.posixPermissions: 0o600])
        defer { try? FileManager.default.removeItem(atPath: draft) }
        _ = link(draft, file)
        guard isWritten, let data = FileManager.default.contents(atPath: file) else {
            throw Failure(
                .output, code: "output", "The key of links to results could not be written to \(file).",
                hint: "Make the folder writable, or set queries.link_key_file.")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
