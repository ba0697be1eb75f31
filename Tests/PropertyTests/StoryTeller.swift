import TestRandom

/// Makes up lives at random.
struct StoryTeller {
    private var random: SeededRandom
    private var sheetCount = 1
    /// What may happen in this life; few things at a time, so that each is seen with little else around it.
    private var may: Set<Theme> = []

    private enum Theme: CaseIterable {
        case unreadable, unshared, header, configuration, late, failures, interruptions, guards, crashes, schema,
            reverted, outage, overtaken
    }

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    /// A life, all of which follows from the seed.
    mutating func story() -> LifeStory {
        let layouts: [[LifeStory.Place]] = [
            [.init(file: 0)], [.init(file: nil)], [.init(file: 0, isOneAnswer: false)],
            [.init(file: 0), .init(file: 0)], [.init(file: 0), .init(file: 1)], [.init(file: 0), .init(file: nil)],
            [.init(file: 0), .init(file: 0), .init(file: 1)],
            [.init(file: 0), .init(file: 1), .init(file: 1), .init(file: nil)],
            [.init(file: 0, isOneAnswer: false), .init(file: 1), .init(file: 2)],
        ]
        let sheets = random.pick(layouts)
        sheetCount = sheets.count
        may = Set(Theme.allCases.filter { _ in random.once(in: 3) })
        var steps: [Step] = []
        for key in 0..<random.number(in: 1..<SheetRow.keys.count) {
            let name = random.number(in: 0..<SheetRow.names.count)
            steps.append(.edit(.append(sheet: sheet(), key: key, name: name, kind: random.number(in: 1..<4))))
        }
        steps.append(.run(RunPlan()))
        for _ in 0..<random.number(in: 6..<22) {
            if random.once(in: 6) { steps += scene() }
            steps.append(random.once(in: 3) ? .run(run()) : random.once(in: 3) ? event() : .edit(edit()))
        }
        steps.append(.run(RunPlan()))
        return LifeStory(sheets: sheets, steps: steps)
    }

    private mutating func sheet() -> Int { random.number(in: 0..<sheetCount) }
    private mutating func key() -> Int { random.number(in: 0..<SheetRow.keys.count) }
    private mutating func row() -> Int { random.number(in: 0..<8) }
    private mutating func kind() -> Int { random.pick([0, 1, 2, 3, 1, 2, 4]) }
    private mutating func happens(_ theme: Theme, once times: Int) -> Bool {
        may.contains(theme) && random.once(in: times)
    }

    private mutating func edit() -> Edit {
        switch random.number(in: 0..<12) {
        case 0, 1:
            .append(
                sheet: sheet(), key: key(), name: random.number(in: 0..<SheetRow.names.count), kind: kind())
        case 2, 3: .type(sheet: sheet(), row: row(), kind: kind())
        case 4: .rename(sheet: sheet(), row: row(), name: random.number(in: 0..<SheetRow.names.count))
        case 5, 6: .remove(sheet: sheet(), row: row())
        case 7, 8: .move(sheet: sheet(), row: row(), to: sheet())
        case 9: .copy(sheet: sheet(), row: row(), to: sheet())
        case 10 where may.contains(.unreadable):
            random.once(in: 2) ? .unreadable(sheet: sheet(), kind: random.number(in: 1..<3)) : .mend(sheet: sheet())
        default: .sort(sheet: sheet())
        }
    }

    private mutating func event() -> Step {
        var possible: [Step] = [.plan]
        if may.contains(.schema) { possible += [.schema(random.pick(SchemaForm.allCases)), .schema(.narrow)] }
        if may.contains(.configuration) {
            possible += [
                .configure(sheet: sheet(), isIn: false), .configure(sheet: sheet(), isIn: true),
                .retire(sheet: sheet(), deletes: random.once(in: 2)),
            ]
        }
        if may.contains(.unshared) { possible.append(.share(sheet: sheet(), isReadable: random.once(in: 2))) }
        if may.contains(.header) { possible.append(.header(sheet: sheet(), isWhole: random.once(in: 2))) }
        if may.contains(.guards) || may.contains(.schema) {
            possible += [.approve(pastBlock: random.once(in: 2)), .approve(pastBlock: false)]
            if random.once(in: 3) { possible.append(.expire) }
        }
        if may.contains(.unreadable) || may.contains(.unshared) {
            possible += [.approveWaiting, .edit(.unreadable(sheet: sheet(), kind: 1)), .edit(.mend(sheet: sheet()))]
        }
        if may.contains(.reverted) {
            possible += [
                .revert(back: random.number(in: 1..<4), floor: may.contains(.guards) ? 1 : nil),
                .revert(back: 1, crashAt: may.contains(.crashes) ? random.number(in: 1..<6) : nil),
                .tag(name: random.number(in: 0..<2), back: random.number(in: 0..<3), moves: random.once(in: 3)),
            ]
            if random.once(in: 2) { possible.append(.approveReverted) }
        }
        return random.pick(possible)
    }

