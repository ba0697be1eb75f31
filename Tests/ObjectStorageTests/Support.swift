import HTTPTransfer
import TestSupport
import Testing

@testable import ObjectStorage

/// The error that `body` must end with.
func storageFailure(
    sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws -> Void
) async throws -> ObjectStorageError {
    do {
        try await body()
    } catch let error as ObjectStorageError {
        return error
    }
    Issue.record("it ended without an error", sourceLocation: sourceLocation)
    throw ObjectStorageError(.invalid, "no error")
}

extension ObjectStore {
    static let accessKey = "AKIDEXAMPLE"
    static let secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    static let sessionToken = "FwoGZXIvYXdzEPT//////////wEaDA=="

    /// A store at an address of one's own, which tries again without waiting.
    static func at(
        _ endpoint: String, bucket: String = ObjectStoreServer.bucket, accessKey: String = accessKey,
        secretKey: String = secretKey, sessionToken: String? = nil
    ) throws -> ObjectStore {
        let credentials = try ObjectStoreCredentials(
            accessKey: accessKey, secretKey: secretKey, sessionToken: sessionToken)
        var configuration = try ObjectStoreConfiguration(
            region: "us-east-1", credentials: credentials, endpoint: endpoint)
        configuration.retries.initialBackoff = .zero
        configuration.retries.maximumAttempts = 4
        return try ObjectStore(bucket: bucket, configuration: configuration)
    }

    /// A store of the real server.
    static func real(bucket: String = ObjectStoreServer.bucket, asRole: Bool = false) throws -> ObjectStore {
        let server = try #require(ObjectStoreServer.shared)
        return try at(
            server.address, bucket: bucket, accessKey: asRole ? server.roleAccessKey : server.accessKey,
            secretKey: asRole ? server.roleSecretKey : server.secretKey,
            sessionToken: asRole ? server.roleSessionToken : nil)
    }
}

/// Keys that are hard to sign.
let oddKeys = [
    "plain.csv", "with space.csv", "a+b&c=d?e#f.csv", "100%.csv", "%41.csv", "レシピ/分類.ndjson", "a//b", "./here", "a/./b",
    "~home/-._~", "back\\slash", "quote\"'<>", "tab\there", "😀", "e\u{301}", "…/", ".hidden", "a:b@c!$&'()*,;=",
]
