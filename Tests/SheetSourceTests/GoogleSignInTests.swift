import Foundation
import HTTPTransfer
import Logging
import SheetsEmulator
import Testing

@testable import SheetSource

@Suite struct SigningIn {
    @Test func isDoneAgainWhenATokenIsRefused() async throws {
        try await GoogleWorld.with { world in
            let source = world.source()
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            world.emulator.expireTokens()
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            #expect(world.emulator.counters["token"] == 2)
        }
    }

    @Test func isDoneAgainBeforeATokenEnds() async throws {
        try await GoogleWorld.with { world in
            let source = world.source()
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            world.hooks.secondsAhead = 3_000
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            #expect(world.emulator.counters["token"] == 1)
            world.hooks.secondsAhead = 3_400
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            #expect(world.emulator.counters["token"] == 2)
        }
    }

    @Test func isNotDoneForeverWhenNoTokenIsTaken() async throws {
        try await GoogleWorld.with { world in
            world.emulator.inject(EmulatorFault(.status(401), times: 100, method: "drive.files.get"))
            let error = try await sheetFailure {
                _ = try await world.source().read(GoogleWorld.sheet, into: Collector())
            }
            #expect(error.code == .signInRefused)
            #expect(world.emulator.counters["token"] == 2)
        }
    }

    @Test(arguments: [EmulatorFault.Kind.status(503), .status(429), .reset])
    func isTriedAgainWhenTheEndpointIsBusy(_ kind: EmulatorFault.Kind) async throws {
        try await GoogleWorld.with { world in
            world.emulator.inject(EmulatorFault(kind, times: 2, method: "token"))
            _ = try await world.source().read(GoogleWorld.sheet, into: Collector())
            #expect(world.emulator.counters["token"] == 3)
        }
    }

    @Test func takesAKeyFileFromTheEnvironment() async throws {
        try await GoogleWorld.with { world in
            let credentials = GoogleCredentials.applicationDefault(
                environment: ["GOOGLE_APPLICATION_CREDENTIALS": world.keyFile])
            let source = world.source(world.configuration(credentials))
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
        }
    }

    @Test func goesWhereTheKeyFileSaysUnlessToldOtherwise() async throws {
        try await GoogleWorld.with { world in
            var configuration = world.configuration()
            configuration.endpoint = nil
            #expect(configuration.tokenEndpoint == nil)
            let issuer = TokenIssuer(
                configuration: configuration, client: HTTPClient(), logger: Logger(label: "test"), now: secondsSince1970
            )
            let token = try await issuer.issue().value
            #expect(!token.isEmpty)
        }
    }

    @Test func tellsARevokedKey() async throws {
        try await GoogleWorld.with { world in
            // The account has another key now, and the one in the file is worth nothing any more.
            let pair = try RSAKeyPair.generate()
            world.emulator.addServiceAccount(email: world.email, publicKeyPEM: pair.publicKeyPEM)
            let error = try await sheetFailure {
                _ = try await world.source().read(GoogleWorld.sheet, into: Collector())
            }
            #expect(error.code == .signInRefused)
            #expect(error.concernsEverySheet)
            #expect(error.detail.contains(world.email))
            #expect(error.hint.contains("revoked"))
            #expect(world.emulator.counters["token"] == 1)
        }
    }

    @Test func tellsAnAccountThatIsGone() async throws {
        try await GoogleWorld.with { world in
            let text = try String(contentsOfFile: world.keyFile, encoding: .utf8)
            let other = try world.folder.write(
                text.replacingOccurrences(of: world.email, with: "gone@x.iam.gserviceaccount.com"), to: "gone.json")
            let source = world.source(world.configuration(.serviceAccountFile(other)))
            let error = try await sheetFailure { _ = try await source.read(GoogleWorld.sheet, into: Collector()) }
            #expect(error.code == .signInRefused)
            #expect(error.hint.contains("deleted"))
        }
    }

    @Test func tellsAClockThatIsWrong() async throws {
        try await GoogleWorld.with { world in
            let source = GoogleSheetsSource(
                configuration: world.configuration(), client: HTTPClient(), logger: Logger(label: "test"),
                now: { secondsSince1970() + 90_000 })
            let error = try await sheetFailure { _ = try await source.read(GoogleWorld.sheet, into: Collector()) }
            #expect(error.code == .signInRefused)
            #expect(error.hint.contains("clock"))
        }
    }

    @Test(arguments: [
        (nil, SheetError.Code.credentialsMissing), ("", .credentialsInvalid), ("not json", .credentialsInvalid),
        (#"{"type":"authorized_user","client_id":"x"}"#, .credentialsInvalid),
        (#"{"type":"service_account","client_email":"a@b"}"#, .credentialsInvalid),
        (#"{"type":"service_account","client_email":"a@b","private_key":"s3cret"}"#, .credentialsInvalid),
    ]) func tellsAKeyFileThatIsNone(text: String?, code: SheetError.Code) async throws {
        let folder = try TemporaryFolder()
        let path = try text.map { try folder.write($0, to: "key.json") } ?? "\(folder.path)/none.json"
        let issuer = TokenIssuer(
            configuration: GoogleConfiguration(credentials: .serviceAccountFile(path), endpoint: "http://127.0.0.1:1"),
            client: HTTPClient(), logger: Logger(label: "test"), now: secondsSince1970)
        let error = try await sheetFailure { _ = try await issuer.issue() }
        #expect(error.code == code)
        #expect(!"\(error)".contains("s3cret"))
    }

    @Test func asksTheMetadataServerOfTheMachine() async throws {
        try await GoogleWorld.with { world in
            let token = try await TokenIssuer(
                configuration: world.configuration(), client: HTTPClient(), logger: Logger(label: "test"),
                now: secondsSince1970
            ).issue().value
            let server = try MetadataServer { path in
                path.contains("/email") ? world.email : #"{"access_token":"\#(token)","expires_in":3599}"#
            }
            let source = world.source(
                world.configuration(.applicationDefault(environment: ["GCE_METADATA_HOST": server.host])))
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            #expect(await source.serviceAccountEmail() == world.email)
            #expect(server.heads.first?.contains("Metadata-Flavor: Google") == true)
            #expect(server.heads.first?.contains("spreadsheets.readonly") == true)
        }
    }

    @Test func tellsAMachineWithNoCredentialsAtAll() async throws {
        var configuration = GoogleConfiguration(credentials: .applicationDefault(environment: [:]))
        configuration.metadataServer = "http://127.0.0.1:1"
        let issuer = TokenIssuer(
            configuration: configuration, client: HTTPClient(), logger: Logger(label: "test"), now: secondsSince1970)
        let error = try await sheetFailure { _ = try await issuer.issue() }
        #expect(error.code == .credentialsMissing)
        #expect(error.hint.contains("GOOGLE_APPLICATION_CREDENTIALS"))
    }

    @Test func endsForOneWhoIsCalledOffAndStillServesTheNext() async throws {
        try await GoogleWorld.with { world in
            let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
            world.emulator.inject(EmulatorFault(.delay(milliseconds: 3_600_000), method: "token"))
            world.hooks.onNext("token") { arrived.yield() }
            let source = world.source()
            let task = Task {
                try await sheetFailure { _ = try await source.read(GoogleWorld.sheet, into: Collector()) }
            }
            for await _ in arrivals { break }
            task.cancel()
            let code = try await task.value.code
            #expect(code == .cancelled)
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
        }
    }
}
