public import Foundation

extension Process {
    /// Runs the process, and closes this side's files for its input and output.
    ///
    /// Foundation keeps them open for good. With more than a thousand open files `run` itself may crash: it copies more of
    /// each name in `/proc/self/fd` than there is (swift-corelibs-foundation 5472).
    public func start() throws {
        try run()
        for side in [standardInput, standardOutput, standardError] {
            guard let file = side as? FileHandle, file !== FileHandle.nullDevice, file.fileDescriptor > 2 else {
                continue
            }
            try file.close()
        }
    }
}
