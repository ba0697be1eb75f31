import Hummingbird

/// `/`: a page on which a person looks at the sheets.
extension Responder {
    private static let rowsShown = 200

    func page(_ request: Request) -> Response {
        let query = QueryParameters(request.uri.query)
        let spreadsheets = state.withLock { $0.spreadsheets }
        var body = "<h1>Sheets emulator</h1>\n<ul>\n"
        for spreadsheet in spreadsheets.all.sorted(by: { $0.id < $1.id }) {
            body += "<li>\(Self.escape(spreadsheet.title)) <small>\(Self.escape(spreadsheet.id))</small>: "
            body += spreadsheet.tabs.map { tab in
                "<a href=\"/?spreadsheet=\(Self.queryEscape(spreadsheet.id))&amp;sheet=\(tab.sheetId)\">"
                    + "\(Self.escape(tab.title))</a> (\(tab.grid.storedRows) rows)"
            }.joined(separator: ", ")
            body += "</li>\n"
        }
        body += "</ul>\n"
        if let id = query["spreadsheet"], let spreadsheet = spreadsheets[id],
            let index = spreadsheet.tabIndex(sheetId: query["sheet"].flatMap { Int($0) } ?? 0)
        {
            body += table(spreadsheet, spreadsheet.tabs[index], from: max(1, query["from"].flatMap { Int($0) } ?? 1))
        }
        return html(
            """
            <!DOCTYPE html>
            <html lang="ja"><head><meta charset="utf-8"><title>Sheets emulator</title><style>\(Self.style)</style></head>
            <body>
            \(body)</body></html>

            """)
    }

    private func table(_ spreadsheet: Spreadsheet, _ tab: Tab, from first: Int) -> String {
        let last = min(tab.grid.storedRows, first + Self.rowsShown - 1)
        let link = "/?spreadsheet=\(Self.queryEscape(spreadsheet.id))&amp;sheet=\(tab.sheetId)&amp;from="
        var text = "<h2>\(Self.escape(spreadsheet.title)): \(Self.escape(tab.title))</h2>\n<p>"
        if first > 1 { text += "<a href=\"\(link)\(max(1, first - Self.rowsShown))\">earlier rows</a> " }
        if last < tab.grid.storedRows { text += "<a href=\"\(link)\(last + 1)\">later rows</a>" }
        text += "</p>\n<table>\n"
        guard first <= last else { return text + "</table>\n" }
        for row in first...last {
            let cells = tab.grid.cells(ofRow: row - 1).map { cell in
                if case .number = cell.computed { return "<td class=\"n\">\(Self.escape(cell.displayText))</td>" }
                return "<td>\(Self.escape(cell.displayText))</td>"
            }
            text += "<tr><th>\(row)</th>\(cells.joined())</tr>\n"
        }
        return text + "</table>\n"
    }

    private static let style = """
        body{font:14px/1.5 sans-serif;margin:1.5em}table{border-collapse:collapse}\
        td,th{border:1px solid #ccc;padding:2px 6px;text-align:left;white-space:pre}\
        th{background:#f3f3f3;color:#666;font-weight:normal}.n{text-align:right}
        """

    private static func escape(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func queryEscape(_ text: String) -> String {
        text.utf8.map { byte in
            let isSafe =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            if isSafe { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
