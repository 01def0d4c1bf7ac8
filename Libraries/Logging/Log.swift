import JSON
import Synchronization
import System

/// A structured log on stderr: one JSON object a line, or readable lines where stderr is a terminal.
///
/// Writing never blocks the caller: lines wait in a queue of at most 10,000, and a thread writes them. Lines beyond
/// that are dropped and counted, and the count is logged. Fields hold ids, counts, codes and durations; never log
/// bodies, credentials or texts of users.
///
///     log.info("listening", ["port": "8080"])
public struct Log: Sendable {
    /// The severity of a line.
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        /// Details for finding a fault.
        case debug
        /// Normal events.
        case info
        /// Something unexpected; the program went on.
        case warning
        /// An operation failed.
        case error

        /// Orders levels by severity, `debug` lowest.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
        /// The name that the line shows.
        public var name: String { "\(self)" }
    }

    /// A bounded queue of lines and a thread that writes them, so that no caller waits for the reader of stderr.
    ///
    /// Lines beyond the bound are counted, and the count is logged as a line of its own after those that had room.
    private final class Sink: Sendable {
        private struct State {
            var lines: [String] = []
            var lost = 0
            var isWriting = false
        }

        private static let maximumLines = 10_000

        let isTerminal: Bool
        let threshold: Level
        private let descriptor: Int32
        private let worker = Worker(name: "log")
        private let state = Mutex(State())

        init(threshold: Level, descriptor: Int32) {
            isTerminal = Host.isTerminal(descriptor)
            self.threshold = threshold
            self.descriptor = descriptor
        }

        func add(_ line: String) {
            let mustBegin = state.withLock { state in
                guard state.lines.count < Self.maximumLines else {
                    state.lost += 1
                    return false
                }
                state.lines.append(line)
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if mustBegin { worker.enqueue { [self] in writeAll() } }
        }

        private func writeAll() {
            while true {
                let (lines, lost) = state.withLock { state in
                    defer {
                        state.lost = 0
                        state.isWriting = !state.lines.isEmpty
                        state.lines = []
                    }
                    return (state.lines, state.lost)
                }
                guard !lines.isEmpty else { return }
                var text = lines.joined()
                if lost > 0 {
                    text += Log.line(
                        .warning, "log", "lines were lost, since nobody read them in time", ["lines": "\(lost)"],
                        isTerminal: isTerminal)
                }
                Host.write(text, to: descriptor)
            }
        }

        func flush(withinMilliseconds limit: Int64) async {
            let deadline = Host.steadyClockMilliseconds() + limit
            while state.withLock({ $0.isWriting }), Host.steadyClockMilliseconds() < deadline {
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    private let sink: Sink
    private let component: String

    /// Creates a log that writes lines from `threshold` on to stderr or another descriptor.
    public init(_ component: String, threshold: Level = .info, descriptor: Int32 = 2) {
        self.component = component
        sink = Sink(threshold: threshold, descriptor: descriptor)
    }

    /// Waits until all lines are written, at most one second; call it before the program ends.
    public func flush() async { await sink.flush(withinMilliseconds: 1_000) }

    private init(_ component: String, sink: Sink) {
        self.component = component
        self.sink = sink
    }

    /// The same log under the name of another component.
    public func component(_ name: String) -> Log {
        Log(name, sink: sink)
    }

    /// Writes a line.
    ///
    /// The names of the fields have to differ. A terminal shows them in the order given, JSON in canonical order. Below
    /// the threshold `fields` is not evaluated.
    public func write(
        _ level: Level, _ message: String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) {
        guard level >= sink.threshold else { return }
        sink.add(Self.line(level, component, message, fields(), isTerminal: sink.isTerminal))
    }

    private static func line(
        _ level: Level, _ component: String, _ message: String, _ fields: KeyValuePairs<String, String>,
        isTerminal: Bool
    ) -> String {
        if isTerminal {
            var line = "\(level.name.uppercased()) \(component): \(message)"
            for (name, value) in fields { line += " \(name)=\(printable(value))" }
            return line + "\n"
        } else {
            var writer = JSONWriter()
            writer.object { object in
                object.member("component", component)
                if !fields.isEmpty {
                    object.member("fields") { writer in
                        writer.object { inner in
                            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                                inner.member(name, value)
                            }
                        }
                    }
                }
                object.member("level", level.name)
                object.member("message", message)
                object.member("ms", Host.wallClockMilliseconds())
            }
            return String(decoding: writer.bytes, as: UTF8.self) + "\n"
        }
    }

    /// The value with `?` for control characters, which could change what a terminal shows.
    private static func printable(_ value: String) -> String {
        String(
            String.UnicodeScalarView(value.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    /// Writes a line of level info.
    public func info(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.info, message, fields)
    }
    /// Writes a line of level warning.
    public func warning(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.warning, message, fields)
    }
    /// Writes a line of level error.
    public func error(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.error, message, fields)
    }
    /// Writes a line of level debug.
    public func debug(_ message: String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]) {
        write(.debug, message, fields())
    }
}