    /// A few steps that lead to where chance alone seldom comes.
    private mutating func scene() -> [Step] {
        let (sheet, row, kind) = (sheet(), row(), random.number(in: 1..<3))
        func type(_ kind: Int) -> Step { .edit(.type(sheet: sheet, row: row, kind: kind)) }
        let leave: [Step] = [.edit(.remove(sheet: sheet, row: row)), type(SheetRow.wrong), type(SheetRow.pending)]
        var scenes: [[Step]] = [[type(kind), .run(run())]]
        if may.contains(.reverted) {
            scenes += [
                [type(kind), .run(RunPlan()), .revert(back: 1), .run(run())],
                [.edit(.remove(sheet: sheet, row: row)), .run(RunPlan()), .revert(back: 1), .run(run())],
                [.edit(.append(sheet: sheet, key: key(), name: 0, kind: kind)), .run(RunPlan()), .revert(back: 1)],
            ]
        }
        if may.contains(.schema) {
            scenes.append(
                [
                    type(3), .run(RunPlan()), .schema(.narrow), random.pick(leave), .run(run()),
                    .approve(pastBlock: false),
                ])
        }
        if may.contains(.schema), may.contains(.reverted) {
            scenes.append(
                [
                    type(3), .run(RunPlan()), type(kind), .run(RunPlan()), .revert(back: 1), .schema(.narrow),
                    .run(run()),
                ])
        }
        if may.contains(.unreadable) {
            scenes.append(
                [
                    .edit(.unreadable(sheet: self.sheet(), kind: 1)), random.pick(leave), .run(run()), .approveWaiting,
                    .run(run()),
                ])
        }
        if may.contains(.interruptions) {
            let (from, to) = (self.sheet(), self.sheet())
            let move = Edit.move(sheet: from, row: row, to: to)
            scenes.append(
                [
                    .edit(.remove(sheet: sheet, row: row)),
                    .run(RunPlan(interruptions: [.init(sheet: from, read: random.number(in: 1..<3), edit: move)])),
                ])
        }
        return random.pick(scenes)
    }

    private mutating func run() -> RunPlan {
        var plan = RunPlan()
        plan.isLate = happens(.late, once: 2)
        plan.readsAll = random.once(in: 8)
        if happens(.outage, once: 4) { plan.changes = .outage } else if random.once(in: 8) { plan.changes = .unknown }
        if happens(.guards, once: 2) { plan.floor = random.number(in: 0..<3) }
        if happens(.failures, once: 2) {
            for _ in 0..<random.number(in: 1..<3) {
                plan.failures.append(.init(sheet: sheet(), read: random.once(in: 2) ? nil : random.number(in: 1..<4)))
            }
        }
        if happens(.interruptions, once: 2) {
            for _ in 0..<random.number(in: 1..<3) {
                plan.interruptions.append(
                    .init(
                        sheet: sheet(), read: random.number(in: 1..<4), edit: edit(), isNoticed: random.once(in: 2)))
            }
        }
        if happens(.crashes, once: 2) {
            if random.once(in: 3) {
                plan.cancelAt = random.number(in: 1..<8)
            } else {
                plan.crashAt = random.number(in: 1..<9)
            }
            plan.chunk = random.pick([1, 2, 3])
        } else if happens(.overtaken, once: 2) {
            plan.overtaken = .init(sheet: sheet(), read: random.number(in: 1..<3))
        }
        return plan
    }
}
