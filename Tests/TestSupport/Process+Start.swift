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

    /// The words of a command that starts a program which goes on by itself. Who starts a program is seen to end once nobody
    /// holds a descriptor that it was given: what goes on gets none.
    public static func apart(_ words: [String]) -> [String] {
        let closing =
            #"(for file in /proc/$BASHPID/fd/*; do n=${file##*/}; [ $n -lt 3 ] || eval "exec $n>&-"; done; exec "$@")"#
        return ["bash", "-c", closing, "bash"] + words
    }

    /// A port of 127.0.0.1 that is free, as is the one behind it.
    public static func freePort() throws -> Int {
        let process = Process()
        process.executableURL = Oracle.root.appending(path: "scripts/free-port")
        process.arguments = ["2"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        guard let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Oracle.Failure(description: "no port is free")
        }
        return port
    }
}
