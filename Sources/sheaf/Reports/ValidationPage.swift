import Digest
import Foundation
import LabelSchema
import Sync

/// What a validation found, as a page to look at: one file that asks nobody for anything.
///
/// What was typed into cells is text on it and nothing else: it is escaped, characters that nobody sees are shown by name,
/// and the page forbids every script and style but its own two by their hashes.
struct ValidationPage {
    let report: ValidationReport
    let words: PageWords
    private let language: MessageLanguage

    init(report: ValidationReport, language: MessageLanguage) {
        self.report = report
        self.language = language
        words = PageWords(language: language)
    }

    /// The page, in UTF-8.
    func bytes() -> [UInt8] {
        let title = "\(words.title): \(report.schema.title)"
        var page = """
            <!doctype html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>\(Self.text(title))</title>
            <style>\(PageAssets.style)</style>
            </head>
            <body>

            """
        page += head() + cards() + files() + unchecked() + charts() + table() + aliases()
        if !report.rows.isEmpty { page += "<script>\(PageAssets.script)</script>\n" }
        page += "</body>\n</html>\n"
        return Array(page.utf8)
    }

    private var policy: String {
        func hash(_ text: String) -> String {
            var hasher = SHA256Hasher()
            hasher.update(text)
            return "'sha256-\(Data(hasher.finish().bytes).base64EncodedString())'"
        }
        return "default-src 'none'; style-src \(hash(PageAssets.style)); script-src \(hash(PageAssets.script)); "
            + "base-uri 'none'; form-action 'none'"
    }

    // MARK: - Summary

    private func head() -> String {
        let verdict =
            report.valid
            ? "<p class=\"verdict good\">\(words.valid)</p>" : "<p class=\"verdict bad\">\(words.notValid)</p>"
        return """
            <header>
            <div><p class="kicker">\(words.title)</p>
            <h1>\(Self.text(report.schema.title))</h1>
            <p class="dim"><code>\(Self.text(report.schema.file))</code> · \(report.seconds) s</p></div>
            \(verdict)
            </header>

            """
    }

    private func cards() -> String {
        let counts = report.counts
        let cards = [
            (words.rows, counts.rows, ""), (words.validRows, counts.valid, "good"),
            (words.pendingRows, counts.pending, ""), (words.invalidRows, counts.invalid, "bad"),
            (words.errors, counts.errors, "bad"), (words.warnings, counts.warnings, "warn"),
        ]
        let body = cards.map { name, count, tone in
            "<div class=\"card \(count > 0 ? tone : "")\"><b>\(count.grouped)</b><span>\(name)</span></div>"
        }
        return "<section class=\"cards\">\(body.joined())</section>\n"
    }

    private func files() -> String {
        let problems = report.files.contains { !$0.problems.isEmpty }
        guard report.files.count > 1 || problems else {
            return "<p class=\"dim\">\(words.file): <code>\(Self.text(report.files.first?.name ?? ""))</code></p>\n"
        }
        var html = "<section><h2>\(words.files)</h2><div class=\"scroll\"><table class=\"files\"><thead><tr>"
        for name in [words.file, words.rows, words.validRows, words.pendingRows, words.invalidRows, words.warnings] {
            html += "<th>\(name)</th>"
        }
        html += "</tr></thead><tbody>"
        for file in report.files {
            html += "<tr><td><code>\(Self.text(file.name))</code>"
            for problem in file.problems { html += "<p class=\"problem\">\(message(problem.ja, problem.en))</p>" }
            html += "</td>"
            let counts = file.counts
            for count in [counts.rows, counts.valid, counts.pending, counts.invalid, counts.warnings] {
                html += "<td class=\"n\">\(count.grouped)</td>"
            }
            html += "</tr>"
        }
        return html + "</tbody></table></div></section>\n"
    }

    private func unchecked() -> String {
        guard !report.unchecked.isEmpty else { return "" }
        let items = report.unchecked.map { "<li>\(message($0.ja, $0.en))</li>" }
        return "<section class=\"note\"><h2>\(words.unchecked)</h2><ul>\(items.joined())</ul></section>\n"
    }

