import JSON
import Synchronization
import System

/// Structured lines on stderr: one JSON object a line off a terminal, readable on one.
///
/// Fields hold ids, counts, codes and durations. Bodies, credentials and what people wrote never do.
public struct Log: Sendable {
    /// How much a line matters.
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        /// For whoever looks for a fault.
        case debug
        /// The course of things.
        case info
        /// Something is off and went on.
        case warning
        /// Something failed.
        case error

        /// Orders by weight.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
        /// The name in the line.
        public var name: String { "\(self)" }
    }

    /// Where lines go: a bounded queue, and a thread that writes them, so that nobody who logs waits for a reader of
    /// stderr. Lines that find no room are counted, and the count is a line of its own once there is room.
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

    /// Logs to stderr, or another descriptor, from `threshold` on.
    public init(_ component: String, threshold: Level = .info, descriptor: Int32 = 2) {
        self.component = component
        sink = Sink(threshold: threshold, descriptor: descriptor)
    }

    /// Waits until what was logged is written, for a second at most; call it before the program ends.
    public func flush() async { await sink.flush(withinMilliseconds: 1_000) }

    private init(_ component: String, sink: Sink) {
        self.component = component
        self.sink = sink
    }

    /// The same log under another component's name.
    public func component(_ name: String) -> Log {
        Log(name, sink: sink)
    }

    /// Writes a line with fields in the order given.
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

    /// Without control characters, which could rewrite what a terminal shows.
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
