import LabelSchema
import LabelStore
import Testing

@testable import Sync

/// Unique keys and foreign keys, over rows of several sheets and the labels that stay.
@Suite struct TableKeyTests {
    private static let header = ["id", "code", "parent", "kind"]

    private static func schema(_ keys: String, code: String = "type: string") -> String {
        """
        primaryKey: [id]
        \(keys)
        fields:
          - { name: id, type: integer }
          - { name: code, \(code) }
          - { name: parent, type: integer }
          - { name: kind, type: string, constraints: { enum: [主食, 主菜] }, sheaf: { role: label } }
        """
    }

    private static let unique = schema("uniqueKeys: [[code]]")
    private static let tree = schema(
        "foreignKeys: [{ fields: [parent], reference: { resource: '', fields: [id] } }]")

    private func write(_ bench: Workbench, _ sheet: String, _ rows: [[String]]) throws {
        try bench.write(sheet, rows, header: Self.header)
    }

    private func codes(_ bench: Workbench) async throws -> [String: String] {
        var codes: [String: String] = [:]
        for label in try await bench.labels() {
            let members = CanonicalLabel.parse(label) ?? []
            let values = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value.displayText) })
            codes[values["id"] ?? ""] = values["code"] ?? ""
        }
        return codes
    }

    // MARK: - Unique keys

    @Test func rowsThatShareAUniqueValueAreAllRefusedAndNameEachOther() async throws {
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "x", "", "主食"], ["2", "y", "", "主食"]])
            try write(bench, "b.csv", [["3", "x", "", "主食"], ["4", "", "", "主食"], ["5", "", "", "主食"]])
            let report = try await bench.sync(["a.csv", "b.csv"], schema: Self.unique)
            #expect(report.rejections.map(\.key) == ["[1]", "[3]"])
            #expect(report.rejections.allSatisfy { $0.errors.map(\.code) == ["unique-error"] })
            #expect(report.rejections[0].errors[0].cell == "B2")
            #expect(report.rejections[0].errors[0].en.contains("b.csv!B2"))
            #expect(try await codes(bench) == ["2": "y", "4": "", "5": ""])
        }
    }

    @Test func eachUniqueKeyNamesThoseWhoShareItsOwnValue() async throws {
        try await Workbench.with { bench in
            try write(
                bench, "a.csv",
                [["1", "x", "7", "主食"], ["2", "x", "", "主食"], ["3", "", "7", "主食"]]
                    + (4...40).map { ["\($0)", "y", "", "主食"] })
            let report = try await bench.sync(["a.csv"], schema: Self.schema("uniqueKeys: [[code], [parent]]"))
            let errors = try #require(report.rejections.first { $0.key == "[1]" }).errors.map(\.en)
            #expect(errors.count == 2)
            #expect(errors[0].contains("B3") && !errors[0].contains("C4"))
            #expect(errors[1].contains("C4") && !errors[1].contains("B3"))
            // All of them are counted, also where not all are named.
            #expect(report.rejections.first { $0.key == "[4]" }?.errors.first?.en.contains("and 16 more") == true)
        }
    }

    @Test func aRowThatWasThereFirstKeepsItsValue() async throws {
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "x", "", "主食"]])
            try write(bench, "b.csv", [["2", "y", "", "主食"]])
            try await bench.sync(["a.csv", "b.csv"], schema: Self.unique)
            try write(bench, "b.csv", [["2", "x", "", "主食"]])
            let report = try await bench.sync(["a.csv", "b.csv"], schema: Self.unique)
            #expect(report.rejections.map(\.key) == ["[2]"])
            #expect(report.rejections[0].keepsLabel)
            #expect(try await codes(bench) == ["1": "x", "2": "y"])
            // Its label still holds y, so nobody else gets it.
            try write(bench, "a.csv", [["1", "x", "", "主食"], ["3", "y", "", "主食"]])
            #expect(try await bench.sync(["a.csv", "b.csv"], schema: Self.unique).counts.rejected == 2)
            #expect(try await codes(bench) == ["1": "x", "2": "y"])
            // Once the first lets go, both may have what they ask for, though only one sheet changed.
            try write(bench, "a.csv", [["1", "z", "", "主食"], ["3", "y", "", "主食"]])
            let freed = try await bench.sync(["a.csv", "b.csv"], schema: Self.unique)
            #expect(freed.counts.rejected == 0)
            #expect(try await codes(bench) == ["1": "z", "2": "x", "3": "y"])
        }
    }

    @Test func valuesMayBeSwapped() async throws {
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "x", "", "主食"], ["2", "y", "", "主食"]])
            try await bench.sync(["a.csv"], schema: Self.unique)
            try write(bench, "a.csv", [["1", "y", "", "主食"], ["2", "x", "", "主食"]])
            let report = try await bench.sync(["a.csv"], schema: Self.unique)
            #expect(report.counts.updated == 2 && report.counts.rejected == 0)
        }
    }

    @Test func aLabelKeptForARefusedRowKeepsItsValue() async throws {
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "x", "", "主食"], ["2", "y", "", "主食"]])
            try await bench.sync(["a.csv"], schema: Self.unique)
            try write(bench, "a.csv", [["1", "w", "", "おかし"], ["2", "x", "", "主食"]])
            let report = try await bench.sync(["a.csv"], schema: Self.unique)
            #expect(Set(report.rejections.compactMap(\.key)) == ["[1]", "[2]"])
            #expect(try await codes(bench) == ["1": "x", "2": "y"])
        }
    }

    @Test func theConstraintUniqueOfAFieldIsAUniqueKey() async throws {
        let schema = Self.schema("", code: "type: string, constraints: { unique: true }")
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "x", "", "主食"], ["2", "x", "", "主食"]])
            #expect(try await bench.sync(["a.csv"], schema: schema).counts.rejected == 2)
        }
    }

    // MARK: - References within the dataset

    @Test func aRowMustReferToALabelThatIsThere() async throws {
        try await Workbench.with { bench in
            try write(
                bench, "a.csv",
                [["1", "", "", "主食"], ["2", "", "1", "主食"], ["3", "", "9", "主食"], ["4", "", "3", "主食"]])
            let report = try await bench.sync(["a.csv"], schema: Self.tree)
            // 4 refers to 3, which is refused itself.
            #expect(Set(report.rejections.compactMap(\.key)) == ["[3]", "[4]"])
            #expect(report.rejections.allSatisfy { $0.errors.map(\.code) == ["foreign-key"] })
            #expect(try await codes(bench).count == 2)
        }
    }

    @Test func aLabelThatOthersReferToWaitsToBeDeleted() async throws {
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "", "", "主食"], ["2", "", "1", "主食"]])
            try await bench.sync(["a.csv"], schema: Self.tree)
            try write(bench, "a.csv", [["2", "", "1", "主食"]])
            let waiting = try await bench.sync(["a.csv"], schema: Self.tree)
            #expect(waiting.waitingDeletes.map(\.key) == ["[1]"])
            #expect(waiting.waitingDeletes.map(\.blockedBy) == [["2"]])
            #expect(waiting.waitingDeletes.map(\.isReferenced) == [true])
            #expect(waiting.rejections.map(\.key) == ["[2]"])
            #expect(try await codes(bench).count == 2)
            try write(bench, "a.csv", [["2", "", "", "主食"]])
            #expect(try await bench.sync(["a.csv"], schema: Self.tree).counts.deleted == 1)
            #expect(try await codes(bench) == ["2": ""])
        }
    }

    @Test func whatALabelRefersToWaitsThoughItsFieldHasAnotherName() async throws {
        let renamed = Self.tree.replacing("fields: [id]", with: "fields: [number]")
            .replacing("primaryKey: [id]", with: "primaryKey: [number]")
            .replacing("name: id,", with: "name: number, title: id, sheaf: { was: id },")
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "", "", "主食"], ["2", "", "1", "主食"]])
            try await bench.sync(["a.csv"], schema: Self.tree)
            try write(bench, "a.csv", [["2", "", "1", "おかし"]])
            let report = try await bench.sync(["a.csv"], schema: renamed)
            #expect(report.breaches.isEmpty)
            #expect(report.waitingDeletes.map(\.key) == ["[1]"])
            #expect(try await bench.labels().count == 2)
        }
    }

    @Test func aLabelThatIsReferredToByTwoKeysNamesThoseOfBoth() async throws {
        let schema = Self.schema(
            """
            foreignKeys:
              - { fields: [parent], reference: { fields: [id] } }
              - { fields: [code], reference: { fields: [kind] } }
            """)
        try await Workbench.with { bench in
            try write(
                bench, "a.csv", [["1", "", "", "主菜"], ["2", "", "1", "主食"], ["3", "主菜", "", "主食"]])
            try await bench.sync(["a.csv"], schema: schema)
            try write(bench, "a.csv", [["2", "", "1", "主食"], ["3", "主菜", "", "主食"]])
            let waiting = try await bench.sync(["a.csv"], schema: schema)
            #expect(waiting.waitingDeletes.map(\.key) == ["[1]"])
            #expect(waiting.waitingDeletes.map { Set($0.blockedBy) } == [["2", "3"]])
        }
    }

    @Test func bothMayGoTogether() async throws {
        try await Workbench.with { bench in
            try write(bench, "a.csv", [["1", "", "", "主食"], ["2", "", "1", "主食"], ["3", "", "", "主食"]])
            try await bench.sync(["a.csv"], schema: Self.tree)
            try write(bench, "a.csv", [["3", "", "", "主食"]])
            #expect(try await bench.sync(["a.csv"], schema: Self.tree).counts.deleted == 2)
        }
    }

    // MARK: - References to another dataset

    private static let kinds = """
        primaryKey: [code]
        fields:
          - { name: code, type: string }
          - { name: weight, type: integer, sheaf: { role: label } }
        """
    private static let referring = schema(
        "foreignKeys: [{ fields: [code], reference: { resource: kinds, fields: [code] } }]")

    @Test func aReferenceFollowsTheOtherDatasetsVersions() async throws {
        try await Workbench.with { bench in
            func syncKinds(_ rows: [[String]]) async throws {
                try bench.write("kinds.csv", rows, header: ["code", "weight"])
                try await bench.sync(["kinds.csv"], schema: Self.kinds, dataset: "kinds")
            }
            try write(bench, "a.csv", [["1", "x", "", "主食"], ["2", "y", "", "主食"]])
            await #expect(throws: ReferenceProblem.self) {
                let _: SyncReport = try await bench.sync(["a.csv"], schema: Self.referring)
            }

            try await syncKinds([["x", "1"]])
            let first = try await bench.sync(["a.csv"], schema: Self.referring)
            #expect(first.rejections.map(\.key) == ["[2]"])
            #expect(first.rejections[0].errors.map(\.code) == ["foreign-key"])
            let record = try await bench.record()
            #expect(try await bench.store.references(of: record, version: 1).map(\.version) == [1])
            #expect(try await bench.sync(["a.csv"], schema: Self.referring).outcome == .unchanged)

            // No sheet changed: the other dataset did.
            try await syncKinds([["x", "1"], ["y", "2"]])
            let second = try await bench.sync(["a.csv"], schema: Self.referring)
            #expect(second.counts.inserted == 1 && second.counts.rejected == 0)
            #expect(try await bench.store.references(of: record, version: 2).map(\.version) == [2])

            // What is lost there would cost a label here: held, with the reason told.
            try await syncKinds([["y", "2"]])
            let held = try await bench.sync(["a.csv"], schema: Self.referring)
            #expect(held.outcome == .held)
            #expect(held.changes.map(\.key) == ["[1]"] && held.changes[0].isCost)
            #expect(held.changes[0].reasons.map(\.code) == ["foreign-key"])
            #expect(try await codes(bench) == ["1": "x", "2": "y"])
            // It comes back, and the hold closes by itself.
            try await syncKinds([["x", "1"], ["y", "2"]])
            #expect(try await bench.sync(["a.csv"], schema: Self.referring).outcome == .unchanged)
            #expect(try await bench.sync(["a.csv"], schema: Self.referring).outcome == .unchanged)
        }
    }

    @Test func whileASheetCannotBeReadANewVersionOfTheOtherDatasetWaits() async throws {
        try await Workbench.with { bench in
            func syncKinds(_ rows: [[String]]) async throws {
                try bench.write("kinds.csv", rows, header: ["code", "weight"])
                try await bench.sync(["kinds.csv"], schema: Self.kinds, dataset: "kinds")
            }
            try await syncKinds([["x", "1"], ["y", "2"]])
            try write(bench, "a.csv", [["1", "x", "", "主食"]])
            try write(bench, "b.csv", [["2", "y", "", "主食"]])
            try await bench.sync(["a.csv", "b.csv"], schema: Self.referring)
            try await syncKinds([["x", "1"], ["z", "3"]])
            try bench.remove("b.csv")
            try write(bench, "a.csv", [["1", "z", "", "主食"]])
            let report = try await bench.sync(["a.csv", "b.csv"], schema: Self.referring)
            #expect(report.outcome == .failed && report.changes.isEmpty)
            #expect(try await codes(bench) == ["1": "x", "2": "y"])
            // The other dataset has not moved on: what can be read is taken.
            try await syncKinds([["x", "1"], ["y", "2"], ["z", "3"]])
            try write(bench, "b.csv", [["2", "y", "", "主食"]])
            #expect(try await bench.sync(["a.csv", "b.csv"], schema: Self.referring).outcome == .published)
            try bench.remove("b.csv")
            try write(bench, "a.csv", [["1", "x", "", "主食"]])
            try await bench.sync(["a.csv", "b.csv"], schema: Self.referring)
            #expect(try await codes(bench) == ["1": "x", "2": "y"])
        }
    }

    @Test func aReferenceOfAnotherTypeIsRefusedBeforeAnythingIsRead() async throws {
        let schema = Self.schema("foreignKeys: [{ fields: [id], reference: { resource: kinds, fields: [code] } }]")
        try await Workbench.with { bench in
            try bench.write("kinds.csv", [["1", "1"]], header: ["code", "weight"])
            try await bench.sync(["kinds.csv"], schema: Self.kinds, dataset: "kinds")
            try write(bench, "a.csv", [["1", "x", "", "主食"]])
            await #expect(throws: ReferenceProblem.self) {
                let _: SyncReport = try await bench.sync(["a.csv"], schema: schema)
            }
        }
    }

    @Test func aReferenceMayPointToAnyField() async throws {
        let schema = Self.schema(
            "foreignKeys: [{ fields: [parent], reference: { resource: kinds, fields: [weight] } }]")
        try await Workbench.with { bench in
            try bench.write("kinds.csv", [["x", "7"]], header: ["code", "weight"])
            try await bench.sync(["kinds.csv"], schema: Self.kinds, dataset: "kinds")
            try write(bench, "a.csv", [["1", "x", "7", "主食"], ["2", "x", "8", "主食"]])
            #expect(try await bench.sync(["a.csv"], schema: schema).rejections.map(\.key) == ["[2]"])
        }
    }
}