    // MARK: - Charts

    private func charts() -> String {
        guard !report.errors.isEmpty else { return "" }
        var kinds: [(key: String, name: String, count: Int, isWarning: Bool)] = []
        var fields: [(key: String, name: String, count: Int, isWarning: Bool)] = []
        for tally in report.errors {
            let isWarning = tally.severity == "warning"
            let kind = Self.kind(code: tally.code, kind: tally.kind)
            if let index = kinds.firstIndex(where: { $0.key == kind }) {
                kinds[index].count += tally.count
                kinds[index].isWarning = kinds[index].isWarning && isWarning
            } else {
                kinds.append((kind, words.kind(code: tally.code, kind: tally.kind), tally.count, isWarning))
            }
            let field = tally.field ?? ""
            if let index = fields.firstIndex(where: { $0.key == field }) {
                fields[index].count += tally.count
                fields[index].isWarning = fields[index].isWarning && isWarning
            } else {
                fields.append((field, title(of: field), tally.count, isWarning))
            }
        }
        return "<section class=\"charts\">\(chart(words.byKind, kinds, "kind"))"
            + "\(chart(words.byField, fields, "field"))</section>\n"
    }

    private func chart(
        _ heading: String, _ bars: [(key: String, name: String, count: Int, isWarning: Bool)], _ filter: String
    ) -> String {
        let sorted = bars.sorted { $0.count > $1.count }
        let most = max(1, sorted.first?.count ?? 1)
        var html = "<div><h2>\(heading)</h2><div class=\"bars\">"
        for bar in sorted {
            let tone = bar.isWarning ? " class=\"warn\"" : ""
            html +=
                "<button type=\"button\"\(tone) data-filter=\"\(filter)\" data-value=\"\(Self.text(bar.key))\">"
                + "<span title=\"\(Self.text(bar.key))\">\(Self.text(bar.name))</span>"
                + "<progress max=\"\(most)\" value=\"\(bar.count)\"></progress>"
                + "<b>\(bar.count.grouped)</b></button>"
        }
        return html + "</div></div>"
    }

    // MARK: - Rows

    private func table() -> String {
        guard !report.rows.isEmpty else { return "" }
        var html = "<section><h2>\(words.rowsWithErrors)</h2>\n" + filters()
        if report.rowsOmitted > 0 {
            html += "<p class=\"dim\">\(words.omitted(report.rowsOmitted))</p>"
        }
        html +=
            "<table class=\"rows\"><colgroup><col class=\"c1\"><col class=\"c2\"><col class=\"c3\"><col></colgroup>"
            + "<thead><tr><th>\(words.cell)</th><th>\(words.field)</th><th>\(words.typed)</th>"
            + "<th>\(words.message)</th></tr></thead>\n"
        for row in report.rows {
            html += "<tbody>"
            for (index, error) in row.errors.enumerated() { html += line(row, error, isFirst: index == 0) }
            html += "</tbody>\n"
        }
        return html + "</table></section>\n"
    }

    private func filters() -> String {
        func choice(_ id: String, _ name: String, _ options: [(value: String, name: String)]) -> String {
            guard options.count > 1 else { return "" }
            let all = "<option value=\"\">\(name): \(words.all)</option>"
            let rest = options.map { "<option value=\"\(Self.text($0.value))\">\(Self.text($0.name))</option>" }
            return "<select id=\"\(id)\" aria-label=\"\(name)\">\(all)\(rest.joined())</select>"
        }
        var kinds: [(value: String, name: String)] = []
        var fields: [(value: String, name: String)] = []
        for tally in report.errors {
            let kind = Self.kind(code: tally.code, kind: tally.kind)
            if !kinds.contains(where: { $0.value == kind }) {
                kinds.append((kind, words.kind(code: tally.code, kind: tally.kind)))
            }
            let field = tally.field ?? ""
            if !fields.contains(where: { $0.value == field }) { fields.append((field, title(of: field))) }
        }
        let files = report.files.map { (value: $0.name, name: $0.name) }
        return "<div class=\"filters\">\(choice("kind", words.kind, kinds))\(choice("field", words.field, fields))"
            + "\(choice("file", words.file, files))"
            + "<input id=\"text\" type=\"search\" placeholder=\"\(words.search)\" aria-label=\"\(words.search)\">"
            + "<output id=\"shown\"></output></div>\n"
    }

