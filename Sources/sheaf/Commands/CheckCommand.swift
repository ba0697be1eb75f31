import ArgumentParser
import Foundation
import LabelSchema
import LabelStore
import Sync

struct CheckCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for mistakes in configuration, schemas, store and sheets.",
        discussion: """
            Every mistake is told at once, with its place and what was meant. Nothing is
            written.

            Examples:
              sheaf check                                 everything
              sheaf check --offline                       configuration and schemas only
              sheaf check schemas/recipe_category.yaml    this schema alone
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "Label schemas to check (default: the whole configuration).", completion: .file())
    var schemas: [String] = []
    @Flag(help: "Do not ask the database, nor the sheets.")
    var offline = false

    private struct Finding: Encodable {
        var subject: String
        var problems: [String]
    }

    func execute(_ console: Console) async throws -> Exit {
        schemas.isEmpty ? try await checkAll(console) : try checkFiles(console)
    }

    private func checkFiles(_ console: Console) throws -> Exit {
        var findings: [Finding] = []
        for file in schemas {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw Failure(.usage, code: "no-such-file", "The file \(file) cannot be read.")
            }
            findings.append(
                Finding(
                    subject: file,
                    problems: Self.mistakes(
                        { try LabelSchema.parse(bytes: Array(data), file: file, lists: .besides(schemaFile: file)) },
                        beside: { ViewDefinition.problems(with: ViewColumn.columns(of: $0)) })))
        }
        return try tell(findings, console, failing: .invalid)
    }

    private func checkAll(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        var findings = [Finding(subject: workspace.configuration.file, problems: [])]
        var sound: [DatasetSettings] = []
        for dataset in workspace.configuration.datasets {
            var problems = Self.mistakes({ try workspace.schema(dataset) }, beside: workspace.viewProblems)
            if problems.isEmpty { problems = try referenceProblems(dataset, workspace) }
            findings.append(Finding(subject: "\(dataset.name): schema \(dataset.schema)", problems: problems))
            if problems.isEmpty { sound.append(dataset) }
        }
        var exit: Exit = findings.allSatisfy(\.problems.isEmpty) ? .success : .invalid
        if !offline {
            let store = await storeFinding(workspace)
            findings.append(store)
            if exit == .success, !store.problems.isEmpty { exit = .store }
            let checks =
                store.problems.isEmpty
                ? try await workspace.withStore { try await sheetFindings(sound, workspace, $0) }
                : try await sheetFindings(sound, workspace, nil)
            findings += checks
            if exit == .success, checks.contains(where: { !$0.problems.isEmpty }) { exit = .source }
            if let (queries, failing) = await queriesFinding(workspace) {
                findings.append(queries)
                if exit == .success { exit = failing }
            }
        }
        return try tell(findings, console, failing: exit)
    }

    /// What is wrong with a dataset's foreign keys to other datasets of the configuration.
    ///
    /// One that is not in it may be another team's, in the same store: the sync looks for it there.
    private func referenceProblems(_ dataset: DatasetSettings, _ workspace: Workspace) throws -> [String] {
        let schema = try workspace.schema(dataset)
        let known = workspace.configuration.datasets
        return schema.referencedDatasets.flatMap { name -> [String] in
            guard let target = known.first(where: { $0.name == name }) else {
                let near = NearestText.find(name, among: known.map(\.name)).map { "; did you mean `\($0)`?" } ?? ""
                return near.isEmpty
                    ? [] : ["A foreign key points to `\(CellText.shown(name))`, which is no dataset here\(near)"]
            }
            // A mistake in the other schema is told with that dataset.
            guard let other = try? workspace.schema(target) else { return [] }
            return schema.problems(withReferenceTo: name, other)
        }
    }

    private func sheetFindings(
        _ datasets: [DatasetSettings], _ workspace: Workspace, _ store: LabelStore?
    ) async throws -> [Finding] {
        var findings: [Finding] = []
        for dataset in datasets {
            for check in try await workspace.definition(dataset).checkSheets(store) {
                findings.append(finding(check, dataset, workspace.language))
            }
        }
        return findings
    }

    private func storeFinding(_ workspace: Workspace) async -> Finding {
        do {
            try await workspace.withStore { store in _ = try await store.identity() }
            return Finding(subject: "store", problems: [])
        } catch {
            let failure = Failure(error)
            return Finding(subject: "store", problems: ["\(failure.message) \(failure.hint)"])
        }
    }

    /// Whether queries can be run, and how the command ends if not; `nil` where nobody may send any.
    private func queriesFinding(_ workspace: Workspace) async -> (Finding, Exit)? {
        do {
            return try await workspace.checkQueries() ? (Finding(subject: "queries", problems: []), .success) : nil
        } catch {
            let failure = Failure(error)
            return (Finding(subject: "queries", problems: ["\(failure.message) \(failure.hint)"]), failure.exit)
        }
    }

    private func finding(_ check: SheetCheck, _ dataset: DatasetSettings, _ language: MessageLanguage) -> Finding {
        let subject = "\(dataset.name): sheet \(CellText.shown(check.sheet)) of \(CellText.shown(check.spreadsheet))"
        guard !check.isSound else { return Finding(subject: subject, problems: []) }
        let message = check.messages[language.rawValue] ?? check.messages["en"] ?? ""
        return Finding(
            subject: subject,
            problems: [
                CellText.shown(message.sentence, limit: 1_000) + " " + CellText.shown(check.hint.sentence, limit: 500)
            ])
    }

    private func tell(_ findings: [Finding], _ console: Console, failing exit: Exit) throws -> Exit {
        for finding in findings {
            if finding.problems.isEmpty {
                console.line("\(console.style.green("ok"))     \(finding.subject)")
            } else {
                console.line("\(console.style.red("wrong"))  \(finding.subject)")
                for problem in finding.problems { console.line("       \(problem)") }
            }
        }
        try console.json(findings)
        return findings.allSatisfy(\.problems.isEmpty) ? .success : exit
    }

    /// The mistakes of a schema, and what else is to be said of one that has none.
    private static func mistakes(
        _ body: () throws -> LabelSchema, beside other: (LabelSchema) -> [String]
    ) -> [String] {
        do {
            return other(try body())
        } catch let mistakes as LabelSchemaMistakes {
            return mistakes.mistakes.map(\.description)
        } catch {
            return [Failure(error).message]
        }
    }
}
