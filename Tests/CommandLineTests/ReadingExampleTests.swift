import Foundation
import MySQL
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import sheaf

/// The examples of docs/reading.md do what they say, as they stand there.
@Suite(.timeLimit(.minutes(15))) struct ReadingExampleTests {
    /// With torch and datasets, which are large: `make test-python`.
    private static let runsAll = ProcessInfo.processInfo.environment["SHEAF_TEST_PYTHON"] == "all"

    @Test func everyExamplePrintsWhatThePageSays() async throws {
        let examples = try PageExample.all("docs/reading.md")
        try #require(examples.count { $0.output != nil } > 8, "the examples were not found")
        try await Scene.with(migrated: false) { scene in
            try await Self.publish(scene)
            try scene.write("reader.cnf", Self.optionFile(scene.database))
            let token = try await scene.run("token", "create", "training", "--role", "reader").output
            let server = try ServedScene(scene)
            defer { server.stop() }
            let variables = [
                "SHEAF_URL": server.address, "SHEAF_TOKEN": token.split(separator: "\n").first.map(String.init) ?? "",
                "PATH": Self.pathOfPrograms, "SHEAF_STORE_PASSWORD": scene.database.password ?? "",
                // Nothing is asked of any hub, and nothing is left behind.
                "HF_HUB_OFFLINE": "1", "HF_HOME": "\(scene.folder)/hub", "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONIOENCODING": "utf-8",
            ].filter { !$0.value.isEmpty }
            for example in examples where !example.isHeavy || Self.runsAll {
                let outcome = try await example.run(in: scene.folder, variables)
                #expect(outcome.code == 0, "\(example.code)\n\(outcome.errors)")
                if let expected = example.output {
                    #expect(outcome.output == expected, "\(example.code)")
                }
            }
        }
    }

    private static let pathOfPrograms =
        "\(URL(filePath: Scene.program).deletingLastPathComponent().path(percentEncoded: false)):"
        + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")

    /// Three versions, of which the page reads the second.
    private static func publish(_ scene: Scene) async throws {
        try scene.write(
            "sheaf.yaml",
            """
            store: \(scene.storeURL)
            language: en
            datasets:
              recipe_category:
                schema: schemas/recipe_category.yaml
                guards: { max_deleted: none, max_changed: none, max_rejected: none }
                sheets: [{ csv: rows.csv }]

            """)
        try scene.write(
            "schemas/recipe_category.yaml",
            """
            name: recipe_category
            primaryKey: [recipe_id]
            fields:
              - { name: recipe_id, type: integer, sheaf: { role: key } }
              - { name: title, type: string, sheaf: { role: context } }
              - { name: servings, type: integer, sheaf: { role: context } }
              - name: category
                type: string
                constraints: { required: true, enum: [主食, 主菜, 副菜] }
                sheaf: { role: label }

            """)
        let rows = """
            2,味噌汁,4,副菜
            3,おにぎり,2,主食
            4,カレー,,主食
            5,"サラダ, 海藻の",2,副菜
            6,=焼き魚,2,主菜

            """
        try await scene.run("migrate")
        let versions = ["1,肉じゃが,4,副菜\n", "1,肉じゃが,4,主菜\n", "1,肉じゃが,4,主菜\n7,うどん,1,主食\n"]
        for (index, others) in versions.enumerated() {
            try scene.write("rows.csv", "recipe_id,title,servings,category\n" + others + rows)
            let outcome = try await scene.run("sync")
            #expect(outcome.output.contains("recipe_category@\(index + 1)"), "\(outcome)")
        }
    }

    /// What the clients of MySQL read who asks from.
    private static func optionFile(_ database: MySQLConfiguration) -> String {
        let place = database.socket.map { "socket = \($0)" } ?? "host = \(database.host)\nport = \(database.port)"
        return """
            [client]
            \(place)
            user = \(database.user)
            password = \(database.password ?? "")
            database = \(database.database ?? "")

            """
    }
}

/// A piece of code on a page that says how it is run, and what it prints.
private struct PageExample {
    /// `sh`, or the list of packages that it needs.
    let environment: String
    let code: String
    let output: String?

    var isHeavy: Bool { environment.hasSuffix("-heavy") }

    /// The examples of a page, in their order.
    static func all(_ page: String) throws -> [PageExample] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
        let example =
            /<!-- run: (?<environment>[a-z-]+) -->\n```[a-z]+\n(?<code>(?:.|\n)*?)```\n(?:\n```text\n(?<printed>(?:.|\n)*?)```\n)?/
        return text.matches(of: example).map { match in
            PageExample(
                environment: String(match.environment), code: String(match.code), output: match.printed.map(String.init)
            )
        }
    }

    func run(in folder: String, _ variables: [String: String]) async throws -> Scene.Outcome {
        let program = environment == "sh" ? "/bin/sh" : try await PythonScript.python(environment)
        let overrides = Dictionary(
            uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) })
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: ["-c", code], environment: .inherit.updating(overrides),
            workingDirectory: FilePath(folder), input: .none, output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        guard case .exited(let code) = result.terminationStatus else {
            return Scene.Outcome(code: -1, output: result.standardOutput, errors: result.standardError)
        }
        return Scene.Outcome(code: Int32(code), output: result.standardOutput, errors: result.standardError)
    }
}

/// `sheaf serve` of a scene, until it is stopped.
private struct ServedScene {
    struct NotServed: Error {}

    let address: String
    private let process: Process

    init(_ scene: Scene) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: Scene.program)
        process.arguments = ["serve", "--json", "--listen", "127.0.0.1:0"]
        process.currentDirectoryURL = URL(filePath: scene.folder)
        process.environment = ProcessInfo.processInfo.environment.merging(
            scene.database.password.map { ["SHEAF_STORE_PASSWORD": $0] } ?? [:]
        ) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        var line: [UInt8] = []
        while !line.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw NotServed() }
            line += more
        }
        address = try JSONDecoder().decode([String: String].self, from: Data(line))["listening"] ?? ""
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
