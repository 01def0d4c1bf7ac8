import JSON
import Synchronization
import System

/// The output of the program: data goes to stdout, everything else to stderr.
final class Console: Sendable {
    /// The form of the output.
    enum Form: Sendable {
        /// Text for people.
        case human
        /// One JSON document.
        case json
        /// Only what another command needs, one line for each item.
        case quiet
    }

    let form: Form
    /// True where text on stdout has colours.
    let isColoured: Bool
    private let showsProgress: Bool
    private let shown = Mutex<(text: String, milliseconds: Int64)>(("", 0))

    init(form: Form, colour: String) {
        self.form = form
        let wanted =
            switch colour {
            case "always": true
            case "never": false
            default: Host.environment("NO_COLOR") == nil && Host.isTerminal(1) && Host.environment("TERM") != "dumb"
            }
        isColoured = wanted && form == .human
        showsProgress = form == .human && Host.isTerminal(2)
    }

    /// Prints a message for people; prints nothing in the other forms.
    func note(_ text: String) {
        guard form == .human else { return }
        clearProgress()
        Host.write("\(text.shown)\n", to: 2)
    }

    /// Prints a warning to stderr, in every form of output; with `json` as a JSON document of its own.
    func warn(_ text: String) {
        clearProgress()
        guard form != .json else {
            let line = JSONValue.object([JSONValue.Member("warning", .string(text))])
            Host.write("\(String(decoding: line.canonicalBytes, as: UTF8.self).escapedForTerminals)\n", to: 2)
            return
        }
        Host.write("mentatctl: warning: \(text.shown)\n", to: 2)
    }

    /// Shows progress on a line that it overwrites; only on a terminal, and at most ten times a second.
    func progress(_ what: String, _ done: Int64, of total: Int64?) {
        let text =
            total.map { "\(what) \(Self.bytes(done)) of \(Self.bytes($0)) (\($0 == 0 ? 100 : done * 100 / $0)%)" }
            ?? "\(what) \(Self.bytes(done))"
        progress(text, isLast: done == total)
    }

    /// Shows what is under way, in the same way.
    func progress(_ text: String, isLast: Bool = false) {
        guard showsProgress else { return }
        let now = Host.steadyClockMilliseconds()
        let isDue = shown.withLock { shown in
            guard now - shown.milliseconds >= 100 || isLast else { return false }
            shown = (text, now)
            return true
        }
        if isDue { Host.write("\r\u{1b}[K\(text)", to: 2) }
    }

    /// Clears the progress line.
    func clearProgress() {
        let isShown = shown.withLock { shown in
            defer { shown = ("", 0) }
            return !shown.text.isEmpty
        }
        if isShown { Host.write("\r\u{1b}[K", to: 2) }
    }

    /// A size in a form for people, such as `1.5 MiB`.
    static func bytes(_ count: Int64) -> String {
        if count < 1_024 { return "\(count) B" }
        var value = Double(count)
        var units = ["KiB", "MiB", "GiB", "TiB"][...]
        value /= 1_024
        while value >= 1_024, units.count > 1 {
            value /= 1_024
            units.removeFirst()
        }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units.first ?? "")"
    }
}
