import Glibc

/// Named places in the code at which a test kills or stops this process; release builds contain none.
///
/// The variable `MENTATLAB_FAILPOINTS` names a folder. A file there with a place's name and the word `kill` or `stop`
/// as its content arms the place once: the first thread that reaches it removes the file and raises SIGKILL or SIGSTOP.
public enum Failpoint {
    /// Marks a place; in a debug build it acts where a test has armed it.
    @inlinable
    public static func reach(_ name: @autoclosure () -> String) {
        #if DEBUG
            act(name())
        #endif
    }

    /// A number with which a test replaces a constant, read from the file of that name; nil in release builds and
    /// without the file.
    public static func number(_ name: String) -> Int64? {
        #if DEBUG
            guard let text = text(name) else { return nil }
            return Int64(text)
        #else
            return nil
        #endif
    }

    #if DEBUG
        private static let folder = Host.environment("MENTATLAB_FAILPOINTS")

        private static func text(_ name: String) -> String? {
            guard let folder,
                let bytes = LoopThread.exempt({ try? FileSystem.read("\(folder)/\(name)", limit: 64) })
            else { return nil }
            return String(decoding: bytes.filter { $0 != 0x0a }, as: UTF8.self)
        }

        @usableFromInline
        static func act(_ name: String) {
            guard let folder, let action = text(name), unsafe unlink("\(folder)/\(name)") == 0 else { return }
            // The signal goes to this thread, so that the thread runs no further; another thread might handle one for
            // the process.
            raise(action == "stop" ? SIGSTOP : SIGKILL)
        }
    #endif
}
