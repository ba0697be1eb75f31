internal import Digest
internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// The versions that are verified, with their schemas, and what was counted of each.
struct VersionBook {
    /// What was counted of one version.
    struct Tally {
        var labels = 0
        var redacted = 0
        var changes = ChangeCounts()
        /// Rows of it that are not sound.
        var unsound = 0
    }

    /// The published versions, oldest first, and those of them that are verified.
    let published: [StoredVersion]
    let verified: [StoredVersion]
    let current: Int
    private let schemas: [UInt32: LabelSchema]
    /// From a version on, a schema.
    private let steps: [(version: Int, schemaID: UInt32)]
    /// Counted as differences from the version before; summed up by `finish`.
    private var differences: [Tally]
    private(set) var tallies: [Int: Tally] = [:]

    init(_ published: [StoredVersion], verified: [StoredVersion], current: Int, schemas: [UInt32: LabelSchema]) {
        self.published = published
        self.verified = verified
        self.current = current
        self.schemas = schemas
        var steps: [(version: Int, schemaID: UInt32)] = []
        for version in published where steps.last?.schemaID != version.schemaID {
            steps.append((version.version, version.schemaID))
        }
        self.steps = steps
        differences = Array(repeating: Tally(), count: verified.count + 1)
    }

    var numbers: [Int] { verified.map(\.version) }

    /// The schemas that a row has to satisfy which stands in the versions from one to before another.
    func schemas(from: Int, to: Int) -> [(version: Int, schema: LabelSchema)] {
        var found: [(version: Int, schema: LabelSchema)] = []
        for (place, step) in steps.enumerated() where step.version < to {
            let end = place + 1 < steps.count ? steps[place + 1].version : Int.max
            guard from < end, let schema = schemas[step.schemaID] else { continue }
            found.append((max(step.version, from), schema))
        }
        return found
    }

    /// The primary key of a row as canonical JSON, if it can be read.
    func key(of row: StoredRow) -> String? {
        schemas(from: row.validFrom, to: row.validTo ?? .max).first
            .flatMap { $0.schema.key(ofCanonicalLabel: row.label) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first verified version that is not before a number.
    private func place(_ version: Int) -> Int {
        var (low, high) = (0, verified.count)
        while low < high {
            let middle = (low + high) / 2
            if verified[middle].version < version { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func count(from: Int, to: Int, isRedacted: Bool) {
        let (first, end) = (place(from), place(to))
        guard first < end else { return }
        differences[first].labels += 1
        differences[end].labels -= 1
        guard isRedacted else { return }
        differences[first].redacted += 1
        differences[end].redacted -= 1
    }

    mutating func countUnsound(from: Int, to: Int) {
        let (first, end) = (place(from), place(to))
        guard first < end else { return }
        differences[first].unsound += 1
        differences[end].unsound -= 1
    }

    /// Notes what a row's beginning or end was to a version.
    mutating func countChange(_ version: Int, _ change: WritableKeyPath<ChangeCounts, Int>) {
        let place = place(version)
        guard place < verified.count, verified[place].version == version else { return }
        tallies[version, default: Tally()].changes[keyPath: change] += 1
    }

    /// Sums up what was counted.
    mutating func finish() {
        var sum = Tally()
        for (place, version) in verified.enumerated() {
            sum.labels += differences[place].labels
            sum.redacted += differences[place].redacted
            sum.unsound += differences[place].unsound
            tallies[version.version, default: Tally()].labels = sum.labels
            tallies[version.version, default: Tally()].redacted = sum.redacted
            tallies[version.version, default: Tally()].unsound = sum.unsound
        }
    }
}
