internal import LabelDiff
internal import LabelSchema
package import LabelStore
package import Tabular

/// The difference between two versions as tables: what turns the export of one into the export of the other.
///
/// Where `VersionDiff` tells what happened to labels, this tells what happened to rows and columns of cells.
package struct VersionRows: Sendable {
    /// A field in either version; `nil` where its schema has none.
    private struct Column {
        let before: LabelField?
        let after: LabelField?
    }

    private let store: LabelStore
    private let dataset: DatasetRecord
    private let from: VersionRecord?
    private let to: VersionRecord
    private let fields: [Column]
    private let escapesFormulas: Bool

    private static let pageSize = 2_000

    /// The columns of both tables, those of the earlier one first.
    package var columns: [TabularDiffWriter.Column] {
        fields.map { column in
            TabularDiffWriter.Column(before: column.before.map(name), after: column.after.map(name))
        }
    }

    /// Reads the schemas of two versions.
    ///
    /// - Parameters:
    ///   - from: the earlier version; `nil` is the empty one, with the columns of the other.
    ///   - to: the other version; it may be an older one.
    ///   - dataset: the dataset of both.
    ///   - store: where they are.
    ///   - escapesFormulas: whether the exports have an apostrophe before text that a spreadsheet would run.
    /// - Throws: what the store throws.
    package init(
        from: VersionRecord?, to: VersionRecord, of dataset: DatasetRecord, store: LabelStore, escapesFormulas: Bool
    ) async throws {
        self.store = store
        self.dataset = dataset
        self.from = from
        self.to = to
        self.escapesFormulas = escapesFormulas
        func schemaFields(_ version: VersionRecord) async throws -> [LabelField] {
            try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID)).canonicalFields
        }
        let after = try await schemaFields(to)
        guard let from, from.schemaID != to.schemaID else {
            fields = after.map { Column(before: $0, after: $0) }
            return
        }
        let before = try await schemaFields(from)
        let lineage = try await SchemaLineage.load(of: dataset, from: store)
        let isForward = from.version < to.version
        let renamed = lineage.names(
            of: (isForward ? before : after).map(\.name), from: min(from.version, to.version),
            to: max(from.version, to.version))
        let former =
            isForward
            ? Dictionary(renamed.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first }) : renamed
        fields = Self.columns(before, after) { former[$0] ?? $0 }
    }

    /// The fields of both schemas side by side, in the order of the first; new ones stand where the second has them.
    private static func columns(
        _ before: [LabelField], _ after: [LabelField], former: (String) -> String
    ) -> [Column] {
        let kept = Dictionary(after.map { (former($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        var columns = before.map { Column(before: $0, after: kept[$0.name]) }
        var place = 0
        for field in after {
            if let index = columns.firstIndex(where: { $0.after?.name == field.name }) {
                place = index + 1
            } else {
                columns.insert(Column(before: nil, after: field), at: place)
                place += 1
            }
        }
        return columns
    }

    private func name(_ field: LabelField) -> String {
        escapesFormulas ? FormulaText.escaped(field.name) : field.name
    }

    /// Hands over the rows in key order, as exports have them.
    ///
    /// Memory holds the keys of both versions and a page of labels. Under one schema only the labels are read that may
    /// differ, and their neighbours; under another one all of them, since the same value may be another text.
    ///
    /// - Parameter body: takes one row after the other.
    /// - Throws: what the store or `body` throws; `CancellationError`.
    package func forEach(_ body: (TabularDiffRow) throws -> Void) async throws {
        let before = try await keys(from)
        let after = try await keys(to)
        let all = Self.union(before, after)
        let mayDiffer = try await candidates(all)
        var page: [KeyHash?] = []
        var read = 0
        for (index, key) in all.enumerated() {
            let isNear = mayDiffer(index) || index > 0 && mayDiffer(index - 1) || mayDiffer(index + 1)
            if !isNear, let last = page.last, last == nil { continue }
            page.append(isNear ? key : nil)
            read += isNear ? 1 : 0
            if read == Self.pageSize {
                try await handOver(page, body)
                (page, read) = ([], 0)
            }
        }
        try await handOver(page, body)
    }

    private func keys(_ version: VersionRecord?) async throws -> [KeyHash] {
        guard let version else { return [] }
        return try await store.keys(of: dataset, version: version.version).sorted()
    }

    /// Says of each key, by its place, whether its row may differ.
    private func candidates(_ all: [KeyHash]) async throws -> (Int) -> Bool {
        guard let from, from.schemaID == to.schemaID else { return { $0 < all.count } }
        let changed = try await store.keysChanged(
            in: dataset, from: min(from.version, to.version), to: max(from.version, to.version))
        let places = Set(Self.places(of: changed, in: all))
        return { places.contains($0) }
    }

    private static func places(of keys: [KeyHash], in all: [KeyHash]) -> [Int] {
        var places: [Int] = []
        var place = 0
        for key in keys {
            while place < all.count, all[place] < key { place += 1 }
            if place < all.count, all[place] == key { places.append(place) }
        }
        return places
    }

    /// Both in one order, each key once.
    private static func union(_ first: [KeyHash], _ second: [KeyHash]) -> [KeyHash] {
        var union: [KeyHash] = []
        union.reserveCapacity(max(first.count, second.count))
        var (left, right) = (0, 0)
        while left < first.count || right < second.count {
            if right == second.count || left < first.count && first[left] < second[right] {
                union.append(first[left])
                left += 1
            } else {
                if left < first.count, first[left] == second[right] { left += 1 }
                union.append(second[right])
                right += 1
            }
        }
        return union
    }

    private func handOver(_ page: [KeyHash?], _ body: (TabularDiffRow) throws -> Void) async throws {
        try Task.checkCancellation()
        let keys = page.compactMap(\.self)
        let old = try await labels(keys, from)
        let new = try await labels(keys, to)
        for key in page {
            guard let key else {
                try body(.kept(nil))
                continue
            }
            let before = old[key].map { cells($0, \.before) }
            let after = new[key].map { cells($0, \.after) }
            switch (before, after) {
            case (nil, nil): continue
            case (nil, let after?): try body(.inserted(after))
            case (let before?, nil): try body(.deleted(before))
            case (let before?, let after?):
                try body(isSame(before, after) ? .kept(merged(before, after)) : .changed(before: before, after: after))
            }
        }
    }

    private func labels(_ keys: [KeyHash], _ version: VersionRecord?) async throws -> [KeyHash: [UInt8]] {
        guard let version, !keys.isEmpty else { return [:] }
        return try await store.labels(of: dataset, version: version.version, keys: keys)
    }

    private func cells(_ label: [UInt8], _ side: KeyPath<Column, LabelField?>) -> [String] {
        let own = fields.compactMap { $0[keyPath: side] }
        var texts = LabelSchema.cells(ofCanonicalLabel: label, fields: own, escapesFormulas: escapesFormulas)[...]
        return fields.map { $0[keyPath: side] == nil ? "" : texts.popFirst() ?? "" }
    }

    /// Whether the columns that both have hold the same bytes.
    private func isSame(_ before: [String], _ after: [String]) -> Bool {
        fields.indices.allSatisfy { index in
            fields[index].before == nil || fields[index].after == nil
                || before[index].utf8.elementsEqual(after[index].utf8)
        }
    }

    private func merged(_ before: [String], _ after: [String]) -> [String] {
        fields.indices.map { fields[$0].after == nil ? before[$0] : after[$0] }
    }
}
