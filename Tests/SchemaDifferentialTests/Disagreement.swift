/// One place where the two sides say different things.
struct Disagreement: Sendable {
    enum Place: Sendable, Hashable {
        /// The schema or the header, and so the whole table.
        case table
        /// A row as a whole: its keys.
        case row(Int)
        case cell(row: Int, field: String)
    }

    let tableCase: TableCase
    let place: Place
    /// Codes; none if this side is content.
    let ours: Set<String>
    let theirs: Set<String>
    /// Both sides in words.
    let words: String

    /// The field it is about.
    var field: FieldSpec? {
        switch place {
        case .cell(_, let name): tableCase.fields.first { $0.name == name }
        case .table: tableCase.fields.count == 1 ? tableCase.fields[0] : nil
        case .row: nil
        }
    }

    /// What was typed there.
    var cell: String {
        guard case .cell(let row, let name) = place, let column = tableCase.header.firstIndex(of: name) else {
            return ""
        }
        return tableCase.cells[row - Question.firstRow][column]
    }

    /// Every place where two verdicts on a case differ.
    static func all(in tableCase: TableCase, ours: Verdict, theirs: Verdict) -> [Disagreement] {
        guard let mine = ours.findings, let other = theirs.findings else {
            if ours.outcome == theirs.outcome { return [] }
            let words = "Sheaf: \(ours.words); frictionless: \(theirs.words)"
            return [
                Disagreement(
                    tableCase: tableCase, place: .table, ours: ours.codes, theirs: theirs.codes, words: words)
            ]
        }
        var places: [Place: (ours: Set<String>, theirs: Set<String>)] = [:]
        for finding in mine { places[finding.place, default: ([], [])].ours.insert(finding.code) }
        for finding in other { places[finding.place, default: ([], [])].theirs.insert(finding.code) }
        return places.filter { $0.value.ours != $0.value.theirs }.map { place, codes in
            Disagreement(
                tableCase: tableCase, place: place, ours: codes.ours, theirs: codes.theirs,
                words: "Sheaf: \(Self.words(codes.ours)); frictionless: \(Self.words(codes.theirs))")
        }
        .sorted { $0.order < $1.order }
    }

    private static func words(_ codes: Set<String>) -> String {
        codes.isEmpty ? "valid" : codes.sorted().joined(separator: ", ")
    }

    private var order: (Int, String) {
        switch place {
        case .table: (0, "")
        case .row(let row): (row, "")
        case .cell(let row, let field): (row, field)
        }
    }

    /// The smallest case that shows the same: one field and one row, if that will do.
    var smaller: TableCase? {
        guard case .cell(let row, _) = place, let field else { return nil }
        return tableCase.only(field: field, row: row)
    }

    /// For a report: what was asked, and what either side said.
    var report: String {
        let spot: String
        switch place {
        case .table: spot = "table"
        case .row(let row): spot = "row \(row): \(tableCase.cells[row - Question.firstRow])"
        case .cell(let row, let field): spot = "row \(row), field \(field), cell \(cell.debugDescription)"
        }
        let shown = field.map { $0.json.text } ?? tableCase.schema.text
        let document = tableCase.members.isEmpty ? "" : "\n  document: \(JSONValue.object(tableCase.members).text)"
        return "\(spot) (\(tableCase.version))\n  schema: \(shown)\(document)\n  \(words)"
    }
}

extension Finding {
    var place: Disagreement.Place {
        field.isEmpty ? .row(row) : .cell(row: row, field: field)
    }
}
