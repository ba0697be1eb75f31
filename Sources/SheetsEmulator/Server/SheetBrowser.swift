import Tabular

/// The page on which a person looks at the sheets: a list of them, and the cells of one tab.
///
/// Whatever a cell holds is text: it is escaped, and kept from turning the direction of what stands beside it.
struct SheetBrowser {
    static let rowsShown = 200
    private static let columnsShown = 200

    let spreadsheets: [Spreadsheet]
    let query: QueryParameters

    private var chosen: (spreadsheet: Spreadsheet, tab: Tab)? {
        guard let spreadsheet = spreadsheets.first(where: { $0.id == query["spreadsheet"] }) ?? spreadsheets.first
        else { return nil }
        let index = query["sheet"].flatMap { Int($0) }.flatMap { spreadsheet.tabIndex(sheetId: $0) } ?? 0
        return spreadsheet.tabs.indices.contains(index) ? (spreadsheet, spreadsheet.tabs[index]) : nil
    }

    func html() -> String {
        let title = chosen.map { Self.escape($0.spreadsheet.title) + " · " } ?? ""
        return """
            <!DOCTYPE html>
            <html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(title)Sheets emulator</title><style>\(Self.style)</style></head>
            <body><nav><h1><a href="/">Sheets emulator</a></h1>
            <p>\(spreadsheets.count) \(spreadsheets.count == 1 ? "spreadsheet" : "spreadsheets")</p>
            <ul>
            \(spreadsheets.map(entry).joined(separator: "\n"))
            </ul></nav>
            <main>\(chosen.map { sheet($0.spreadsheet, $0.tab) } ?? "<p>No spreadsheet yet.</p>")</main></body></html>

            """
    }

