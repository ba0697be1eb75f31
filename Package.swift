// swift-tools-version: 6.2
import PackageDescription

// One set of compiler settings for every target, tests included: Swift 6 language mode (the default of
// this tools version), warnings are errors, and the upcoming features that make imports and isolation explicit.
let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "sheaf",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sheaf", targets: ["sheaf"]),
        .executable(name: "sheaf-emulator", targets: ["sheaf-emulator"]),
        .executable(name: "sheaf-bench", targets: ["sheaf-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        // C libraries. Each is imported by exactly one Swift module.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMySQL", pkgConfig: "mysqlclient", providers: [.apt(["default-libmysqlclient-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Plumbing that knows nothing of labels.
        .target(name: "Digest", dependencies: ["COpenSSL"]),
        .target(name: "Compression", dependencies: ["CZlib"]),
        .target(name: "HTTPTransfer", dependencies: ["CCurl", "Compression"]),
        .target(name: "MySQL", dependencies: ["CMySQL"]),
        .target(name: "ObjectStorage", dependencies: ["HTTPTransfer", "Digest"]),
        .target(
            name: "QueryUnload", dependencies: ["MySQL", "ObjectStorage", "Compression", "Digest", logging]),

        // The pure core: no clock, no file, no socket.
        .target(name: "Tabular"),
        .target(name: "LabelSchema", dependencies: ["Tabular", yams]),
        .target(name: "LabelDiff", dependencies: ["LabelSchema", "Tabular", "Digest"]),

        // The line: where rows come from, where labels stand, what happens next.
        .target(name: "SheetSource", dependencies: ["Tabular", "HTTPTransfer", "Digest", logging]),
        .target(
            name: "LabelStore", dependencies: ["LabelDiff", "LabelSchema", "Digest", "MySQL", logging],
            resources: [
                .embedInCode("migrations/0001_initial.sql"), .embedInCode("migrations/0002_changes.sql"),
                .embedInCode("migrations/0003_schemas.sql"),
                .embedInCode("migrations/0004_history.sql"), .embedInCode("migrations/0005_reading.sql"),
            ]),
        .target(
            name: "Sync",
            dependencies: ["SheetSource", "LabelSchema", "LabelDiff", "LabelStore", "Tabular", "Digest", logging]),
        .target(
            name: "Training", dependencies: ["LabelStore", "Digest", logging, subprocess, systemPackage]),

        // A version as bytes: files, parts, streams.
        .target(
            name: "LabelExport",
            dependencies: [
                "LabelStore", "LabelDiff", "LabelSchema", "Tabular", "ObjectStorage", "Compression", "Digest", logging,
            ]),

        // What runs for long: notices by push, and when to run; labels by HTTP.
        .target(
            name: "LabelServer",
            dependencies: [
                "Sync", "LabelStore", "LabelExport", "QueryUnload", "LabelSchema", "LabelDiff", "SheetSource",
                "ObjectStorage", "Compression", "Digest", logging, hummingbird,
            ], resources: [.embedInCode("API/openapi.json")]),

        // A local stand-in for the Google APIs, for the demo and the tests.
        .target(
            name: "SheetsEmulator",
            dependencies: ["HTTPTransfer", "Compression", "Tabular", "Digest", logging, hummingbird]),

        .executableTarget(
            name: "sheaf",
            dependencies: [
                "LabelServer", "LabelExport", "QueryUnload", "ObjectStorage", "Compression", "Sync", "Training",
                "LabelStore", "LabelDiff", "LabelSchema", "SheetSource", "Tabular", "Digest", "HTTPTransfer", "MySQL",
                argumentParser, logging, yams,
            ]),
        .executableTarget(
            name: "sheaf-emulator", dependencies: ["SheetsEmulator", "Digest", "HTTPTransfer", argumentParser, logging]),
        .executableTarget(
            name: "sheaf-bench",
            dependencies: [
                "Sync", "SheetSource", "LabelExport", "LabelSchema", "LabelDiff", "LabelStore", "Digest",
                "HTTPTransfer", "Compression", "MySQL", "Tabular", argumentParser, logging,
            ]),

        // Tests run against a private MariaDB and the emulator.
        .target(
            name: "TestSupport", dependencies: ["LabelStore", "MySQL", logging, subprocess, systemPackage],
            path: "Tests/TestSupport"),
        .target(name: "TestServers", path: "Tests/TestServers"),
        .target(name: "TestRandom", path: "Tests/TestRandom"),
        .testTarget(name: "DigestTests", dependencies: ["Digest"]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression", "TestRandom"]),
        .testTarget(name: "HTTPTransferTests", dependencies: ["HTTPTransfer", "TestServers"]),
        .testTarget(
            name: "ObjectStorageTests",
            dependencies: ["ObjectStorage", "HTTPTransfer", "Digest", "TestRandom", "TestServers", "TestSupport"]),
        .testTarget(
            name: "QueryUnloadTests",
            dependencies: [
                "QueryUnload", "ObjectStorage", "MySQL", "Compression", "Digest", "TestRandom", "TestSupport", logging,
            ]),
        .testTarget(
            name: "LabelExportTests",
            dependencies: [
                "LabelExport", "LabelStore", "LabelDiff", "LabelSchema", "Tabular", "ObjectStorage", "Compression",
                "Digest", "MySQL", "TestRandom", "TestSupport", logging,
            ]),
        .testTarget(name: "MySQLTests", dependencies: ["MySQL", "TestRandom", "TestSupport"]),
        .testTarget(name: "TabularTests", dependencies: ["Tabular", "TestRandom"]),
        .testTarget(name: "LabelSchemaTests", dependencies: ["LabelSchema", "Tabular", "TestRandom"]),
        .testTarget(
            name: "SchemaDifferentialTests",
            dependencies: ["LabelSchema", "LabelDiff", "Tabular", "TestRandom"]),
        .testTarget(name: "LabelDiffTests", dependencies: ["LabelDiff", "Digest", "TestRandom"]),
        .testTarget(
            name: "SheetSourceTests",
            dependencies: [
                "SheetSource", "SheetsEmulator", "HTTPTransfer", "Tabular", "Digest", "TestRandom", "TestServers",
                logging,
            ]),
        .testTarget(
            name: "LabelStoreTests",
            dependencies: [
                "LabelStore", "LabelDiff", "LabelSchema", "Digest", "MySQL", "TestRandom", "TestSupport", logging,
            ]),
        .testTarget(
            name: "SyncTests",
            dependencies: [
                "Sync", "SheetSource", "SheetsEmulator", "HTTPTransfer", "LabelStore", "LabelDiff", "LabelSchema",
                "Tabular", "Digest", "MySQL", "TestRandom", "TestSupport", logging,
            ]),
        .testTarget(
            name: "PropertyTests",
            dependencies: [
                "Sync", "SheetSource", "LabelStore", "LabelDiff", "LabelSchema", "Tabular", "Digest", "MySQL",
                "TestRandom", "TestSupport", logging,
            ]),
        .testTarget(
            name: "TrainingTests", dependencies: ["Training", "LabelStore", "Digest", "MySQL", "TestSupport", logging]),
        .testTarget(
            name: "LabelServerTests",
            dependencies: [
                "LabelServer", "Sync", "LabelExport", "QueryUnload", "SheetsEmulator", "SheetSource", "LabelStore",
                "LabelDiff",
                "LabelSchema", "HTTPTransfer", "Compression", "Digest", "MySQL", "TestRandom", "TestSupport", logging,
                subprocess, systemPackage,
            ]),
        .testTarget(
            name: "SheetsEmulatorTests",
            dependencies: ["SheetsEmulator", "sheaf-emulator", "Digest", "HTTPTransfer", hummingbird, logging]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "sheaf", "SheetsEmulator", "LabelServer", "QueryUnload", "LabelExport", "ObjectStorage", "Compression",
                "Digest", "MySQL",
                "TestServers", "TestRandom",
                "TestSupport", argumentParser,
                subprocess, systemPackage,
            ]),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "sheaf", "LabelStore", "LabelDiff", "Digest", "MySQL", "TestRandom", "TestSupport", logging,
            ]),
        .testTarget(name: "ArchitectureTests"),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings
}
