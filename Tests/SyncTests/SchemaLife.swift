import Foundation
import TestRandom

/// A schema that a team keeps changing: as far as a model of it has to know.
struct ChangingSchema {
    /// The names that the field of codes has had, the latest first; some are forgotten.
    var codeNames = ["code"]
    var idNames = ["id"]
    var isUnique = true
    var isUniqueWithKind = false
    var isTree = true
    var refersToColors = false
    var refersToList = false
    var kinds = ["a", "b"]
    var hasNote = true
    var codeLength = 3
    private var renames = 0

    var code: String { codeNames[0] }
    var id: String { idNames[0] }
    private var list: [String] { ["p", "q", "r", "pp"].filter { $0.count <= codeLength } }

    var text: String {
        var uniqueKeys = isUnique ? ["[\(code)]"] : []
        if isUniqueWithKind { uniqueKeys.append("[\(code), kind]") }
        var foreignKeys = isTree ? ["{ fields: [parent], reference: { fields: [\(id)] } }"] : []
        if refersToColors {
            foreignKeys.append("{ fields: [color], reference: { resource: colors, fields: [color] } }")
        }
        if refersToList {
            foreignKeys.append("{ fields: [\(code)], reference: { resource: codes.txt, fields: [value] } }")
        }
        let was = Self.was(codeNames)
        var lines = ["primaryKey: [\(id)]", "fieldsMatch: partial"]
        if !uniqueKeys.isEmpty { lines.append("uniqueKeys: [\(uniqueKeys.joined(separator: ", "))]") }
        if !foreignKeys.isEmpty { lines.append("foreignKeys: [\(foreignKeys.joined(separator: ", "))]") }
        if refersToList {
            let rows = list.map { "[\($0)]" }.joined(separator: ", ")
            lines.append("sheaf: { lists: { codes.txt: [[value], \(rows)] } }")
        }
        lines += [
            "fields:", "  - { name: \(id), title: id, type: integer\(Self.was(idNames)) }",
            "  - { name: \(code), title: code, type: string, constraints: { maxLength: \(codeLength) }"
                + "\(was) }",
            "  - { name: parent, type: integer }", "  - { name: color, type: string }",
            "  - { name: kind, type: string, constraints: { enum: [\(kinds.joined(separator: ", "))] }, "
                + "sheaf: { role: label } }",
        ]
        if hasNote { lines.append("  - { name: note, type: string }") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func was(_ names: [String]) -> String {
        names.count == 1 ? "" : ", sheaf: { was: [\(names.dropFirst().joined(separator: ", "))] }"
    }

    mutating func change(_ random: inout SeededRandom) {
        switch random.number(in: 0..<12) {
        case 0, 1:
            renames += 1
            codeNames.insert("code\(renames)", at: 0)
        case 2: codeNames = [codeNames[0]]
        case 3: isUnique.toggle()
        case 4: isUniqueWithKind.toggle()
        case 5: isTree.toggle()
        case 6: refersToColors.toggle()
        case 7: refersToList.toggle()
        case 8: kinds = random.pick([["a"], ["a", "b"], ["a", "b", "c"], ["b", "c"]])
        case 9: hasNote.toggle()
        case 10:
            renames += 1
            idNames.insert("id\(renames)", at: 0)
        default: codeLength = random.pick([1, 2, 3])
        }
    }

    /// What is wrong with a label by itself; the members are texts.
    func mistake(in label: [String: String], colors: Set<String>) -> String? {
        let known = Set([id, code, "parent", "color", "kind"] + (hasNote ? ["note"] : []))
        if let other = label.keys.first(where: { !known.contains($0) }) { return "has \(other)" }
        guard let kind = label["kind"], kinds.contains(kind) else { return "is of kind \(label["kind"] ?? "none")" }
        if let value = label[code], value.count > codeLength { return "has a long code \(value)" }
        if refersToList, let value = label[code], !list.contains(value) { return "has code \(value)" }
        if refersToColors, let value = label["color"], !colors.contains(value) { return "has color \(value)" }
        return nil
    }

    /// What is wrong among labels.
    func mistakes(among labels: [String: [String: String]]) -> [String] {
        var found: [String] = []
        var codes: Set<String> = []
        var pairs: Set<[String]> = []
        for (id, label) in labels {
            if isUnique, let value = label[code], !codes.insert(value).inserted { found.append("code \(value) twice") }
            if isUniqueWithKind, let value = label[code], !pairs.insert([value, label["kind"] ?? ""]).inserted {
                found.append("pair of \(value) twice")
            }
            if isTree, let parent = label["parent"], labels[parent] == nil { found.append("\(id) misses \(parent)") }
        }
        return found
    }

    /// The label that a row of a sheet stands for.
    func label(_ row: [String]) -> [String: String] {
        var label = [id: row[0], code: row[1], "parent": row[2], "color": row[3], "kind": row[4]]
        if hasNote { label["note"] = row[5] }
        return label.filter { !$0.value.isEmpty }
    }

    /// A stored label of an older schema under the names of this one.
    func carried(_ label: [String: String]) -> [String: String] {
        var label = label
        for names in [codeNames, idNames] where label[names[0]] == nil {
            guard let former = names.dropFirst().first(where: { label[$0] != nil }) else { continue }
            label[names[0]] = label.removeValue(forKey: former)
        }
        return label.filter { [id, code, "parent", "color", "kind"].contains($0.key) || hasNote && $0.key == "note" }
    }
}

/// Three sheets that people edit, of which the third comes and goes.
struct ChangingSheets {
    var rows: [[[String]]] = [[], [], []]
    var colors = ["red", "blue"]

    mutating func edit(_ random: inout SeededRandom) {
        let sheet = random.number(in: 0..<3)
        if rows[sheet].isEmpty || random.once(in: 2) {
            let free = (1..<10).filter { id in !rows.joined().contains { $0[0] == "\(id)" } }
            if !free.isEmpty { rows[sheet].append(Self.row("\(random.pick(free))", &random)) }
            return
        }
        let place = random.number(in: 0..<rows[sheet].count)
        switch random.number(in: 0..<8) {
        case 0: rows[sheet].remove(at: place)
        case 1: rows[(sheet + 1) % 3].append(rows[sheet].remove(at: place))
        case 2: if random.once(in: 2) { rows[(sheet + 1) % 3].append(rows[sheet][place]) }
        case 3: rows[sheet][place][4] = ""
        case 4: if random.once(in: 3) { rows[sheet].append(["x", "", "", "", "a", ""]) }
        case 5: for index in rows.indices { rows[index].removeAll { $0[0] == "x" } }
        default: rows[sheet][place] = Self.row(rows[sheet][place][0], &random)
        }
    }

    private static func row(_ id: String, _ random: inout SeededRandom) -> [String] {
        [
            id, random.once(in: 4) ? "" : random.pick(["p", "q", "r", "pp", "s", "qqq"]),
            random.once(in: 2) ? "" : "\(random.number(in: 1..<10))",
            random.once(in: 3) ? "" : random.pick(["red", "blue", "green"]),
            random.pick(["a", "a", "a", "b", "c", "?"]), random.once(in: 2) ? "" : "n\(random.number(in: 0..<2))",
        ]
    }
}
