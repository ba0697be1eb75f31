extension CellError {
    /// The stored form: JSON with sorted members and no spaces; members without a value are left out.
    package func json() -> [UInt8] {
        var members = [
            member("cell", .string(cell)),
            member("code", .string(code)),
            member("detail", .mapping(detail.map { member($0.key, .string($0.value)) })),
            member("row", .number("\(rowNumber)")),
        ]
        if let column { members.append(member("column", .number("\(column)"))) }
        if let field { members.append(member("field", .string(field))) }
        if severity == .warning { members.append(member("severity", .string(severity.rawValue))) }
        var json: [UInt8] = []
        SchemaNode(value: .mapping(members), line: 0).appendJSON(to: &json)
        return json
    }

    /// Reads the stored form; nil if it is something else.
    package init?(json: [UInt8]) {
        guard let root = try? JSONReader.read(json) else { return nil }
        self.init(root)
    }

    /// Reads a JSON array of errors in stored form; nil if it is something else.
    package static func list(json: [UInt8]) -> [CellError]? {
        guard let root = try? JSONReader.read(json), case .list(let items) = root.value else { return nil }
        let errors = items.compactMap { CellError($0) }
        return errors.count == items.count ? errors : nil
    }

    private init?(_ node: SchemaNode) {
        guard case .mapping(let members) = node.value else { return nil }
        var texts: [String: String] = [:]
        var detail: [String: String] = [:]
        for member in members {
            if case .mapping(let entries) = member.value.value {
                for entry in entries { detail[entry.name] = entry.value.text }
            } else {
                texts[member.name] = member.value.text
            }
        }
        guard let code = texts["code"], let cell = texts["cell"], let row = texts["row"].flatMap({ Int($0) }) else {
            return nil
        }
        self.init(
            code: code, field: texts["field"], column: texts["column"].flatMap { Int($0) }, rowNumber: row,
            cell: cell, detail: detail, severity: texts["severity"].flatMap(Severity.init) ?? .error)
    }

    private func member(_ name: String, _ value: SchemaNode.Value) -> SchemaMember {
        SchemaMember(name: name, line: 0, value: SchemaNode(value: value, line: 0))
    }
}
