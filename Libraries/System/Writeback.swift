import CLinux

extension Descriptor {
    /// Begins to write to the disk what the kernel holds of this file, and does not wait (`sync_file_range`).
    ///
    /// Begun for several files, the first `synchronize` writes the journal of the file system for all. It makes nothing
    /// durable, so it ignores errors.
    public borrowing func beginSynchronizing() {
        LoopThread.assertElsewhere()
        // 2 is SYNC_FILE_RANGE_WRITE, which glibc declares with _GNU_SOURCE alone.
        _ = sync_file_range(number, 0, 0, 2)
    }
}
