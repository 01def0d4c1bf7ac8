import Events
import Projections
import Synchronization
import System

/// Shows how far builds are, on stderr: one line that moves on a terminal, one every few seconds off it.
final class ShownProgress: Sendable {
    private struct State {
        var shown: Int64 = 0
        var isLineOpen = false
        var phase: BuildProgress.Phase?
    }

    private let label: String
    private let isTerminal = Host.isTerminal(2)
    private let state = Mutex(State())

    init(_ label: String) { self.label = label }

    func show(_ progress: BuildProgress) {
        let now = Host.steadyClockMilliseconds()
        let isDue = state.withLock { state in
            guard state.phase != progress.phase || now - state.shown >= (isTerminal ? 100 : 5_000) else { return false }
            (state.phase, state.shown, state.isLineOpen) = (progress.phase, now, isTerminal)
            return true
        }
        guard isDue else { return }
        Host.write(isTerminal ? "\r\u{1b}[K\(line(progress))" : "\(line(progress))\n", to: 2)
    }

    private func line(_ progress: BuildProgress) -> String {
        switch progress.phase {
        case .applying:
            let percent = progress.head.value == 0 ? 100 : progress.position.value * 100 / progress.head.value
            let left = progress.secondsLeft.map { ", \($0 / 60):\($0 % 60 < 10 ? "0" : "")\($0 % 60) left" } ?? ""
            return
                "\(label): \(progress.position) of \(progress.head) entries (\(percent) %), \(progress.entriesASecond) a second\(left)"
        case .indexing: return "\(label): making indexes"
        case .swapping: return "\(label): swapping at position \(progress.position)"
        case .comparing: return "\(label): comparing at position \(progress.position)"
        }
    }

    /// Leaves the line that moved.
    func end() {
        let isLineOpen = state.withLock { state in
            defer { state.isLineOpen = false }
            return state.isLineOpen
        }
        if isLineOpen { Host.write("\n", to: 2) }
    }
}
