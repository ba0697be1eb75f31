/// Faults and edits as the control endpoint takes them.
extension EmulatorFault {
    init(_ json: JSONValue) throws(APIError) {
        self.init(
            try Self.kind(json), times: json["times"]?.integer ?? 1, after: json["after"]?.integer ?? 0,
            method: json["method"]?.text, path: json["path"]?.text)
    }

    private static func kind(_ json: JSONValue) throws(APIError) -> Kind {
        if let status = json["status"]?.integer, (400...599).contains(status) {
            return json["applied"]?.boolean == true ? .appliedButStatus(status) : .status(status)
        }
        if let bytes = json["cutBody"]?.integer, bytes >= 0 { return .cutBody(after: bytes) }
        if let milliseconds = json["delayMilliseconds"]?.integer, milliseconds >= 0 {
            return .delay(milliseconds: milliseconds)
        }
        if let bytes = json["dripBytes"]?.integer, bytes > 0 {
            return .drip(bytes: bytes, milliseconds: max(0, json["intervalMilliseconds"]?.integer ?? 100))
        }
        if let edit = json["edit"] {
            guard let moment = Moment(rawValue: json["moment"]?.text ?? "after") else {
                throw .invalidArgument("moment is \"before\" or \"after\" the request.")
            }
            return .edit(try EmulatorEdit(edit), moment)
        }
        for (name, kind) in [("reset", Kind.reset), ("truncatedJSON", .truncatedJSON), ("htmlWith200", .htmlWith200)]
        where json[name]?.boolean == true { return kind }
        throw .invalidArgument(
            "A fault needs one of: status (400 to 599, perhaps with \"applied\": true), reset, cutBody (bytes), "
                + "truncatedJSON, delayMilliseconds, dripBytes (with intervalMilliseconds), htmlWith200, edit (perhaps "
                + "with \"moment\": \"before\"). It may have times, after, method and path.")
    }
}

extension EmulatorEdit {
    init(_ json: JSONValue) throws(APIError) {
        guard let spreadsheet = json["spreadsheet"]?.text else {
            throw .invalidArgument("An edit needs spreadsheet, an id.")
        }
        self.init(spreadsheet, try Self.action(json))
    }

    private static func action(_ json: JSONValue) throws(APIError) -> Action {
        let tab = json["tab"]?.text ?? ""
        let rows = try rows(json["rows"])
        if let range = json["type"]?.text { return .type(range: range, rows: rows) }
        if json["append"]?.boolean == true { return .append(tab: tab, rows: rows) }
        if let row = json["insertRows"]?.integer, row > 0 { return .insertRows(tab: tab, at: row, rows: rows) }
        if let range = try span(json["deleteRows"]) { return .deleteRows(tab: tab, rows: range) }
        if let range = try span(json["moveRows"]) {
            guard let before = json["before"]?.integer, before > 0 else {
                throw .invalidArgument("moveRows needs before, the row that they are moved before.")
            }
            return .moveRows(tab: tab, rows: range, before: before)
        }
        if let column = json["sort"]?.integer, column >= 0 {
            return .sort(tab: tab, column: column, descending: json["descending"]?.boolean == true)
        }
        if let title = json["renameTab"]?.text { return .renameTab(tab: tab, title: title) }
        if let title = json["addTab"]?.text { return .addTab(title: title, rows: rows) }
        if json["deleteTab"]?.boolean == true { return .deleteTab(tab: tab) }
        return try fileAction(json)
    }

    private static func fileAction(_ json: JSONValue) throws(APIError) -> Action {
        if let title = json["rename"]?.text { return .rename(title: title) }
        if let isTrashed = json["trash"]?.boolean { return .trash(isTrashed) }
        if let email = json["share"]?.text { return .share(email: email) }
        if let email = json["unshare"]?.text { return .unshare(email: email) }
        if json["touch"]?.boolean == true { return .touch }
        if json["delete"]?.boolean == true { return .delete }
        throw .invalidArgument(
            "An edit needs one of: type (a range, with rows), append (true, with tab and rows), insertRows (a row, with "
                + "tab and rows), deleteRows ([first, last], with tab), moveRows ([first, last], with tab and before), "
                + "sort (a column, with tab), renameTab (a title, with tab), addTab (a title), deleteTab (true, with "
                + "tab), rename (a title), trash (true or false), share, unshare (an account), touch, delete.")
    }

    static func rows(_ json: JSONValue?) throws(APIError) -> [[String]] {
        try (json?.elements ?? []).map { row throws(APIError) in
            guard let cells = row.elements else { throw .invalidArgument("rows is a list of lists of texts.") }
            return cells.map { cell in
                switch cell {
                case .number(let literal): literal
                case .boolean(let value): value ? "TRUE" : "FALSE"
                default: cell.text ?? ""
                }
            }
        }
    }

    private static func span(_ json: JSONValue?) throws(APIError) -> ClosedRange<Int>? {
        guard let json else { return nil }
        let ends = (json.elements ?? [json]).compactMap(\.integer)
        guard let first = ends.first, let last = ends.last, ends.count <= 2, first > 0, first <= last else {
            throw .invalidArgument("Rows are written [first, last], counted from 1.")
        }
        return first...last
    }
}
