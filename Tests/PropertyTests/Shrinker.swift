/// Makes a story that fails as short as it can be while it still fails.
struct Shrinker {
    /// Says what goes wrong in a story, or nil.
    let failure: (LifeStory) async -> Mismatch?
    /// So many stories are tried at most.
    var patience = 300

    /// - Returns: the shortest story found, and what goes wrong in it.
    mutating func shrunk(_ story: LifeStory, _ mismatch: Mismatch) async -> (LifeStory, Mismatch) {
        var (story, mismatch) = (story, mismatch)
        var size = story.steps.count / 2
        while size > 0 {
            var start = 0
            while start < story.steps.count {
                var smaller = story
                smaller.steps.removeSubrange(start..<min(start + size, story.steps.count))
                if let found = await fails(smaller) {
                    (story, mismatch) = (smaller, found)
                } else {
                    start += size
                }
            }
            size /= 2
        }
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            for smaller in simpler(story) {
                guard let found = await fails(smaller) else { continue }
                (story, mismatch) = (smaller, found)
                isSmaller = true
                break
            }
        }
        return (story, mismatch)
    }

    private mutating func fails(_ story: LifeStory) async -> Mismatch? {
        guard patience > 0 else { return nil }
        patience -= 1
        return await failure(story)
    }

    private func simpler(_ story: LifeStory) -> [LifeStory] {
        var found: [LifeStory] = []
        if story.sheets.count > 1 {
            var smaller = story
            smaller.sheets.removeLast()
            found.append(smaller)
        }
        for index in story.steps.indices {
            var smaller = story
            smaller.steps.remove(at: index)
            found.append(smaller)
            guard case .run(let plan) = story.steps[index] else { continue }
            for plan in simpler(plan) {
                smaller = story
                smaller.steps[index] = .run(plan)
                found.append(smaller)
            }
        }
        return found
    }

    private func simpler(_ plan: RunPlan) -> [RunPlan] {
        let changes: [(inout RunPlan) -> Void] =
            [
                { $0 = RunPlan() }, { $0.isLate = false }, { $0.readsAll = false }, { $0.changes = .told },
                { $0.floor = nil }, { $0.crashAt = nil }, { $0.cancelAt = nil }, { $0.overtaken = nil },
                { $0.chunk = nil },
            ] + plan.failures.indices.map { index in { $0.failures.remove(at: index) } }
            + plan.interruptions.indices.map { index in { $0.interruptions.remove(at: index) } }
            + plan.interruptions.indices.map { index in { $0.interruptions[index].isNoticed = false } }
        return changes.compactMap { change in
            var simpler = plan
            change(&simpler)
            return simpler == plan ? nil : simpler
        }
    }
}
