import Testing

/// A story that once ended badly, or that leads where chance seldom comes.
struct KnownStory: Sendable, CustomTestStringConvertible {
    let name: String
    let story: LifeStory

    var testDescription: String { name }

    static let all = [
        KnownStory(
            name: "an approval is used up by what it shows, and by no other rejection of the same key",
            story: LifeStory(
                sheets: [.init(file: 0)],
                steps: [
                    .edit(.append(sheet: 0, key: 1, name: 0, kind: 3)),
                    .edit(.append(sheet: 0, key: 4, name: 3, kind: 3)),
                    .run(RunPlan()),
                    .edit(.remove(sheet: 0, row: 0)),
                    .schema(.narrow),
                    .edit(.append(sheet: 0, key: 1, name: 2, kind: 1)),
                    .run(RunPlan()),
                    .edit(.type(sheet: 0, row: 4, kind: 4)),
                    .approve(pastBlock: true),
                    .edit(.copy(sheet: 0, row: 5, to: 0)),
                ])),
        KnownStory(
            name: "a worker that is overtaken while a schema carries labels over says so",
            story: LifeStory(
                sheets: [.init(file: 0), .init(file: nil)],
                steps: [
                    .edit(.append(sheet: 0, key: 0, name: 1, kind: 2)),
                    .edit(.append(sheet: 1, key: 6, name: 3, kind: 1)),
                    .run(RunPlan()),
                    .edit(.append(sheet: 1, key: 0, name: 0, kind: 3)),
                    .schema(.renamed),
                    .run(
                        RunPlan(
                            interruptions: [.init(sheet: 0, read: 1, edit: .remove(sheet: 1, row: 6))],
                            overtaken: .init(sheet: 1, read: 2))),
                ])),
        KnownStory(
            name: "a reverted value is applied where the schema no longer takes the label",
            story: LifeStory(
                sheets: [.init(file: 0)],
                steps: [
                    .edit(.append(sheet: 0, key: 0, name: 0, kind: 3)),
                    .run(RunPlan()),
                    .edit(.type(sheet: 0, row: 0, kind: 1)),
                    .run(RunPlan()),
                    .revert(back: 1),
                    .run(RunPlan()),
                    .schema(.narrow),
                    .run(RunPlan()),
                ])),
        KnownStory(
            name: "a field that has another name does not undo a revert",
            story: LifeStory(
                sheets: [.init(file: 0)],
                steps: [
                    .edit(.append(sheet: 0, key: 0, name: 1, kind: 1)),
                    .run(RunPlan()),
                    .edit(.type(sheet: 0, row: 0, kind: 2)),
                    .run(RunPlan()),
                    .revert(back: 1),
                    .run(RunPlan()),
                    .schema(.renamed),
                    .run(RunPlan()),
                ])),
        KnownStory(
            name: "an approval of deletes passes no cell that cannot be read, unless it says so",
            story: LifeStory(
                sheets: [.init(file: 0)],
                steps: [
                    .edit(.append(sheet: 0, key: 0, name: 0, kind: 1)),
                    .edit(.append(sheet: 0, key: 1, name: 0, kind: 1)),
                    .run(RunPlan()),
                    .edit(.remove(sheet: 0, row: 0)),
                    .run(RunPlan(floor: 0)),
                    .approve(pastBlock: false),
                    .edit(.unreadable(sheet: 0, kind: 1)),
                    .run(RunPlan()),
                ])),
        KnownStory(
            name: "a revert leaves out a label whose delete waits",
            story: LifeStory(
                sheets: [.init(file: 0)],
                steps: [
                    .edit(.append(sheet: 0, key: 0, name: 0, kind: 1)),
                    .run(RunPlan()),
                    .edit(.type(sheet: 0, row: 0, kind: 2)),
                    .run(RunPlan()),
                    .edit(.remove(sheet: 0, row: 0)),
                    .edit(.unreadable(sheet: 0, kind: 1)),
                    .run(RunPlan()),
                    .revert(back: 1),
                    .run(RunPlan()),
                ])),
    ]
}
