import TestRandom

/// Draws whole cases.
enum CaseGenerator {
    /// The case of a seed: the same on every machine.
    static func table(seed: UInt64) -> TableCase {
        var random = SeededRandom(seed: seed)
        let version: Question.Version = random.once(in: 4) ? .v1 : .v2
        let generators = (0..<random.number(in: 1..<4)).map { index in
            FieldGenerator(version: version, name: "value\(index + 1)", random: &random)
        }
        var members: [JSONMember] = []
        if random.once(in: 5) {
            members.append(JSONMember("missingValues", .texts(random.pick([["", "-"], [""], ["", "NA", "x"]]))))
        }
        let rows = (0..<random.number(in: 4..<13)).map { _ in
            generators.map { generator in
                CellGenerator(aimed: generator.aimed, type: generator.cellType).cell(&random)
            }
        }
        return TableCase(version: version, members: members, fields: generators.map(\.field), rows: rows)
    }
}
