import CommandLine
import HTTPClient
import JSON
import Manifest
import System

/// A command with what it does.
struct RunnableCommand: Sendable {
    let command: Subcommand
    let run: @Sendable (Context) async throws -> Report

    init(_ command: Subcommand, _ run: @escaping @Sendable (Context) async throws -> Report) {
        self.command = command
        self.run = run
    }
}

/// What a command works with.
struct Context: Sendable {
    let invocation: Invocation
    let settings: Settings
    let console: Console
    let version: String

    /// The registry that is meant: `--registry`, the environment, what is set, or the default.
    func registry() throws -> Registry {
        let origin = try origin()
        return Registry(origin: origin, token: try settings.token(for: origin), version: version)
    }

    /// The address of that registry.
    func origin() throws -> String {
        if let given = invocation.values["registry"] { return try Settings.origin(given) }
        return try settings.value(.registry).value
    }

    func argument(_ index: Int) -> String? {
        index < invocation.arguments.count ? invocation.arguments[index] : nil
    }

    func option(_ name: String) -> String? { invocation.values[name] }
    func flag(_ name: String) -> Bool { invocation.flags.contains(name) }

    /// The number that an option gives.
    func number(_ name: String, _ bounds: ClosedRange<Int64>) throws(Failure) -> Int64? {
        guard let text = option(name) else { return nil }
        guard let number = Int64(text), bounds.contains(number) else {
            throw Failure(
                .usage, "usage",
                "--\(name) is '\(text.prefix(64))'; it has to be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)."
            )
        }
        return number
    }
}

extension String {
    /// What stands for one segment of a path (RFC 3986 3.3).
    var asSegment: String {
        utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
