extension SchemaReader {
    /// Reads `severity`: for which constraints a value that breaks them is told of and taken all the same.
    mutating func readSeverity(_ sheaf: SchemaMembers, _ constraints: SchemaMembers, _ parts: inout FieldParts) {
        guard let node = sheaf["severity"] else { return }
        let what = "`severity` of \(sheaf.place)"
        var names = Self.constraintNames.filter { constraints[$0] != nil }
        if !parts.categories.isEmpty || parts.itemEnum != nil, !names.contains("enum") { names.append("enum") }
        var warned: [(name: String, line: Int)] = []
        if case .mapping = node.value {
            let unused = [
                "type": "leave it out: a value of another type always is an error",
                "type-error": "leave it out: a value of another type always is an error",
            ]
            guard let members = mistakes.members(of: node, in: what, known: Self.constraintNames, unused: unused) else {
                return
            }
            for name in Self.constraintNames {
                guard let severity = mistakes.word(members, name, Severity.self) else { continue }
                let line = members[name]?.line ?? node.line
                if !names.contains(name) {
                    let problem = "\(what) names `\(name)`, which is no constraint of the field"
                    mistakes.add(line, problem, "leave it out, or put it in `constraints`")
                } else if severity == .warning {
                    warned.append((name, line))
                }
            }
        } else if let text = mistakes.text(node, what), mistakes.word(text, what, Severity.self) == .warning {
            warned = names.map { ($0, node.line) }
            if names.isEmpty { mistakes.add(node.line, "\(what) does nothing: the field has no constraints") }
        }
        if parts.role == .key, let first = warned.first {
            let problem = "\(what) cannot be `warning`: without its key, nothing can be known of a row"
            return mistakes.add(first.line, problem, "leave it out for key fields")
        }
        if let unique = warned.first(where: { $0.name == "unique" }), parts.constraints.unique {
            let problem = "\(what) cannot be `warning` for `unique`: which of two labels holds has to be decided"
            mistakes.add(unique.line, problem, "name the other constraints, such as `severity: { maxLength: warning }`")
        }
        parts.warnings = Set(warned.map(\.name))
    }
}
