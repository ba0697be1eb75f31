package import Tabular

/// Decides for each row of one sheet whether it is valid, and makes valid rows canonical.
///
/// It works on bytes: a valid row of ordinary text costs no string and no allocation. It is bound to one sheet's header
/// by `LabelSchema.bind(header:headerRow:)`.
package struct RowValidator: Sendable {
    /// A field and the column of the sheet it stands in.
    private struct Column: Sendable {
        let reader: FieldReader
        let index: Int
        let role: FieldRole
        let isCanonical: Bool
    }

    /// What reading the cells of a column needs, without counted references.
    ///
    /// Counting them takes longer than reading most cells, and longer still where several tasks use one validator's
    /// copies. `columns` keeps the reader.
    private struct CellPlan: Sendable {
        let reader: Unmanaged<FieldReader>
        /// Where `"name":` stands in `memberPrefixes`.
        let prefix: Range<Int>
        let index: Int
        let isLabel: Bool
        let isCanonical: Bool
        /// Whether there is something to say of a blank cell.
        let isRequired: Bool
    }

    /// A rule whose fields are places in `columns`.
    private struct Rule: Sendable {
        let rule: RowRule
        let program: RuleProgram
        /// The columns that the rule names.
        let columns: [Int]
        /// The column in which its message stands.
        let anchor: Int
    }

    /// Canonical fields in member order (by the bytes of their names), then the others.
    private let columns: [Column]
    /// For each of `columns`, how its cells are read.
    private let plans: [CellPlan]
    private let memberPrefixes: [UInt8]
    /// Places in `columns` of the fields of the key and of other tuples, one tuple after the other.
    private let places: [Int]
    /// Where in `places` the key's fields stand, in key order.
    private let keyPlaces: Range<Int>
    /// Places in `columns` of the canonical fields, in schema order.
    private let seenColumns: [Int]
    private let annotatorColumn: Int?
    /// For each tuple of the table, where in `places` its fields stand.
    private let tuplePlaces: [Range<Int>]
    /// Foreign keys to lists, each with where in `places` its fields stand.
    private let listReferences: [(reference: ListReference, places: Range<Int>)]
    /// The rules of the schema, made for the places in `columns`.
    private let rules: [Rule]
    private let headerRow: Int

    /// Binds a schema to the columns of one sheet.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - sheetColumns: For each field of the schema, its column in the sheet, counted from 0; nil if there is none.
    ///   - headerRow: The sheet row of the header, counted from 1.
    init(schema: LabelSchema, columns sheetColumns: [Int?], headerRow: Int) {
        let all = zip(schema.readers, sheetColumns).map { reader, index in
            Column(
                reader: reader.unshared(), index: index ?? Self.noColumn, role: reader.field.role,
                isCanonical: reader.field.isCanonical)
        }
        let canonical = all.filter(\.isCanonical)
            .sorted { JSONText.precedes($0.reader.field.name, $1.reader.field.name) }
        let columns = canonical + all.filter { !$0.isCanonical }
        let place = { (name: String) in columns.firstIndex { $0.reader.field.name == name } }
        self.columns = columns
        var prefixes: [UInt8] = []
        plans = columns.map { column in
            let start = prefixes.count
            prefixes += column.reader.memberPrefix
            return CellPlan(
                reader: Unmanaged.passUnretained(column.reader), prefix: start..<prefixes.count, index: column.index,
                isLabel: column.role == .label, isCanonical: column.isCanonical,
                isRequired: column.reader.blankFailure != nil)
        }
        memberPrefixes = prefixes
        var places: [Int] = []
        let added = { (names: [String]) -> Range<Int> in
            let start = places.count
            places += names.compactMap(place)
            return start..<places.count
        }
        keyPlaces = added(schema.primaryKey)
        tuplePlaces = schema.tableTuples.map(added)
        listReferences = schema.listReferences.map { ($0, added($0.key.fields)) }
        self.places = places
        seenColumns = schema.canonicalFields.compactMap { place($0.name) }
        annotatorColumn = columns.firstIndex { $0.role == .annotator }
        let moved = schema.fields.map { place($0.name) ?? 0 }
        rules = schema.rules.map { rule in
            Rule(
                rule: rule, program: rule.program.moved(to: moved), columns: rule.named.map { moved[$0] },
                anchor: moved[rule.anchor])
        }
        self.headerRow = headerRow
    }

    /// The column of a field that the sheet does not have: beyond the end of every row.
    private static let noColumn = Int.max

    /// The names of the fields that have a column in the sheet, in schema order.
    package var boundFields: [String] {
        columns.filter { $0.index != Self.noColumn }.map(\.reader.field.name)
    }

    /// The column of the sheet (counted from 0) that a field stands in; nil if there is no such field.
    package func column(ofField name: String) -> Int? {
        columns.first { $0.reader.field.name == name && $0.index != Self.noColumn }?.index
    }

    /// Validates the rows of a batch.
    ///
    /// Rows without anything in the schema's columns are left out, as are the header row and those above it.
    ///
    /// - Parameters:
    ///   - batch: Rows of the sheet.
    ///   - skippingFirst: How many rows at the start of the batch to pass over.
    /// - Returns: Every row with something in it, as label, work to do or rejection.
    package mutating func validate(_ batch: RowBatch, skippingFirst: Int = 0) -> ValidatedBatch {
        let first = min(max(skippingFirst, headerRow + 1 - batch.firstRowNumber, 0), batch.rowCount)
        let rowCount = batch.rowCount - first
        var run = ValidationRun(columnCount: columns.count)
        run.rows.reserveCapacity(rowCount)
        run.tuples.reserveCapacity(rowCount * tuplePlaces.count)
        // Most batches fit, and need not be copied when they are done.
        let capacity = batch.bytes.count * 2 + batch.rowCount * 64
        var bytes = [UInt8](unsafeUninitializedCapacity: capacity) { memory, filled in
            run.arena = ByteArena(lent: memory)
            plans.withUnsafeBufferPointer { plans in
                memberPrefixes.withUnsafeBufferPointer { prefixes in
                    validate(batch, from: first, plans, prefixes, &run)
                }
            }
            filled = run.arena.isLent ? run.arena.count : 0
        }
        if !run.arena.isLent { bytes = run.arena.array() }
        return ValidatedBatch(
            bytes: bytes, rows: run.rows, errors: run.errors, tuples: run.tuples, aliasCounts: aliasCounts(run))
    }

    private func validate(
        _ batch: RowBatch, from first: Int, _ plans: UnsafeBufferPointer<CellPlan>,
        _ prefixes: UnsafeBufferPointer<UInt8>, _ run: inout ValidationRun
    ) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            batch.cells.withUnsafeBufferPointer { cells in
                for row in first..<batch.rowCount {
                    let slots = UnsafeBufferPointer(rebasing: cells[batch.cellRange(ofRow: row)])
                    let cells = RowCells(bytes: bytes, slots: slots, rowNumber: batch.firstRowNumber + row)
                    validate(cells, plans, prefixes, &run)
                }
            }
        }
    }

    // MARK: One row

    private func validate(
        _ row: RowCells, _ plans: UnsafeBufferPointer<CellPlan>, _ prefixes: UnsafeBufferPointer<UInt8>,
        _ run: inout ValidationRun
    ) {
        let start = run.arena.count
        let firstError = run.errors.count
        var hasLabel = false
        var hasAnything = false
        var isFirst = true
        run.arena.append(UInt8(ascii: "{"))
        for place in plans.indices {
            let plan = plans[place]
            let before = run.arena.count
            if plan.isCanonical {
                if !isFirst { run.arena.append(UInt8(ascii: ",")) }
                run.arena.append(UnsafeBufferPointer(rebasing: prefixes[plan.prefix]))
            }
            let valueStart = run.arena.count
            let outcome = read(place, plan, row, &run)
            run.values[place] = valueStart..<run.arena.count
            if outcome == .value, plan.isCanonical {
                isFirst = false
            } else {
                run.arena.truncate(to: before)
                if outcome == .value || outcome == .blank { run.values[place] = before..<before }
            }
            run.outcomes[place] = outcome
            if outcome != .blank {
                hasAnything = true
                if plan.isLabel { hasLabel = true }
            }
        }
        guard hasAnything else {
            run.arena.truncate(to: start)
            run.dropErrors(from: firstError)
            return
        }
        run.arena.append(UInt8(ascii: "}"))
        close(row, start: start, firstError: firstError, hasLabel: hasLabel, &run)
    }

    /// Decides what a row came to, once all its cells have been read.
    private func close(_ row: RowCells, start: Int, firstError: Int, hasLabel: Bool, _ run: inout ValidationRun) {
        let hasKey = keyPlaces.allSatisfy { run.outcomes[places[$0]] == .value }
        let isPending = hasKey && !hasLabel
        if isPending {
            run.dropErrors(from: firstError)
        } else {
            reportBlanks(row, &run)
            if !listReferences.isEmpty { lookUp(row, &run) }
            if !rules.isEmpty { judge(row, &run) }
            if run.errors.count > firstError + 1 {
                run.errors[firstError...].sort { ($0.column ?? 0) < ($1.column ?? 0) }
            }
        }
        let kind: RowKind = isPending ? .pending : run.hasErrors(from: firstError) ? .invalid : .valid

        let canonicalEnd = run.arena.count
        if hasKey { _ = appendTuple(keyPlaces, &run) }
        let key = canonicalEnd..<run.arena.count
        var seen = start..<canonicalEnd
        if kind != .valid {
            appendSeen(row, isPending: isPending, &run)
            seen = key.upperBound..<run.arena.count
        }
        let firstTuple = run.tuples.count
        if kind == .valid {
            for tuple in tuplePlaces.indices { run.tuples.append(appendTuple(tuplePlaces[tuple], &run)) }
        }
        let annotatorStart = run.arena.count
        appendAnnotator(row, &run)
        run.rows.append(
            ValidatedRow(
                rowNumber: row.rowNumber, kind: kind, key: hasKey ? key : 0..<0,
                canonical: kind == .valid ? start..<canonicalEnd : 0..<0, seen: seen,
                annotator: annotatorStart..<run.arena.count, errors: firstError..<run.errors.count,
                tuples: firstTuple..<run.tuples.count))
    }

    @inline(__always)
    private func read(_ place: Int, _ plan: CellPlan, _ row: RowCells, _ run: inout ValidationRun) -> CellOutcome {
        guard plan.index < row.slots.count else { return .blank }
        let slot = row.slots[plan.index]
        if slot.start == slot.end { return .blank }
        let text = row.text(of: slot)
        let outcome = plan.reader._withUnsafeGuaranteedRef { reader in
            reader.read(slot.kind, text, into: &run.arena, scratch: &run.scratch, failures: &run.failures)
        }
        if !run.scratch.aliasesSeen.isEmpty {
            run.countAliases(of: place, columns[place].reader.field.aliases.count)
        }
        if !run.failures.isEmpty { report(columns[place], row, text, &run) }
        return outcome
    }

    private func report(
        _ column: Column, _ row: RowCells, _ text: UnsafeBufferPointer<UInt8>, _ run: inout ValidationRun
    ) {
        let cell = String(decoding: text.prefix(CellText.keptScalars * 4), as: UTF8.self)
        for failure in run.failures {
            run.errors.append(
                column.reader.field.error(failure, column: column.index, rowNumber: row.rowNumber, cell: cell))
        }
        run.failures.removeAll(keepingCapacity: true)
    }

    /// Required fields that are blank; key fields always are required.
    private func reportBlanks(_ row: RowCells, _ run: inout ValidationRun) {
        for place in plans.indices where plans[place].isRequired && run.outcomes[place] == .blank {
            let column = columns[place]
            guard let failure = column.reader.blankFailure else { continue }
            let error = column.reader.field.error(
                failure, column: column.index, rowNumber: row.rowNumber, cell: "")
            run.errors.append(error)
        }
    }

    // MARK: What else a row carries

    /// Appends the JSON array of some columns' values; nothing if one of them has none.
    private func appendTuple(_ tuple: Range<Int>, _ run: inout ValidationRun) -> Range<Int> {
        let start = run.arena.count
        run.arena.append(UInt8(ascii: "["))
        for index in tuple {
            let place = places[index]
            guard run.outcomes[place] == .value else {
                run.arena.truncate(to: start)
                return start..<start
            }
            if index > tuple.lowerBound { run.arena.append(UInt8(ascii: ",")) }
            run.arena.append(copyOf: run.values[place])
        }
        run.arena.append(UInt8(ascii: "]"))
        return start..<run.arena.count
    }

    /// Looks up the foreign keys to lists; one with a blank field refers to nothing.
    private func lookUp(_ row: RowCells, _ run: inout ValidationRun) {
        for (reference, places) in listReferences { look(up: reference, places, row, &run) }
    }

    private func look(up reference: ListReference, _ fields: Range<Int>, _ row: RowCells, _ run: inout ValidationRun) {
        let tuple = appendTuple(fields, &run)
        defer { run.arena.truncate(to: tuple.lowerBound) }
        if tuple.isEmpty { return }
        let bytes = UnsafeBufferPointer(rebasing: run.arena.bytes(from: tuple.lowerBound)[..<tuple.count])
        if reference.contains(bytes) { return }
        let typed = places[fields].map { typedText(columns[$0], row) }
        let column = columns[places[fields.lowerBound]]
        let error = column.reader.field.error(
            reference.failure(typed.joined(separator: ", ")), column: column.index, rowNumber: row.rowNumber,
            cell: typed[0])
        run.errors.append(error)
    }

    /// What was typed in a column, as far as an error keeps it.
    private func typedText(_ column: Column, _ row: RowCells) -> String {
        guard column.index < row.slots.count else { return "" }
        let text = row.text(of: row.slots[column.index])
        return String(decoding: text.prefix(CellText.keptScalars * 4), as: UTF8.self)
    }

    /// The aliases that were typed in the rows of a batch.
    private func aliasCounts(_ run: borrowing ValidationRun) -> [AliasCount] {
        var counts: [AliasCount] = []
        for (place, column) in columns.enumerated() {
            let field = column.reader.field
            for (alias, count) in zip(field.aliases, run.aliasCounts[place]) where count > 0 {
                counts.append(
                    AliasCount(field: field.name, spelling: alias.spelling, value: alias.value, count: count))
            }
        }
        return counts
    }

    // MARK: Rules

    /// Reports the rules that a row breaks; one that names a cell which cannot be read is not judged.
    private func judge(_ row: RowCells, _ run: inout ValidationRun) {
        for rule in rules {
            if rule.columns.contains(where: { run.outcomes[$0] == .failed }) { continue }
            let values = RuleValues(bytes: run.arena.bytes(from: 0), ranges: UnsafeBufferPointer(run.values))
            guard rule.program.judge(values) == .no else { continue }
            let anchor = columns[rule.anchor]
            let error = rule.rule.error(
                column: anchor.index == Self.noColumn ? nil : anchor.index, rowNumber: row.rowNumber,
                cell: typedText(anchor, row), values: rule.columns.map { typedText(columns[$0], row) })
            run.errors.append(error)
        }
    }

    private func appendSeen(_ row: RowCells, isPending: Bool, _ run: inout ValidationRun) {
        run.arena.append(isPending ? "{\"pending\":[" : "{\"invalid\":[")
        for (index, place) in seenColumns.enumerated() {
            if index > 0 { run.arena.append(UInt8(ascii: ",")) }
            let column = columns[place].index
            guard column < row.slots.count, row.slots[column].start < row.slots[column].end else {
                run.arena.append("null")
                continue
            }
            let slot = row.slots[column]
            switch slot.kind {
            case .empty: run.arena.append("null")
            case .text: run.arena.appendJSONString(row.text(of: slot))
            case .number: run.arena.append(row.text(of: slot))
            case .boolean: run.arena.append(row.text(of: slot).first == UInt8(ascii: "T") ? "true" : "false")
            }
        }
        run.arena.append("]}")
    }

    private func appendAnnotator(_ row: RowCells, _ run: inout ValidationRun) {
        guard let annotatorColumn else { return }
        let column = columns[annotatorColumn]
        guard column.index < row.slots.count else { return }
        let text = column.reader.normalizer.normalize(
            row.text(of: row.slots[column.index]), scratch: &run.scratch.cell)
        run.arena.append(text)
    }
}