    private func entry(_ spreadsheet: Spreadsheet) -> String {
        let isChosen = spreadsheet.id == chosen?.spreadsheet.id
        let trashed = spreadsheet.trashed ? " <em>in the trash</em>" : ""
        return "<li\(isChosen ? " class=\"on\"" : "")><a href=\"\(link(spreadsheet))\">"
            + "<bdi>\(Self.escape(spreadsheet.title))</bdi>\(trashed)<small>\(Self.escape(spreadsheet.id))</small></a></li>"
    }

    private func link(_ spreadsheet: Spreadsheet, tab: Tab? = nil, from row: Int? = nil) -> String {
        "/?spreadsheet=\(Self.queryEscape(spreadsheet.id))" + (tab.map { "&amp;sheet=\($0.sheetId)" } ?? "")
            + (row.map { "&amp;from=\($0)" } ?? "")
    }

    // MARK: One tab

    private func sheet(_ spreadsheet: Spreadsheet, _ tab: Tab) -> String {
        let tabs = spreadsheet.tabs.map { other in
            let mark = other.hidden ? " <em>hidden</em>" : ""
            return "<a\(other.sheetId == tab.sheetId ? " class=\"on\"" : "") href=\"\(link(spreadsheet, tab: other))\">"
                + "<bdi>\(Self.escape(other.title))</bdi>\(mark)</a>"
        }
        let first = min(max(1, query["from"].flatMap { Int($0) } ?? 1), max(1, tab.grid.storedRows))
        let last = min(tab.grid.storedRows, first - 1 + Self.rowsShown)
        let facts = [
            "version \(spreadsheet.version)", "gid \(tab.sheetId)",
            "grid \(tab.grid.rowCount) × \(tab.grid.columnCount)", Self.escape(spreadsheet.timeZone),
        ]
        return "<header><h2><bdi>\(Self.escape(spreadsheet.title))</bdi></h2><p>\(facts.joined(separator: " · "))</p>"
            + "<div class=\"tabs\">\(tabs.joined())</div>\(pages(spreadsheet, tab, first, last))</header>\n"
            + (tab.kind == .object ? "<p>This tab is a chart: it has no cells.</p>" : table(tab, first, last))
    }

    private func pages(_ spreadsheet: Spreadsheet, _ tab: Tab, _ first: Int, _ last: Int) -> String {
        let count = tab.grid.storedRows
        guard count > 0 else { return "<p>Nothing is written in this tab.</p>" }
        func step(_ text: String, _ row: Int, _ isThere: Bool) -> String {
            isThere ? "<a href=\"\(link(spreadsheet, tab: tab, from: row))\">\(text)</a>" : "<span>\(text)</span>"
        }
        let end = (count - 1) / Self.rowsShown * Self.rowsShown + 1
        return "<p class=\"pages\">" + step("« First", 1, first > 1)
            + step("‹ Earlier", max(1, first - Self.rowsShown), first > 1)
            + "<b>rows \(first) to \(last) of \(count)</b>"
            + step("Later ›", last + 1, last < count) + step("Last »", end, last < count) + "</p>"
    }

    private func table(_ tab: Tab, _ first: Int, _ last: Int) -> String {
        guard first <= last else { return "" }
        let rows = tab.grid.encodedRows(first - 1..<last).map { RowCodec.decode($0) }
        let extras = (first - 1..<last).map { tab.grid.extras.width(ofRow: $0) }.max() ?? 0
        let width = min(max(rows.map(\.count).max() ?? 0, extras, 1), Self.columnsShown)
        var text = "<div class=\"grid\"><table><thead><tr><th></th>"
        for column in 0..<width { text += "<th>\(A1.column(column))</th>" }
        text += "</tr></thead><tbody>\n"
        for (offset, cells) in rows.enumerated() {
            let row = first - 1 + offset
            text += "<tr><th>\(row + 1)</th>"
            for column in 0..<width {
                text += cell(column < cells.count ? cells[column] : .empty, tab.grid.extras[row, column])
            }
            text += "</tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    private func cell(_ value: CellValue, _ extras: CellExtras?) -> String {
        var classes: [String] = []
        if case .number = value.computed { classes.append("n") }
        if extras?.note != nil { classes.append("note") }
        var attributes = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        if let colour = extras.flatMap(Self.background) { attributes += " style=\"\(colour)\"" }
        let note = extras?.note.map { "<aside>\(Self.escape($0))</aside>" } ?? ""
        return "<td\(attributes)>\(Self.escape(value.displayText(extras)))\(note)</td>"
    }

    /// The background of a cell, with letters that can be read on it.
    private static func background(_ extras: CellExtras) -> String? {
        let colour = extras.format?["backgroundColorStyle"]?["rgbColor"] ?? extras.format?["backgroundColor"]
        guard let colour else { return nil }
        let parts = ["red", "green", "blue"].map { name -> Int in
            guard case .number(let literal)? = colour[name], let part = Double(literal) else { return 0 }
            return Int((min(max(part, 0), 1) * 255).rounded())
        }
        let isLight = parts[0] * 299 + parts[1] * 587 + parts[2] * 114 > 128_000
        return "background:rgb(\(parts[0]),\(parts[1]),\(parts[2]));color:\(isLight ? "#111" : "#fff")"
    }

    // MARK: Text

    static func escape(_ text: String) -> String {
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

    private static let style = """
        :root{color-scheme:light dark;--line:light-dark(#d9dce1,#3a3f47);--soft:light-dark(#f3f5f8,#22262c);\
        --dim:light-dark(#5f6772,#9aa3af);--page:light-dark(#fff,#181b20);--ink:light-dark(#1c2026,#e6e9ee);\
        --on:light-dark(#1763c9,#7db4ff)}\
        *{box-sizing:border-box}\
        body{margin:0;display:grid;grid-template-columns:17rem minmax(0,1fr);height:100vh;background:var(--page);\
        color:var(--ink);font:14px/1.5 system-ui,"Noto Sans CJK JP","Hiragino Sans","Yu Gothic UI",sans-serif}\
        a{color:inherit;text-decoration:none}em{color:var(--dim);font-size:.85em}\
        nav{overflow:auto;border-right:1px solid var(--line);background:var(--soft);padding:1rem}\
        h1{font-size:1.1rem;margin:0}h2{font-size:1.25rem;margin:0}p{margin:.2rem 0;color:var(--dim)}\
        nav ul{list-style:none;margin:.75rem 0 0;padding:0}\
        nav li a{display:block;padding:.35rem .6rem;border-radius:.4rem;overflow-wrap:anywhere}\
        nav small{display:block;color:var(--dim)}nav a:hover{color:var(--on)}\
        nav .on a{background:var(--page);box-shadow:0 0 0 1px var(--line)}\
        main{display:flex;flex-direction:column;min-width:0;min-height:0}\
        main>p{padding:1rem 1.25rem}\
        header{padding:1rem 1.25rem .5rem}\
        .tabs{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.6rem 0 .4rem;border-bottom:1px solid var(--line)}\
        .tabs a{padding:.3rem 0;color:var(--dim)}\
        .tabs .on{color:var(--on);box-shadow:0 2px 0 var(--on)}\
        .pages{display:flex;flex-wrap:wrap;gap:1rem}.pages a{color:var(--on)}.pages span{opacity:.45}\
        .pages b{font-weight:500;color:var(--ink)}\
        .grid{flex:1;overflow:auto;border-top:1px solid var(--line)}\
        table{border-collapse:separate;border-spacing:0;width:max-content;font-variant-numeric:tabular-nums}\
        th,td{border:solid var(--line);border-width:0 1px 1px 0;padding:.2rem .55rem;text-align:left;vertical-align:top}\
        th{position:sticky;left:0;z-index:1;background:var(--soft);color:var(--dim);font-weight:400;text-align:right}\
        thead th{top:0;z-index:2;text-align:center}thead th:first-child{z-index:3}\
        td{white-space:pre-wrap;overflow-wrap:anywhere;min-width:5rem;max-width:22rem;unicode-bidi:isolate}\
        tbody tr:nth-child(even) td{background:light-dark(#fafbfc,#1d2026)}\
        .n{text-align:right}.note{position:relative}\
        .note::after{content:"";position:absolute;top:0;right:0;border:.3rem solid;\
        border-color:#e8710a #e8710a transparent transparent}\
        aside{display:none;position:absolute;z-index:4;top:100%;left:.5rem;min-width:12rem;padding:.4rem .6rem;\
        background:light-dark(#fff8dc,#3b3520);color:var(--ink);border:1px solid var(--line);border-radius:.3rem;\
        text-align:left;font-size:.9em}\
        .note:hover aside{display:block}\
        @media(max-width:45rem){body{grid-template-columns:1fr;grid-template-rows:auto minmax(0,1fr)}\
        nav{max-height:11rem;border-right:0;border-bottom:1px solid var(--line)}}
        """
}
