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

    /// Where lines go.
    private final class Sink: Sendable {
        let lock = Mutex(())
        let isTerminal: Bool
        let threshold: Level
        init(isTerminal: Bool, threshold: Level) {
            self.isTerminal = isTerminal
            self.threshold = threshold
        }
    }

    private let sink: Sink
    private let component: String

    /// Logs to stderr from `threshold` on.
    public init(_ component: String, threshold: Level = .info) {
        self.component = component
        sink = Sink(isTerminal: Host.isTerminal(2), threshold: threshold)
    }

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
        let fields = fields()
        var line: String
        if sink.isTerminal {
            line = "\(level.name.uppercased()) \(component): \(message)"
            for (name, value) in fields { line += " \(name)=\(printable(value))" }
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
            line = String(decoding: writer.bytes, as: UTF8.self)
        }
        line += "\n"
        sink.lock.withLock { _ in
            _ = Host.write(line, to: 2)
        }
    }

    /// Without control characters, which could rewrite what a terminal shows.
    private func printable(_ value: String) -> String {
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
