import Testing

@testable import ObjectStorage

@Suite struct ObjectLocationTests {
    @Test(arguments: [
        ("s3://labels", "labels", ""), ("s3://labels/", "labels", ""), ("s3://labels/a/b/", "labels", "a/b"),
        ("s3://my.labels-1/レシピ %20", "my.labels-1", "レシピ %20"), ("s3://abc/./a", "abc", "./a"),
    ])
    func isReadAsItIsMeant(_ text: String, _ bucket: String, _ prefix: String) throws {
        let place = try ObjectLocation(text)
        #expect(place.bucket == bucket && place.prefix == prefix)
        #expect(place.key("x.csv") == (prefix.isEmpty ? "x.csv" : "\(prefix)/x.csv"))
        #expect(try ObjectLocation("\(place)") == place)
    }

    @Test(arguments: [
        "", "labels", "/labels", "S3://labels", "http://labels", "s3:/labels", "s3://", "s3:///a", "s3://ab",
        "s3://Labels",
        "s3://a_b_c", "s3://-abc", "s3://abc-", "s3://a..b", "s3://192.168.0.1", "s3://AKID:hush@labels",
        "s3://labels:80",
        "s3://labels/../other", "s3://labels/a/..", "s3://" + String(repeating: "a", count: 64), "s3://a b c",
        "s3://labels/" + String(repeating: "x", count: 1_025),
    ])
    func whatIsNoPlaceIsRefused(_ text: String) async throws {
        let error = try await storageFailure { _ = try ObjectLocation(text) }
        #expect(error.code == .invalid && !error.hint.isEmpty)
        #expect(!"\(error)".contains("hush"))
    }

    @Test func noMessageMovesTheCursor() {
        #expect(ObjectKey.shown("a\u{1b}[2Jb\u{202E}", in: "c") == "s3://c/a\\u{1b}[2Jb\\u{202e}")
    }
}

@Suite struct ObjectStoreConfigurationTests {
    private static let keys = ["AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK"]

    private static func read(
        _ variables: [String: String], files: [String: String] = [:]
    ) throws -> ObjectStoreConfiguration {
        try ObjectStoreConfiguration.fromEnvironment(variables) { files[$0] }
    }

    @Test func variablesGoBeforeFiles() throws {
        let files = [
            "/home/a/.aws/credentials": "[default]\naws_access_key_id = FK\naws_secret_access_key=FS\n",
            "/home/a/.aws/config": "[default]\nregion = eu-west-1\n",
        ]
        var configuration = try Self.read(["HOME": "/home/a"], files: files)
        #expect(configuration.credentials.accessKey == "FK" && configuration.credentials.secretKey == "FS")
        #expect(configuration.region == "eu-west-1")
        configuration = try Self.read(
            Self.keys.merging(["HOME": "/home/a", "AWS_REGION": "eu-west-2", "AWS_SESSION_TOKEN": "T"]) { $1 },
            files: files)
        #expect(configuration.credentials.accessKey == "AK" && configuration.credentials.sessionToken == "T")
        #expect(configuration.region == "eu-west-2")
        #expect("\(configuration.endpoint)" == "https://s3.eu-west-2.amazonaws.com")
        #expect(configuration.addressing == .virtualHost)
    }

    @Test func aProfileIsReadWithoutItsNeighboursAndItsNestedSettings() throws {
        let credentials = """
            # of all
            [other]\r
            aws_access_key_id = XX\r
            aws_secret_access_key = XX\r
            [labels]\r
            aws_access_key_id=AK=\r
              aws_secret_access_key = nested
            aws_secret_access_key = S/K+=
            aws_session_token =
            [last]
            aws_session_token = XX
            """
        let config = """
            [profile labels]
            region = ap-northeast-1
            s3 =
              endpoint_url = http://nested
            aws_session_token = stale
            [labels]
            region = wrong
            """
        let configuration = try Self.read(
            ["AWS_PROFILE": "labels", "AWS_SHARED_CREDENTIALS_FILE": "/c", "AWS_CONFIG_FILE": "/d"],
            files: ["/c": credentials, "/d": config])
        #expect(configuration.credentials.accessKey == "AK=" && configuration.credentials.secretKey == "S/K+=")
        #expect(configuration.credentials.sessionToken == nil)
        #expect(configuration.region == "ap-northeast-1")
    }

