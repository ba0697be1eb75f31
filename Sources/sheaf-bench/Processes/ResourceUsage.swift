import Foundation

/// What a process, or a part of one, took.
struct ResourceUsage: Codable, Sendable {
    /// Seconds by the clock.
    var wall: Double
    /// Seconds of a processor, of the user's code and of the system for it.
    var cpu: Double
    /// The most bytes of memory that were resident at once.
    var peak: Int
    /// What it cost the database server, where that was counted.
    var server: ServerCost?
}

extension ResourceUsage {
    init(wall: Duration, _ usage: rusage) {
        self.init(wall: wall.inSeconds, cpu: usage.cpuSeconds, peak: usage.peakBytes)
    }

    /// Measures a piece of this process's work; the peak is that of the process so far.
    static func measuring<R>(_ body: () async throws -> R) async rethrows -> (R, ResourceUsage) {
        let clock = ContinuousClock()
        let before = rusage.ofThisProcess.cpuSeconds
        let start = clock.now
        let result = try await body()
        let wall = clock.now - start
        var usage = ResourceUsage(wall: wall, .ofThisProcess)
        usage.cpu -= before
        return (result, usage)
    }
}

extension rusage {
    /// What this process used so far.
    static var ofThisProcess: rusage {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
        #else
            getrusage(RUSAGE_SELF.rawValue, &usage)
        #endif
        return usage
    }

    var cpuSeconds: Double { ru_utime.inSeconds + ru_stime.inSeconds }

    var peakBytes: Int {
        #if canImport(Darwin)
            Int(ru_maxrss)
        #else
            // Linux counts in KiB.
            Int(ru_maxrss) << 10
        #endif
    }
}

extension timeval {
    fileprivate var inSeconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}

extension Duration {
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
