#if canImport(Glibc)
    internal import Glibc
#endif

/// The memory of this process.
enum ProcessMemory {
    /// Gives back to the system what was freed and is kept for later.
    ///
    /// The C library keeps the large blocks of a read in case they are wanted again; what comes next wants others.
    static func giveBack() {
        #if canImport(Glibc)
            _ = malloc_trim(0)
        #endif
    }
}
