/// Requests about rules that colour cells; a tab's rules are told apart by their order.
extension Spreadsheet {
    private func rule(_ given: JSONValue?) throws(Refusal) -> (tab: Int, rule: ConditionalFormat) {
        let ranges = given?["ranges"]?.elements ?? []
        guard let first = ranges.first else { throw .invalid("rule.ranges must have at least one range.") }
        let tab = try gridIndex(first)
        var all: [GridBounds] = []
        for range in ranges {
            let (other, bounds) = try bounds(range)
            guard other == tab else { throw .invalid("All ranges of a rule must be on one sheet.") }
            all.append(bounds)
        }
        let kinds = ["booleanRule", "gradientRule"].filter { given?[$0] != nil }
        guard kinds.count == 1 else { throw .invalid("Either booleanRule or gradientRule must be set.") }
        if let boolean = given?["booleanRule"] {
            try Self.check(condition: boolean["condition"], in: "rule.booleanRule")
        }
        let members = (given?.members ?? []).filter { kinds.contains($0.name) }
        return (tab, ConditionalFormat(ranges: all, rule: members))
    }

    private func index(_ request: JSONValue, of tab: Int) throws(Refusal) -> Int {
        let index = request["index"]?.integer ?? 0
        guard tabs[tab].conditionalFormats.indices.contains(index) else {
            throw .invalid("No conditional format on sheet: \(tabs[tab].sheetId) at index: \(index)")
        }
        return index
    }

    private func json(_ rule: ConditionalFormat, of tab: Int) -> JSONValue {
        rule.json(sheetId: tabs[tab].sheetId)
    }

    mutating func addConditionalFormatRule(_ request: JSONValue) throws(Refusal) {
        let (tab, rule) = try rule(request["rule"])
        let count = tabs[tab].conditionalFormats.count
        let index = request["index"]?.integer ?? 0
        guard (0...count).contains(index) else { throw .invalid("index[\(index)] is outside the \(count) rules.") }
        tabs[tab].conditionalFormats.insert(rule, at: index)
    }

    mutating func updateConditionalFormatRule(_ request: JSONValue) throws(Refusal) -> JSONValue {
        if let given = request["rule"] {
            let (tab, rule) = try rule(given)
            let index = try index(request, of: tab)
            let old = tabs[tab].conditionalFormats[index]
            tabs[tab].conditionalFormats[index] = rule
            return .object([
                "newRule": json(rule, of: tab), "newIndex": .integer(index), "oldRule": json(old, of: tab),
                "oldIndex": .integer(index),
            ])
        }
        let tab = try gridIndex(request)
        let index = try index(request, of: tab)
        guard let wanted = request["newIndex"]?.integer, tabs[tab].conditionalFormats.indices.contains(wanted) else {
            throw .invalid("Either rule or a newIndex among the rules must be set.")
        }
        let rule = tabs[tab].conditionalFormats.remove(at: index)
        tabs[tab].conditionalFormats.insert(rule, at: wanted)
        return .object([
            "newRule": json(rule, of: tab), "newIndex": .integer(wanted), "oldRule": json(rule, of: tab),
            "oldIndex": .integer(index),
        ])
    }

    mutating func deleteConditionalFormatRule(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let tab = try gridIndex(request)
        let rule = tabs[tab].conditionalFormats.remove(at: try index(request, of: tab))
        return .object(["rule": json(rule, of: tab)])
    }
}