    @Test(arguments: [
        (["AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000"], "http://127.0.0.1:9000"),
        (["AWS_ENDPOINT_URL": "https://Store.example:443/base/"], "https://store.example/base"),
        (["AWS_ENDPOINT_URL_S3": "http://[::1]:9000", "AWS_ENDPOINT_URL": "http://x"], "http://[::1]:9000"),
        (["AWS_ENDPOINT_URL_S3": "", "AWS_ENDPOINT_URL": "http://minio_1:80"], "http://minio_1"),
    ])
    func aStoreOfOnesOwnIsAskedInTheStyleOfPaths(_ variables: [String: String], _ endpoint: String) throws {
        let configuration = try Self.read(Self.keys.merging(variables) { $1 })
        #expect("\(configuration.endpoint)" == endpoint)
        #expect(configuration.addressing == .path && configuration.region == "us-east-1")
        #expect(configuration.address(bucket: "abc", key: "k").url([]) == "\(endpoint)/abc/k")
    }

    @Test func aBucketWithADotIsAskedInTheStyleOfPaths() throws {
        let configuration = try Self.read(Self.keys.merging(["AWS_REGION": "cn-north-1"]) { $1 })
        #expect(
            configuration.address(bucket: "a.b", key: "k").url([]) == "https://s3.cn-north-1.amazonaws.com.cn/a.b/k")
        #expect(
            configuration.address(bucket: "abc", key: nil).url([("uploads", "")])
                == "https://abc.s3.cn-north-1.amazonaws.com.cn/?uploads=")
    }

    @Test(
        arguments: [
            ([:], "AWS_REGION"),
            (["AWS_REGION": "eu-west-1"], "AWS_ACCESS_KEY_ID"),
            (["AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AK"], "AWS_SECRET_ACCESS_KEY is not"),
            (keys, "AWS_REGION"),
            (keys.merging(["AWS_REGION": "EU west"]) { $1 }, "region"),
            (["AWS_REGION": "e", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "hush hush"], "secret key"),
            (["AWS_REGION": "e", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "hush\nX: y"], "secret key"),
            (keys.merging(["AWS_ENDPOINT_URL_S3": "127.0.0.1:9000"]) { $1 }, "http://HOST:PORT"),
            (keys.merging(["AWS_ENDPOINT_URL_S3": "http://a:hush@b"]) { $1 }, "http://HOST:PORT"),
            (keys.merging(["AWS_ENDPOINT_URL_S3": "http://a?b=hush"]) { $1 }, "http://HOST:PORT"),
            (keys.merging(["AWS_ENDPOINT_URL_S3": "ftp://a"]) { $1 }, "http://HOST:PORT"),
            (keys.merging(["AWS_ENDPOINT_URL_S3": "http://"]) { $1 }, "http://HOST:PORT"),
            (keys.merging(["AWS_ENDPOINT_URL_S3": "http://a:0"]) { $1 }, "http://HOST:PORT"),
            (keys.merging(["AWS_ENDPOINT_URL_S3": "http://a/b/../c"]) { $1 }, "http://HOST:PORT"),
            (["AWS_PROFILE": "none", "AWS_REGION": "e", "AWS_SHARED_CREDENTIALS_FILE": "/c"], "/c"),
        ] as [([String: String], String)])
    func whatIsMissingOrWrongIsSaid(_ variables: [String: String], _ words: String) async throws {
        let error = try await storageFailure { _ = try Self.read(variables) }
        #expect(error.code == .invalid && "\(error)".contains(words), "\(error)")
        #expect(!"\(error)".contains("hush"))
    }
}