    private func line(
        _ row: ValidationReport.Row, _ error: ValidationReport.Finding, isFirst: Bool
    ) -> String {
        let kind = Self.kind(code: error.code, kind: error.kind)
        let isWarning = error.severity == "warning"
        let file = report.files.count > 1 && isFirst ? "<small>\(Self.text(row.file))</small>" : ""
        let key = row.key.map { LabelSchema.keyText(Array($0.utf8)) }
        let keyLine = isFirst ? key.map { "<small>\(words.key) \(Self.text($0))</small>" } ?? "" : ""
        return "<tr data-kind=\"\(Self.text(kind))\" data-field=\"\(Self.text(error.field ?? ""))\""
            + (report.files.count > 1 ? " data-file=\"\(Self.text(row.file))\"" : "")
            + (isWarning ? " class=\"warn\"" : "") + ">"
            + "<td>\(file)<b>\(Self.text(error.cell))</b>\(keyLine)</td>"
            + "<td>\(Self.text(title(of: error.field ?? "")))<small title=\"\(Self.text(kind))\">"
            + "\(Self.text(words.kind(code: error.code, kind: error.kind)))</small></td>"
            + "<td class=\"v\"><bdi>\(Self.typed(error.value))</bdi></td>"
            + "<td>\(message(error.ja, error.en))</td></tr>"
    }

    private func aliases() -> String {
        guard !report.aliases.isEmpty else { return "" }
        var html =
            "<section><details><summary>\(words.aliases) (\(report.aliases.count.grouped))</summary>"
            + "<table class=\"files\"><tbody>"
        for alias in report.aliases {
            html +=
                "<tr><td>\(Self.text(title(of: alias.field)))</td><td>\(Self.typed(alias.spelling)) → "
                + "\(Self.typed(alias.value))</td><td class=\"n\">\(alias.count.grouped)</td></tr>"
        }
        return html + "</tbody></table></details></section>\n"
    }

    // MARK: - Text

    /// A message in the page's language, with the other one to hover over.
    private func message(_ japanese: String, _ english: String) -> String {
        let (own, other) = language == .ja ? (japanese, english) : (english, japanese)
        return "<span title=\"\(Self.text(other))\">\(Self.text(own))</span>"
    }

    private func title(of field: String) -> String {
        let found = report.schema.fields.first { $0.name == field }
        return found.map { language == .ja ? $0.ja : $0.en } ?? field
    }

    private static func kind(code: String, kind: String?) -> String {
        kind.map { "\(code): \($0)" } ?? code
    }

    /// Text that means itself in HTML, also within quotes.
    static func text(_ text: String) -> String {
        var escaped = ""
        for scalar in CellText.shown(text, limit: .max).unicodeScalars { append(scalar, to: &escaped) }
        return escaped
    }

    /// What was typed: as it is, but for what nobody would see.
    static func typed(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            let shown = CellText.shown(String(scalar))
            if shown == String(scalar), !isOddSpace(scalar) {
                append(scalar, to: &escaped)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let name = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                escaped += "<i title=\"\(name)\">\(picture(scalar) ?? name)</i>"
            }
        }
        return escaped
    }

    private static func append(_ scalar: Unicode.Scalar, to escaped: inout String) {
        switch scalar {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&#39;"
        default: escaped.unicodeScalars.append(scalar)
        }
    }

    private static func isOddSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar != " " && scalar.properties.isWhitespace
    }

    /// Signs that everyone knows, for characters that are not seen.
    private static func picture(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x0A: "↵"
        case 0x09: "⇥"
        case 0x3000: "□"
        default: nil
        }
    }
}
