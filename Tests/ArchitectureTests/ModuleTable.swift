/// What one module may import: the table of modules in the design, as data.
struct Module: Sendable {
    let name: String
    /// Modules of this package.
    var mayImport: Set<String> = []
    /// Modules of other packages, as Package.swift lists them.
    var packages: Set<String> = []

    /// Modules that come with Swift and the system; any module may use them, save the pure core.
    static let system: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Synchronization", "Dispatch",
    ]

    /// Of those, what the pure core has use for.
    ///
    /// No Dispatch: it has no threads. No Glibc: it has no files.
    static let systemOfTheCore: Set<String> = ["Foundation", "FoundationEssentials", "Synchronization"]

    /// Modules that decide by their arguments alone: no clock, no file, no socket.
    static let pureCore: Set<String> = ["Tabular", "LabelSchema", "LabelDiff"]

    /// Modules that hold SQL: one owns it all, and one speaks for the connection.
    ///
    /// The benchmark compares them with a bare client, which has to say itself what it wants.
    static let withSQL: Set<String> = ["LabelStore", "MySQL", "sheaf-bench"]

    /// What an executable may wire together.
    private static let everything: Set<String> = [
        "Digest", "HTTPTransfer", "MySQL", "Tabular", "LabelSchema", "LabelDiff", "SheetSource", "LabelStore", "Sync",
        "Training", "LabelServer", "LabelExport", "QueryUnload", "ObjectStorage", "Compression",
    ]

    static let table = [
        Module(name: "CCurl"),
        Module(name: "CMySQL"),
        Module(name: "COpenSSL"),
        Module(name: "CZlib"),
        Module(name: "Digest", mayImport: ["COpenSSL"]),
        Module(name: "Compression", mayImport: ["CZlib"]),
        Module(name: "HTTPTransfer", mayImport: ["CCurl", "Compression"]),
        Module(name: "MySQL", mayImport: ["CMySQL"]),
        Module(name: "ObjectStorage", mayImport: ["HTTPTransfer", "Digest"]),
        Module(
            name: "QueryUnload", mayImport: ["MySQL", "ObjectStorage", "Compression", "Digest"], packages: ["Logging"]),
        Module(name: "Tabular"),
        Module(name: "LabelSchema", mayImport: ["Tabular"], packages: ["Yams"]),
        Module(name: "LabelDiff", mayImport: ["LabelSchema", "Tabular", "Digest"]),
        Module(name: "SheetSource", mayImport: ["Tabular", "HTTPTransfer", "Digest"], packages: ["Logging"]),
        Module(
            name: "LabelStore", mayImport: ["LabelDiff", "LabelSchema", "MySQL", "Digest"], packages: ["Logging"]),
        Module(
            name: "Sync", mayImport: ["SheetSource", "LabelSchema", "LabelDiff", "LabelStore", "Tabular", "Digest"],
            packages: ["Logging"]),
        Module(
            name: "Training", mayImport: ["LabelStore", "HTTPTransfer", "Digest"],
            packages: ["Logging", "Subprocess", "SystemPackage"]),
        Module(
            name: "LabelExport",
            mayImport: [
                "LabelStore", "LabelDiff", "LabelSchema", "Tabular", "ObjectStorage", "Compression", "Digest",
            ], packages: ["Logging"]),
        Module(
            name: "LabelServer",
            mayImport: [
                "Sync", "Training", "LabelStore", "LabelExport", "QueryUnload", "LabelSchema", "LabelDiff",
                "SheetSource", "ObjectStorage", "Compression", "Digest",
            ],
            packages: ["Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "HTTPTypes", "ServiceLifecycle"]),
        Module(
            name: "SheetsEmulator", mayImport: ["Tabular", "HTTPTransfer", "Compression", "Digest"],
            packages: ["Hummingbird", "Logging", "NIOCore", "HTTPTypes", "ServiceLifecycle"]),
        Module(
            name: "sheaf", mayImport: everything,
            packages: ["ArgumentParser", "Logging", "Yams", "ServiceLifecycle"]),
        Module(
            name: "sheaf-emulator", mayImport: ["SheetsEmulator", "HTTPTransfer", "Digest"],
            packages: ["ArgumentParser", "Logging"]),
        Module(
            name: "sheaf-bench", mayImport: everything.union(["SheetsEmulator"]),
            packages: ["ArgumentParser", "Logging"]),
    ]

    static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
}
