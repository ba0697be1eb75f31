// As Swift, so that what a test prints can be pasted into one.

extension Edit: CustomStringConvertible {
    var description: String {
        switch self {
        case .append(let sheet, let key, let name, let kind):
            ".append(sheet: \(sheet), key: \(key), name: \(name), kind: \(kind))"
        case .type(let sheet, let row, let kind): ".type(sheet: \(sheet), row: \(row), kind: \(kind))"
        case .rename(let sheet, let row, let name): ".rename(sheet: \(sheet), row: \(row), name: \(name))"
        case .remove(let sheet, let row): ".remove(sheet: \(sheet), row: \(row))"
        case .move(let sheet, let row, let to): ".move(sheet: \(sheet), row: \(row), to: \(to))"
        case .copy(let sheet, let row, let to): ".copy(sheet: \(sheet), row: \(row), to: \(to))"
        case .sort(let sheet): ".sort(sheet: \(sheet))"
        case .unreadable(let sheet, let kind): ".unreadable(sheet: \(sheet), kind: \(kind))"
        case .mend(let sheet): ".mend(sheet: \(sheet))"
        }
    }
}

extension Step: CustomStringConvertible {
    var description: String {
        switch self {
        case .edit(let edit): ".edit(\(edit))"
        case .run(let plan): ".run(\(plan))"
        case .plan: ".plan"
        case .schema(let form): ".schema(.\(form))"
        case .configure(let sheet, let isIn): ".configure(sheet: \(sheet), isIn: \(isIn))"
        case .retire(let sheet, let deletes): ".retire(sheet: \(sheet), deletes: \(deletes))"
        case .share(let sheet, let isReadable): ".share(sheet: \(sheet), isReadable: \(isReadable))"
        case .header(let sheet, let isWhole): ".header(sheet: \(sheet), isWhole: \(isWhole))"
        case .approve(let pastBlock): ".approve(pastBlock: \(pastBlock))"
        case .approveWaiting: ".approveWaiting"
        case .expire: ".expire"
        case .revert(let back, let floor, let crashAt):
            ".revert(back: \(back)\(floor.map { ", floor: \($0)" } ?? "")\(crashAt.map { ", crashAt: \($0)" } ?? ""))"
        case .approveReverted: ".approveReverted"
        case .tag(let name, let back, let moves): ".tag(name: \(name), back: \(back), moves: \(moves))"
        }
    }
}

extension RunPlan: CustomStringConvertible {
    var description: String {
        var parts: [String] = []
        if changes != .told { parts.append("changes: .\(changes)") }
        if isLate { parts.append("isLate: true") }
        if readsAll { parts.append("readsAll: true") }
        if let floor { parts.append("floor: \(floor)") }
        if !failures.isEmpty {
            let told = failures.map { ".init(sheet: \($0.sheet)\($0.read.map { ", read: \($0)" } ?? ""))" }
            parts.append("failures: [\(told.joined(separator: ", "))]")
        }
        if !interruptions.isEmpty {
            let told = interruptions.map {
                ".init(sheet: \($0.sheet), read: \($0.read), edit: \($0.edit)\($0.isNoticed ? ", isNoticed: true" : ""))"
            }
            parts.append("interruptions: [\(told.joined(separator: ", "))]")
        }
        if let crashAt { parts.append("crashAt: \(crashAt)") }
        if let cancelAt { parts.append("cancelAt: \(cancelAt)") }
        if let overtaken { parts.append("overtaken: .init(sheet: \(overtaken.sheet), read: \(overtaken.read))") }
        if let chunk { parts.append("chunk: \(chunk)") }
        return "RunPlan(\(parts.joined(separator: ", ")))"
    }
}

extension LifeStory: CustomStringConvertible {
    var description: String {
        let places = sheets.map { place in
            ".init(\(place.file.map { "file: \($0)" } ?? "file: nil")\(place.isOneAnswer ? "" : ", isOneAnswer: false"))"
        }
        let lines = steps.map { "        \($0)," }.joined(separator: "\n")
        return "LifeStory(\n    sheets: [\(places.joined(separator: ", "))],\n    steps: [\n\(lines)\n    ])"
    }
}
