internal import Digest
internal import LabelDiff
internal import LabelStore

/// The root hash of a version that something stored confirms, and what had to be taken for damaged to get it.
struct RootResolution {
    let root: SHA256Digest
    /// Suspect rows, by their place, of which the text is right and the stored hash is not; of all others of the version
    /// it is the other way round.
    let mended: Set<Int>
}

/// Finds out of rows whose text and hash do not belong together which of the two was damaged, version by version: the
/// choice under which the version's root hash is right is what was published.
struct RootTrials {
    /// One choice for one version.
    private struct Trial {
        let version: StoredVersion
        let mended: Set<Int>
    }

    /// Every choice is tried for so many suspect rows of a version; of more, only that all their hashes were damaged.
    private static let mostRows = 8
    /// So many choices are tried in one pass.
    private static let mostTrials = 1_024

    private var trials: [Trial] = []
    private var hashers: [Hasher] = []
    private let suspects: [SuspectRow]
    private var places: [KeyHash: [Int]] = [:]

    private final class Hasher {
        var hasher = RootHasher()
    }

    /// - Parameters:
    ///   - versions: those that nothing confirms with the hashes as they are stored.
    ///   - suspects: all suspect rows.
    init(for versions: [StoredVersion], _ suspects: [SuspectRow]) {
        self.suspects = suspects
        for (place, suspect) in suspects.enumerated() where suspect.isLabel {
            places[suspect.row.key, default: []].append(place)
        }
        for version in versions {
            let its = suspects.indices.filter { place in
                let suspect = suspects[place]
                return suspect.isLabel && suspect.row.validFrom <= version.version
                    && version.version < suspect.row.validTo ?? .max
            }
            if its.isEmpty { continue }
            let choices = its.count <= Self.mostRows ? 1 << its.count : 0
            guard choices > 0, trials.count + choices <= Self.mostTrials else {
                trials.append(Trial(version: version, mended: Set(its)))
                continue
            }
            for choice in 1..<choices {
                let mended = its.enumerated().filter { choice & 1 << $0.offset != 0 }.map(\.element)
                trials.append(Trial(version: version, mended: Set(mended)))
            }
        }
        hashers = trials.map { _ in Hasher() }
    }

    var isEmpty: Bool { trials.isEmpty }

    /// Adds a row that stands in the versions `from <= V < to`; rows come in ascending key order.
    func add(_ row: StoredRow, from: Int, to: Int) {
        let place = places[row.key]?.first { suspects[$0].row.validFrom == row.validFrom }
        for (trial, hasher) in zip(trials, hashers) where from <= trial.version.version && trial.version.version < to {
            let isMended = place.map(trial.mended.contains) ?? false
            hasher.hasher.add(row.key, isMended ? suspects[place ?? 0].computed : row.rowHash)
        }
    }

    /// For each version the choice that is confirmed, if one is.
    func resolve(_ isConfirmed: (SHA256Digest, StoredVersion) -> Bool) -> [Int: RootResolution] {
        var found: [Int: RootResolution] = [:]
        for (trial, hasher) in zip(trials, hashers) {
            let root = hasher.hasher.finish()
            if found[trial.version.version] == nil, isConfirmed(root, trial.version) {
                found[trial.version.version] = RootResolution(root: root, mended: trial.mended)
            }
        }
        return found
    }
}
