internal import Tabular

extension SchemaList {
    /// What is wrong with a list, and on which line of it.
    struct Problem: Error {
        let line: Int
        let message: String
    }

    /// Reads a list file: CSV with a header row if its name ends in `.csv`, else one value a line under `value`.
    ///
    /// - Parameters:
    ///   - bytes: The file's content, UTF-8; a byte order mark is passed over.
    ///   - name: Its name in the schema.
    ///   - file: Its name for messages.
    /// - Returns: The list; blank lines are left out.
    /// - Throws: The first problem of the file.
    static func read(_ bytes: [UInt8], name: String, file: String) throws(Problem) -> SchemaList {
        // A text file is a table of one column too, but quotes and separators mean nothing there.
        name.hasSuffix(".csv")
            ? try table(bytes, name: name, file: file) : try lines(bytes, name: name, file: file)
    }

    private static func table(_ bytes: [UInt8], name: String, file: String) throws(Problem) -> SchemaList {
        var scanner = CSVScanner()
        do {
            try scanner.feed(bytes)
            try scanner.finish()
        } catch {
            throw Problem(line: 0, message: "\(error)")
        }
        guard let batch = scanner.takeBatch(), batch.rowCount > 0 else {
            throw Problem(line: 1, message: "the list is empty")
        }
        let header = batch.texts(ofRow: 0)
        if let blank = header.firstIndex(where: \.isEmpty) {
            throw Problem(line: 1, message: "column \(blank + 1) of the header is blank")
        }
        if Set(header).count < header.count { throw Problem(line: 1, message: "two columns have the same header") }
        var rows: [[String]] = []
        var lines: [Int] = []
        for index in 1..<max(1, batch.rowCount) {
            var texts = batch.texts(ofRow: index)
            if texts.allSatisfy(\.isEmpty) { continue }
            guard texts.count <= header.count else {
                throw Problem(line: index + 1, message: "there are more cells than the header has columns")
            }
            texts += Array(repeating: "", count: header.count - texts.count)
            rows.append(texts)
            lines.append(index + 1)
        }
        return SchemaList(name: name, header: header, rows: rows, lines: lines, file: file)
    }

    private static func lines(_ bytes: [UInt8], name: String, file: String) throws(Problem) -> SchemaList {
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            throw Problem(line: 0, message: "the file is not UTF-8")
        }
        var rows: [[String]] = []
        var lines: [Int] = []
        // A carriage return and line feed are one Character.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        where !line.isEmpty {
            rows.append([String(line)])
            lines.append(index + 1)
        }
        return SchemaList(name: name, header: ["value"], rows: rows, lines: lines, file: file)
    }

    /// Reads a list that stands in the document, as `embedded` writes it: a header and rows of texts.
    ///
    /// - Parameters:
    ///   - node: The list.
    ///   - name: Its name.
    /// - Returns: The list, or nil if the node is no list of lists of texts of one length.
    static func inline(_ node: SchemaNode, name: String) -> SchemaList? {
        guard case .list(let items) = node.value, !items.isEmpty else { return nil }
        var rows: [[String]] = []
        for item in items {
            guard case .list(let cells) = item.value else { return nil }
            let texts = cells.compactMap(\.text)
            guard texts.count == cells.count else { return nil }
            rows.append(texts)
        }
        guard let header = rows.first, rows.allSatisfy({ $0.count == header.count }) else { return nil }
        return SchemaList(
            name: name, header: header, rows: Array(rows.dropFirst()), lines: items.dropFirst().map(\.line), file: nil)
    }

    /// The list as it stands in a schema's canonical document.
    var embedded: SchemaNode {
        let rows = ([header] + rows).map { row in
            SchemaNode(value: .list(row.map { SchemaNode(value: .string($0), line: 0) }), line: 0)
        }
        return SchemaNode(value: .list(rows), line: 0)
    }
}

extension SchemaNode {
    /// The document with list files written into it, under `sheaf.lists`, so that it is whole by itself.
    func embedding(_ lists: [SchemaList]) -> SchemaNode {
        if lists.isEmpty { return self }
        return updating("sheaf") { sheaf in
            sheaf.updating("lists") { embedded in
                lists.reduce(embedded) { node, list in node.updating(list.name) { _ in list.embedded } }
            }
        }
    }

    /// This mapping with one member replaced, or added.
    private func updating(_ name: String, _ change: (SchemaNode) -> SchemaNode) -> SchemaNode {
        guard case .mapping(var members) = value else { return self }
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = change(members[index].value)
        } else {
            let empty = SchemaNode(value: .mapping([]), line: line)
            members.append(SchemaMember(name: name, line: line, value: change(empty)))
        }
        return SchemaNode(value: .mapping(members), line: line)
    }
}
