import Glibc

/// Named moments at which a test ends or stops this process. In release builds there are none.
///
/// The variable `MENTATLAB_FAILPOINTS` names a folder. A file of a moment's name there, with the word `kill` or
/// `stop`, arms it once: whoever reaches the moment first takes the file away and raises SIGKILL or SIGSTOP.
public enum Failpoint {
    /// Says that a moment is reached.
    @inlinable
    public static func reach(_ name: @autoclosure () -> String) {
        #if DEBUG
            act(name())
        #endif
    }

    /// A number that a test puts in place of a constant, from a file of its name; nil in release builds.
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
            // To this thread, so that it gets no further; a signal to the process may meet another one first.
            raise(action == "stop" ? SIGSTOP : SIGKILL)
        }
    #endif
}
