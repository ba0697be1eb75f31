import Foundation
import LabelSchema
import SheetSource
import Yams

/// Sheets that are CSV files: on this machine, or on the web.
extension ConfigurationReader {
    /// The keys that such sheets have beside those of every sheet.
    static let fileKeys = ["csv", "url", "encoding", "authorization_file"]

    /// Reads a sheet that names a file.
    func file(_ mapping: YAMLMapping, headerRow: Int) -> SheetSettings? {
        let path = mapping.path
        let sources = ["spreadsheet", "csv", "url"].filter { mapping[$0] != nil }
        if sources.count > 1 {
            let names = sources.map { "`\($0)`" }.joined(separator: " and ")
            collector.note("`\(path)` names \(names); give one of them", at: mapping.node)
        }
        refuse(["tab", "sheet_id", "named_range"], in: mapping, source: "a CSV file")
        let encoding = mapping.text("encoding").flatMap { name in
            let encoding = TextEncoding(name: name)
            if encoding == nil {
                let known = TextEncoding.allCases.map(\.rawValue).joined(separator: ", ")
                collector.note(
                    "`\(path).encoding` is `\(CellText.shown(name))`; known are \(known)", at: mapping["encoding"])
            }
            return encoding
        }
        var settings = SheetSettings(
            source: .csv, reference: SheetReference(spreadsheet: "", headerRow: headerRow),
            annotator: mapping.text("annotator"), line: mapping.node.mark?.line ?? 0, encoding: encoding)
        if mapping["url"] != nil { return webFile(mapping, settings) }
        refuse(["authorization_file"], in: mapping, source: "a file on this machine")
        guard let csv = mapping.text("csv") else { return nil }
        if csv.hasPrefix("http://") || csv.hasPrefix("https://") {
            collector.note("`\(path).csv` is an address; name it by `url`", at: mapping["csv"])
        }
        let pattern = CSVPattern(csv)
        if pattern.isMisplaced {
            collector.note(
                "`\(path).csv` may hold * and ? in the file's name only, not in a folder's", at: mapping["csv"])
        }
        settings.reference.spreadsheet = pattern.text
        return settings
    }

    private func webFile(_ mapping: YAMLMapping, _ partly: SheetSettings) -> SheetSettings? {
        guard let text = mapping.text("url") else { return nil }
        var settings = partly
        settings.source = .web
        settings.authorizationFile = mapping.text("authorization_file").map(path)
        do throws(WebAddress.Mistake) {
            let address = try WebAddress(text)
            settings.address = address
            settings.reference.spreadsheet = address.name
            if address.isOpenToEavesdroppers, settings.authorizationFile != nil {
                collector.note(
                    "`\(mapping.path).url` begins with http://, and would send what `authorization_file` holds for "
                        + "everyone to read; use https://", at: mapping["url"])
            }
            return settings
        } catch {
            collector.note("`\(mapping.path).url` \(error)", at: mapping["url"])
            return nil
        }
    }

    /// Notes keys that mean nothing for a source of this kind.
    func refuse(_ keys: [String], in mapping: YAMLMapping, source: String) {
        for key in keys where mapping[key] != nil {
            collector.note("`\(mapping.path).\(key)` means nothing for \(source); take it out", at: mapping[key])
        }
    }
}
