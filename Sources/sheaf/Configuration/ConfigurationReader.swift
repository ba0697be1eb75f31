import Foundation
import LabelSchema
import SheetSource
import Sync
import Yams

/// Reads `sheaf.yaml`.
///
/// Every mistake is told at once, with its line and what was meant.
struct ConfigurationReader {
    private let file: String
    private let folder: String
    let collector: MistakeCollector

    /// Reads and checks a file.
    ///
    /// - Throws: `ConfigurationMistakes`.
    static func read(file: String) throws -> Configuration {
        guard let data = FileManager.default.contents(atPath: file) else {
            let problem =
                "the configuration cannot be read; give its path with --config or SHEAF_CONFIG, or make one "
                + "with `sheaf init`"
            throw ConfigurationMistakes(mistakes: [ConfigurationMistake(file: file, line: 0, problem: problem)])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationMistakes(
                mistakes: [ConfigurationMistake(file: file, line: 0, problem: "the file is not UTF-8 text")])
        }
        return try read(text, file: file)
    }

    static func read(_ text: String, file: String) throws -> Configuration {
        let absolute = URL(filePath: file).standardizedFileURL
        let reader = ConfigurationReader(
            file: file, folder: absolute.deletingLastPathComponent().path(percentEncoded: false),
            collector: MistakeCollector(file: file))
        let configuration = reader.configuration(text, absolute: absolute.path(percentEncoded: false))
        guard let configuration, reader.collector.mistakes.isEmpty else {
            throw ConfigurationMistakes(mistakes: reader.collector.mistakes.sorted { $0.line < $1.line })
        }
        return configuration
    }

    private func configuration(_ text: String, absolute: String) -> Configuration? {
        let root: Node
        do {
            guard let node = try Yams.compose(yaml: text) else {
                collector.note("the file is empty; `sheaf init` writes one to start from", line: 0)
                return nil
            }
            root = node
        } catch let error as YamlError {
            collector.note("this is not YAML: \(Self.problem(error))", line: Self.line(error))
            return nil
        } catch {
            collector.note("this is not YAML", line: 0)
            return nil
        }
        let keys = [
            "store", "store_password_file", "google", "datasets", "state_folder", "language", "serve", "views",
            "queries",
        ]
        guard let top = YAMLMapping(root, path: "", keys: keys, collector) else { return nil }

        let url = top.requiredText("store", hint: "give a URL such as mysql://sheaf@db.example/labels")
        if let url, !url.hasPrefix("mysql://") {
            collector.note("`store` must be a URL that begins with mysql://", at: top["store"])
        }
        let language = top.text("language")
        if let language, MessageLanguage(rawValue: language) == nil {
            collector.note("`language` must be ja or en", at: top["language"])
        }
        guard let datasets = top.mapping("datasets", keys: nil) else {
            if top["datasets"] == nil { collector.note("`datasets` is missing: there is nothing to sync", at: root) }
            return nil
        }
        if datasets.entries.isEmpty {
            collector.note("`datasets` is empty: there is nothing to sync", at: datasets.node)
        }
        return Configuration(
            file: absolute, folder: folder,
            store: StoreSettings(
                url: url ?? "", passwordFile: top.text("store_password_file").map(path),
                line: top["store"]?.mark?.line ?? 0),
            google: google(top),
            datasets: datasets.entries.compactMap(dataset),
            stateFolder: path(top.text("state_folder") ?? ".sheaf"), language: language, serve: serve(top),
            views: views(top), queries: queries(top))
    }

    private func google(_ top: YAMLMapping) -> GoogleSettings {
        let google = top.mapping(
            "google", keys: ["credentials", "endpoint", "cool_down", "full_read", "quota", "watch"])
        let endpoint = google?.text("endpoint")
        if let endpoint {
            let url = URL(string: endpoint)
            if url?.host() == nil || !["http", "https"].contains(url?.scheme ?? "") || url?.user() != nil {
                collector.note(
                    "`google.endpoint` must be an address such as http://127.0.0.1:8790, without user or password",
                    at: google?["endpoint"])
            }
        }
        return GoogleSettings(
            credentials: google?.text("credentials").map(path), endpoint: endpoint,
            coolDown: google?.duration("cool_down", default: .seconds(5 * 60)) ?? .seconds(5 * 60),
            fullReadEvery: google?.duration("full_read", default: .seconds(24 * 3_600)) ?? .seconds(24 * 3_600),
            quota: quota(google, isStandIn: endpoint != nil), watch: watch(google, isStandIn: endpoint != nil))
    }

