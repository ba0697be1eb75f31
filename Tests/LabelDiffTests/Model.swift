import Digest
import LabelDiff

/// What becomes of one key.
struct Verdict: Equatable, CustomStringConvertible {
    var change = ""
    var label: RowHash?
    var problems: Set<Problem> = []
    var newRejections = 0
    var reverted: Reverted?
    /// Where the key is at home after, if its label stays or is written; several where the table leaves a choice.
    var homes: Set<UInt32?> = []

    var description: String {
        "change '\(change)', label \(label.map(\.description) ?? "none"), problems \(problems), "
            + "new \(newRejections), reverted \(String(describing: reverted)), homes \(homes)"
    }
}

/// What a run makes of each key, read off the decision table with dictionaries: slow, and plain.
struct Model {
    let world: World

    init(_ world: World) {
        self.world = world
    }

    /// The sheets from which the store knows the key: home, and those where something stands open.
    func knownSheets(_ key: KeyHash) -> Set<UInt32> {
        guard let record = world.records[key] else { return [] }
        var sheets = Set(record.problems.map(\.sheetID))
        if record.label != nil, let home = record.home { sheets.insert(home) }
        if let sheet = record.reverted?.sheetID { sheets.insert(sheet) }
        return sheets
    }

    func facts(_ key: KeyHash) -> Facts {
        let record = world.records[key] ?? World.Record()
        var facts = Facts(label: record.label, labelFits: record.fits, reverted: record.reverted?.state)
        for sheet in world.sheets {
            for (place, row) in (sheet.rows ?? []).enumerated() where row.key == key && row.kind != .pending {
                facts.filled.append(
                    Facts.Filled(
                        sheet: sheet.id, rowNumber: World.rowNumber(place), value: row.value,
                        isValid: row.kind == .valid))
            }
        }
        let unread = Set(world.sheets.filter { $0.rows == nil }.map(\.id))
        facts.aKnownSheetWasNotRead = !knownSheets(key).isDisjoint(with: unread)
        // A label that no sheet ever offered is kept as one whose sheet is retired.
        if record.label != nil { facts.homeIsRetiredWithKeep = record.home.map(world.retired.contains) ?? true }
        facts.deleteIsApprovedPastTheBlock = record.isDeleteApproved && record.label != nil
        facts.deletesAreBlocked = world.deletesAreBlocked
        facts.isMissingFromBothPasses =
            world.absence == .onePass || (world.absence == .second && record.wasMissingInFirstPass)
        return facts
    }

    /// One problem for each row, counted within its sheet from the top, all under one hash.
    static func duplicates(_ filled: [Facts.Filled]) -> [Problem] {
        var hasher = SHA256Hasher()
        hasher.update("duplicate\n")
        for bytes in filled.map(\.value.bytes).sorted(by: { $0.lexicographicallyPrecedes($1) }) { hasher.update(bytes) }
        let seen = RowHash(hasher.finish().first16)
        return Dictionary(grouping: filled, by: \.sheet).values.flatMap { rows in
            rows.sorted { $0.rowNumber < $1.rowNumber }.enumerated().map { ordinal, row in
                Problem(
                    kind: .duplicate, sheetID: row.sheet, ordinal: UInt32(ordinal), seen: seen, rowNumber: row.rowNumber
                )
            }
        }
    }

    /// The number of the rule, and what comes of it.
    func verdict(_ key: KeyHash) -> (rule: Int, Verdict)? {
        let facts = facts(key)
        let record = world.records[key] ?? World.Record()
        guard let rule = Rule.first(for: facts) else { return nil }
        var verdict = Verdict(label: record.label, problems: Set(record.problems), reverted: record.reverted)

        switch rule.label {
        case .keep, .unchanged, .nothing: break
        case .insert, .update:
            verdict.label = facts.value
            verdict.change = rule.label == .insert ? "insert" : "update"
        case .delete, .deleteAsCost:
            verdict.label = nil
            if record.label != nil { verdict.change = rule.label == .delete ? "delete" : "cost" }
        }

        switch rule.problems {
        case .stay: break
        case .end: verdict.problems = []
        case .duplicate: verdict.problems = Set(Self.duplicates(facts.filled))
        case .invalid:
            verdict.problems = Set(
                facts.filled.map {
                    Problem(kind: .invalid, sheetID: $0.sheet, ordinal: 0, seen: $0.value, rowNumber: $0.rowNumber)
                })
        case .deleteWaits:
            verdict.problems = []
            if let label = record.label, let home = record.home {
                verdict.problems = [
                    Problem(kind: .deleteWaiting, sheetID: home, ordinal: 0, seen: label, rowNumber: 0)
                ]
            }
        }
        if rule.problems == .duplicate || rule.problems == .invalid {
            verdict.newRejections =
                verdict.problems.filter { found in
                    !record.problems.contains { $0.kind == found.kind && $0.seen == found.seen }
                }.count
        }

        switch rule.reverted {
        case .stays: break
        case .ends: verdict.reverted = nil
        case .movesToTheRow: verdict.reverted?.sheetID = facts.filled[0].sheet
        }

        if verdict.label != nil {
            let places = Set(facts.filled.map { Optional($0.sheet) })
            switch rule.home {
            case .stays: verdict.homes = [record.home]
            case .isTheRowsSheet: verdict.homes = places
            case .isOneOfTheRowsSheets:
                verdict.homes = record.home != nil && places.contains(record.home) ? [record.home] : places
            }
        }
        return (rule.number, verdict)
    }
}
