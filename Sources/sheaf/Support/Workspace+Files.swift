import Foundation
import HTTPTransfer
import SheetSource
import Synchronization

/// Sheets that are CSV files: on this machine, or on the web.
extension Workspace {
    /// The sheets of a dataset, where one entry may stand for several files.
    func sheets(_ dataset: DatasetSettings) throws -> [SheetSettings] {
        var mistakes: [ConfigurationMistake] = []
        var sheets: [SheetSettings] = []
        var lines: [String: Int] = [:]
        func note(_ problem: String, _ line: Int) {
            mistakes.append(ConfigurationMistake(file: configuration.file, line: line, problem: problem))
        }
        func claim(_ file: String, _ sheet: SheetSettings) {
            if let line = lines[file] {
                note("datasets.\(dataset.name): \(file) is named here, and in line \(line) too", sheet.line)
            }
            lines[file] = sheet.line
        }
        for sheet in dataset.sheets {
            let pattern = sheet.reference.spreadsheet
            guard sheet.source == .csv, let files = CSVPattern(pattern).files(in: configuration.folder) else {
                if sheet.source == .csv { claim(pattern, sheet) }
                sheets.append(sheet)
                continue
            }
            if files.isEmpty {
                // No sheet is given up for this: a network folder that is away looks just the same.
                note(
                    "datasets.\(dataset.name): no CSV file is there for `\(pattern)`; put one there, or correct it",
                    sheet.line)
            }
            for file in files {
                claim(file, sheet)
                var one = sheet
                one.reference.spreadsheet = file
                sheets.append(one)
            }
        }
        if sheets.count > Self.maximumSheets {
            note(
                "datasets.\(dataset.name) has \(sheets.count) files; at most \(Self.maximumSheets) make a dataset",
                dataset.line)
        }
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes: mistakes) }
        return sheets
    }

    /// A row remembers the place of its sheet in 16 bits.
    private static let maximumSheets = 65_000

    func files(_ sheet: SheetSettings) -> CSVFolderSource {
        // A file that is being copied here must not be taken for a short one.
        CSVFolderSource(folder: configuration.folder, encoding: sheet.encoding ?? .utf8, stillness: .seconds(2))
    }

    func webFile(_ sheet: SheetSettings) throws -> WebFileSource {
        guard let address = sheet.address else {
            throw ConfigurationMistakes(mistakes: [
                ConfigurationMistake(file: configuration.file, line: sheet.line, problem: "the sheet has no address")
            ])
        }
        return WebFileSource(
            address: address, encoding: sheet.encoding, authorizationFile: sheet.authorizationFile, client: web.client,
            logger: logger)
    }
}

/// The client for files on the web, made when a command needs it.
final class WebClientOnce: Sendable {
    private let made = Mutex<HTTPClient?>(nil)

    var client: HTTPClient {
        made.withLock { made in
            if let made { return made }
            let client = HTTPClient()
            made = client
            return client
        }
    }
}