    /// Google's own limits, unless told otherwise; a stand-in has none of its own.
    private func quota(_ google: YAMLMapping?, isStandIn: Bool) -> QuotaSettings? {
        let usual = QuotaSettings(user: 60, project: 300)
        guard let google, let node = google["quota"] else { return isStandIn ? nil : usual }
        if node.scalar?.string == "none" { return nil }
        guard let mapping = google.mapping("quota", keys: ["user", "project"]) else { return nil }
        return QuotaSettings(
            user: mapping.number("user", in: 1...1_000_000) ?? usual.user,
            project: mapping.number("project", in: 1...1_000_000) ?? usual.project)
    }

    private func dataset(_ name: String, _ node: Node) -> DatasetSettings? {
        let allowed = name.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
        }
        if !allowed || name.isEmpty || name.utf8.count > 63 {
            collector.note(
                "a dataset's name has lower-case letters, digits and _ only, at most 63: `\(CellText.shown(name))`",
                at: node)
        }
        let path = "datasets.\(name)"
        guard
            let mapping = YAMLMapping(
                node, path: path, keys: ["schema", "sheets", "guards", "training", "retention", "split"], collector)
        else { return nil }
        let schema = mapping.requiredText("schema", hint: "name the file of the label schema")
        var sheets: [SheetSettings] = []
        if mapping["sheets"] == nil {
            collector.note("`\(path).sheets` is missing; list the sheets that hold the rows", at: node)
        }
        if let list = mapping.list("sheets"), list.isEmpty {
            collector.note("`\(path).sheets` is empty: there is nothing to read", at: mapping["sheets"])
        }
        for (index, item) in (mapping.list("sheets") ?? []).enumerated() {
            if let sheet = sheet(item, path: "\(path).sheets[\(index + 1)]") { sheets.append(sheet) }
        }
        // A row remembers the place of its sheet in 16 bits.
        if sheets.count > 65_000 {
            collector.note("`\(path).sheets` lists \(sheets.count) sheets; at most 65,000 make a dataset", at: node)
        }
        var seen: Set<SheetReference> = []
        for sheet in sheets {
            checkLength(sheet, path: path)
            var place = sheet.reference
            place.headerRow = 1
            if seen.insert(place).inserted { continue }
            collector.note("this sheet stands in `\(path).sheets` twice", line: sheet.line)
        }
        return DatasetSettings(
            name: name, line: node.mark?.line ?? 0, schema: schema ?? "", schemaPath: self.path(schema ?? ""),
            sheets: sheets, guards: guards(mapping), training: training(mapping, name: name),
            retention: retention(mapping), split: split(mapping))
    }

    private func sheet(_ node: Node, path: String) -> SheetSettings? {
        let keys =
            ["spreadsheet", "tab", "sheet_id", "named_range", "header_row", "annotator"] + Self.fileKeys
        guard let mapping = YAMLMapping(node, path: path, keys: keys, collector) else { return nil }
        let headerRow = mapping.number("header_row", in: 1...10_000_000) ?? 1
        if let annotator = mapping.text("annotator"), annotator.unicodeScalars.count > 255 {
            collector.note("`\(path).annotator` is longer than 255 characters", at: mapping["annotator"])
        }
        let line = node.mark?.line ?? 0
        if mapping["csv"] != nil || mapping["url"] != nil { return file(mapping, headerRow: headerRow) }
        refuse(["encoding", "authorization_file"], in: mapping, source: "a spreadsheet")
        let hint = "it stands between /d/ and /edit in the spreadsheet's address"
        guard let spreadsheet = mapping.requiredText("spreadsheet", hint: hint) else { return nil }
        if spreadsheet.contains("/") || spreadsheet.utf8.count > 190 {
            collector.note("`\(path).spreadsheet` must be the id alone; \(hint)", at: mapping["spreadsheet"])
        }
        if mapping["named_range"] != nil, mapping["tab"] != nil || mapping["header_row"] != nil {
            collector.note(
                "`\(path).named_range` says itself which cells of which tab are meant; leave out tab and header_row",
                at: mapping["named_range"])
        }
        return SheetSettings(
            source: .google,
            reference: SheetReference(
                spreadsheet: spreadsheet, tab: mapping.text("tab"),
                sheetID: mapping.number("sheet_id", in: 0...Int.max), namedRange: mapping.text("named_range"),
                headerRow: headerRow), annotator: mapping.text("annotator"), line: line)
    }

    /// The store keeps what a sheet is called by in columns of a limited width.
    private func checkLength(_ sheet: SheetSettings, path: String) {
        let reference = sheet.reference
        if sheet.source == .google, reference.spreadsheet.unicodeScalars.count > 150 {
            collector.note("a `spreadsheet` of `\(path).sheets` is longer than any id is", line: sheet.line)
        }
        let texts = [reference.spreadsheet, reference.tab ?? "", reference.namedRange ?? ""]
        if texts.reduce(0, { $0 + $1.unicodeScalars.count }) > 600 {
            collector.note("a sheet of `\(path).sheets` has a name of more than 600 characters", line: sheet.line)
        }
    }

    private func guards(_ dataset: YAMLMapping) -> Guards {
        let defaults = Guards()
        let keys = ["max_inserted", "max_changed", "max_deleted", "max_rejected", "floor"]
        guard let mapping = dataset.mapping("guards", keys: keys) else { return defaults }
        return Guards(
            maxInserted: mapping.share("max_inserted", default: defaults.maxInserted),
            maxChanged: mapping.share("max_changed", default: defaults.maxChanged),
            maxDeleted: mapping.share("max_deleted", default: defaults.maxDeleted),
            maxRejected: mapping.share("max_rejected", default: defaults.maxRejected),
            floor: mapping.number("floor", in: 0...Int.max) ?? defaults.floor)
    }

    private func training(_ dataset: YAMLMapping, name: String) -> TrainingSettings? {
        guard let mapping = dataset.mapping("training", keys: ["pipeline", "when", "launcher"]) else { return nil }
        let when = mapping.mapping("when", keys: ["min_changes", "quiet", "at_most_every"])
        let keys = ["kind", "run", "folder", "environment", "timeout", "attempts"]
        guard let launcher = mapping.mapping("launcher", keys: keys) else {
            if mapping["launcher"] == nil {
                collector.note("`\(mapping.path).launcher` is missing; say how to train", at: mapping.node)
            }
            return nil
        }
        if let kind = launcher.text("kind"), kind != "command" {
            collector.note(
                "`\(launcher.path).kind` is `\(CellText.shown(kind))`; this release knows `command`",
                at: launcher["kind"])
        }
        let run = launcher.texts("run") ?? []
        if run.isEmpty || run[0].isEmpty {
            collector.note("`\(launcher.path).run` must be a program and its arguments, as a list", at: launcher.node)
        }
        var environment: [String: String] = [:]
        for (key, value) in launcher.mapping("environment", keys: nil)?.entries ?? [] {
            environment[key] = value.scalar?.string ?? ""
        }
        let timeout = launcher.duration("timeout", default: .seconds(6 * 3600))
        if timeout == .zero {
            collector.note("`\(launcher.path).timeout` must be at least 1s", at: launcher["timeout"])
        }
        return TrainingSettings(
            pipeline: mapping.text("pipeline") ?? name,
            minimumChanges: when?.number("min_changes", in: 1...Int.max) ?? 1,
            quiet: when?.duration("quiet", default: .zero) ?? .zero,
            atMostEvery: when?.duration("at_most_every", default: .zero) ?? .zero, run: run,
            workingFolder: path(launcher.text("folder") ?? "."), environment: environment,
            timeout: max(.seconds(1), timeout),
            attempts: launcher.number("attempts", in: 1...100) ?? 1)
    }

    /// A path of the file, which is meant from the file's own folder.
    func path(_ written: String) -> String {
        URL(filePath: written, relativeTo: URL(filePath: folder, directoryHint: .isDirectory))
            .standardizedFileURL.path(percentEncoded: false)
    }

    private static func line(_ error: YamlError) -> Int {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 0
        }
    }

    private static func problem(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            CellText.shown(problem, limit: 200)
        case .duplicatedKeysInMapping(let duplicates, _):
            "a key stands twice: \(duplicates.map(String.init(describing:)).joined(separator: ", "))"
        default: "it cannot be parsed"
        }
    }
}
