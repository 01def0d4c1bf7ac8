import System

/// Shows how far something is, on stderr: one line that moves on a terminal, one every few seconds off it.
final class Progress {
    private let label: String
    private let total: Int
    private let isTerminal = Host.isTerminal(2)
    private var done = 0
    private let began = Host.steadyClockMilliseconds()
    private var shown = Host.steadyClockMilliseconds()

    init(_ label: String, total: Int) {
        self.label = label
        self.total = total
    }

    func step() {
        done += 1
        let now = Host.steadyClockMilliseconds()
        guard now - shown >= (isTerminal ? 100 : 5_000) else { return }
        shown = now
        Host.write(isTerminal ? "\r\(label): \(done) of \(total)" : "\(label): \(done) of \(total)\n", to: 2)
    }

    /// Writes a line of its own.
    func interrupt(_ line: String) {
        Host.write(isTerminal ? "\r\u{1b}[K\(line)\n" : "\(line)\n", to: 2)
    }

    func finish() {
        let milliseconds = Host.steadyClockMilliseconds() - began
        let took = "\(label): \(done) of \(total) in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s\n"
        Host.write(isTerminal ? "\r\u{1b}[K\(took)" : took, to: 2)
    }
}
