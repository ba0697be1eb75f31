import Digest
import LabelDiff
import Testing

@Suite struct MergeWalkModelTests {
    /// Thousands of datasets in all states, decided by the walk and by the model.
    @Test func agreesWithTheModelInEveryState() throws {
        var rules: [Int: Int] = [:]
        for seed in 0..<6_000 as Range<UInt64> {
            let world = World(seed: seed)
            for key in world.keys {
                if let verdict = Model(world).verdict(key) { rules[verdict.rule, default: 0] += 1 }
            }
            guard let difference = firstDifference(world) else { continue }
            let small = shrunk(world)
            Issue.record("seed \(seed): \(difference)\nshrunk to: \(firstDifference(small) ?? "")\n\(small)")
            return
        }
        // A rule that no world comes to would be a rule that nobody has tried.
        for rule in 1...17 { #expect(rules[rule, default: 0] > 30, "rule \(rule)") }
    }

    /// Leaves out keys for as long as there is something wrong.
    private func shrunk(_ world: World) -> World {
        var world = world
        for key in world.keys.sorted() {
            let smaller = world.without(key)
            if firstDifference(smaller) != nil { world = smaller }
        }
        return world
    }

    /// Where walk and model part, in words.
    private func firstDifference(_ world: World) -> String? {
        let model = Model(world)
        let outcome = world.walked()
        let found = Found(outcome, of: world)
        if let mistake = found.mistake { return mistake }

        var labels: [KeyHash: RowHash] = [:]
        var missing: Set<KeyHash> = []
        var kept: Set<KeyHash> = []
        var undecided: Set<UInt32> = []
        var unchanged = 0
        for key in world.keys.sorted() {
            guard let (rule, verdict) = model.verdict(key) else { return "no rule for \(key)" }
            guard let walked = found.verdicts[key] else { return "the walk left out \(key)" }
            labels[key] = verdict.label
            if rule == 17 { missing.insert(key) }
            if rule == 5 { unchanged += 1 }
            if verdict.change.isEmpty, rule != 5, verdict.label != nil { kept.insert(key) }
            if rule == 1 || rule == 17 { undecided.formUnion(concerned(key, model)) }
            var comparable = walked
            // Where the table leaves a choice of homes, any of them is right.
            if walked.homes.isSubset(of: verdict.homes), !verdict.homes.isEmpty { comparable.homes = verdict.homes }
            if comparable != verdict { return "rule \(rule), \(key):\n  walk  \(walked)\n  model \(verdict)" }
        }
        if Set(outcome.missing) != missing { return "missing: \(outcome.missing)" }
        if Set(outcome.kept) != kept { return "kept: \(outcome.kept), model \(kept)" }
        if outcome.undecidedSheets != undecided {
            return "undecided: \(outcome.undecidedSheets), model \(undecided)"
        }
        if outcome.unchangedCount != unchanged { return "unchanged: \(outcome.unchangedCount), model \(unchanged)" }
        if outcome.labelCount != labels.count { return "labels: \(outcome.labelCount), model \(labels.count)" }
        if outcome.rootHash != rootHash(labels) { return "root hash" }
        let pending = world.sheets.flatMap { $0.rows ?? [] }.filter { $0.kind == .pending }.count
        return outcome.pendingCount == pending ? nil : "pending: \(outcome.pendingCount)"
    }

    /// The sheets that stay dirty for a key: where it is known from, and where it was seen.
    private func concerned(_ key: KeyHash, _ model: Model) -> Set<UInt32> {
        let seen = model.world.sheets.filter { $0.rows?.contains { $0.key == key } ?? false }.map(\.id)
        return model.knownSheets(key).union(seen)
    }
}

/// SHA-256 over keys and rows, sorted: as the definition says, in one piece.
func rootHash(_ labels: [KeyHash: RowHash]) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update(labels.sorted { $0.key < $1.key }.flatMap { $0.key.bytes + $0.value.bytes })
    return hasher.finish()
}

/// The outcome of a walk by key, in the model's words.
struct Found {
    var verdicts: [KeyHash: Verdict] = [:]
    /// What contradicts itself within the outcome.
    var mistake: String?

    init(_ outcome: MergeOutcome, of world: World) {
        let input = world.input
        for key in world.keys {
            let record = world.records[key] ?? World.Record()
            verdicts[key] = Verdict(label: record.label, reverted: record.reverted, homes: [record.home])
        }
        var previous: KeyHash?
        for entry in outcome.entries {
            if let previous, previous >= entry.key { mistake = "entries out of order" }
            previous = entry.key
            if entry.before != world.records[entry.key]?.label { mistake = "before of \(entry)" }
            verdicts[entry.key]?.change = entry.isCost ? "cost" : entry.kind.rawValue
            verdicts[entry.key]?.label = entry.after
            guard let row = entry.row else { continue }
            if input.rows[row].key != entry.key || input.rows[row].seen != entry.after { mistake = "row of \(entry)" }
            verdicts[entry.key]?.homes = [world.sheets[Int(input.rows[row].sheet)].id]
        }
        for (key, sheet) in outcome.homes {
            // A label that is written gets its home with it, and one that stays where it is has none to move.
            if verdicts[key]?.change.isEmpty != true || world.records[key]?.home == sheet { mistake = "home of \(key)" }
            verdicts[key]?.homes = [sheet]
        }
        for change in outcome.revertedChanges { verdicts[change.key]?.reverted = change.reverted }
        for key in world.keys where verdicts[key]?.label == nil { verdicts[key]?.homes = [] }
        addProblems(outcome, world, input)
    }

    private mutating func addProblems(_ outcome: MergeOutcome, _ world: World, _ input: MergeInput) {
        for (key, found) in outcome.problems {
            verdicts[key]?.problems.insert(found.problem)
            if found.isNew { verdicts[key]?.newRejections += 1 }
            guard let row = found.row else { continue }
            let seen = input.rows[row]
            if seen.key != key || seen.rowNumber != found.problem.rowNumber
                || world.sheets[Int(seen.sheet)].id != found.problem.sheetID
            {
                mistake = "row of \(found)"
            }
        }
        // The changes lead from what stood open to what was found, and name no key in vain.
        var after = world.records.mapValues { Set($0.problems) }
        for change in outcome.problemChanges {
            let problems = Set(change.problems.map(\.problem))
            if after[change.key, default: []] == problems { mistake = "a change without a difference: \(change)" }
            after[change.key] = problems
        }
        for key in world.keys where after[key, default: []] != verdicts[key]?.problems {
            mistake = "problem changes of \(key)"
        }
    }
}
