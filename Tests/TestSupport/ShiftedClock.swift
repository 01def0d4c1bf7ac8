import Foundation

/// The wall clock of programs that are started with its environment, moved while they run; their steady clock stays.
public struct ShiftedClock: Sendable {
    private let file: String
    private let shim: String

    /// Makes a clock that is right at first.
    ///
    /// - Parameter file: where it is kept; everybody who may look into its folder can read it.
    /// - Throws: `Oracle.Failure` where `./test` has not built the library.
    public init(_ file: String) throws {
        guard let shim = ProcessInfo.processInfo.environment["MENTATLAB_CLOCK_SHIFT"] else {
            throw Oracle.Failure(description: "MENTATLAB_CLOCK_SHIFT is not set: run the tests by ./test")
        }
        (self.file, self.shim) = (file, shim)
        _ = FileManager.default.createFile(
            atPath: file, contents: Self.bytes(0), attributes: [.posixPermissions: 0o644])
    }

    /// What a program is started with.
    public var environment: [String: String] { ["LD_PRELOAD": shim, "CLOCK_SHIFT_FILE": file] }

    /// Moves it away from the right time.
    public func set(_ seconds: Int64) throws {
        // In place and never shorter: the file is mapped.
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        try handle.write(contentsOf: Self.bytes(seconds))
        try handle.close()
    }

    private static func bytes(_ seconds: Int64) -> Data { unsafe withUnsafeBytes(of: seconds) { unsafe Data($0) } }
}
