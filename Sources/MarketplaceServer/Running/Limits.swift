import CommandAPI
import CommandLine
import HTTPServer
import JSON
import QueryAPI
import System

/// The bounds that an operator may change, with the values in force.
struct Limits: Sendable {
    var metering = MeteringLimits()
    var http = HTTPLimits()
    var following = FollowingLimits()

    private var fileStallSeconds: Int {
        get { Int(http.fileStallMilliseconds / 1_000) }
        set { http.fileStallMilliseconds = Int64(newValue) * 1_000 }
    }

    /// A bound: how it is named on the command line, and what it bounds.
    struct Setting: Sendable {
        let name: String
        let words: String
        let range: ClosedRange<Int>
        private let path: @Sendable () -> WritableKeyPath<Limits, Int>

        fileprivate init(
            _ name: String, _ words: String, _ range: ClosedRange<Int> = 1...1_000_000_000,
            _ path: @escaping @Sendable () -> WritableKeyPath<Limits, Int>
        ) {
            self.name = name
            self.words = words
            self.range = range
            self.path = path
        }

        var standard: Int { Limits()[keyPath: path()] }

        fileprivate func set(_ value: Int, in limits: inout Limits) { limits[keyPath: path()] = value }
    }

    /// All of them, in the order of the documentation.
    static let settings: [Setting] =
        rate("new-agents", "new agents of an account", { \.metering.newAgents })
        + rate("versions", "versions that an account publishes", { \.metering.versions })
        + rate("judgments", "reviews, votes and stars of an account", { \.metering.judgments })
        + rate("tokens", "tokens that an account issues or renews", { \.metering.tokens })
        + rate("invitations", "roles that an account offers", { \.metering.invitations })
        + rate("flags", "flags of an account", { \.metering.flags })
        + rate("changes", "all other commands of an account", { \.metering.changes })
        + rate("registrations", "registrations from an address", { \.metering.registrations })
        + rate("download-lines", "versions and minutes with downloads from an address", { \.metering.downloadLines })
        + rate("refused", "commands of an account that are refused", { \.metering.refused })
        + [
            Setting("agent-versions-day", "versions and listings of one agent within a day") {
                \.metering.agentVersionsPerDay
            },
            Setting("stream-judgments-day", "judgments of an account on one thing within a day") {
                \.metering.streamJudgmentsPerDay
            },
            Setting("holds-day", "agents and versions that a moderator holds within a day") { \.metering.holdsPerDay },
            Setting(
                "reversals-day",
                "times that owners change or take back a yank or a deprecation of the same within a day"
            ) { \.metering.reversalsPerDay },
            Setting("unnamed-mebibytes", "MiB of an account's uploads that no entry names yet") {
                \.metering.unnamedMebibytes
            },
            Setting("connections-address", "connections of an address once half of all are taken") {
                \.http.connectionsOfAddress
            },
            Setting("waiting-bytes-address", "bytes of answers that wait in memory for one address") {
                \.http.waitingBytesOfAddress
            },
            Setting("waiting-bytes", "bytes of answers that wait in memory for all") { \.http.waitingBytes },
            Setting("answer-bytes-second", "bytes a second that a client has to accept of an answer", 0...1_000_000) {
                \.http.answerBytesPerSecond
            },
            Setting("file-stall-seconds", "seconds in which a client accepts nothing of a file", 1...86_400) {
                \.fileStallSeconds
            },
            Setting("readers", "readers that follow the log at once") { \.following.readers },
            Setting("readers-address", "readers of an address that follow the log at once") {
                \.following.readersOfAddress
            },
            Setting(
                "readers-bytes", "bytes of the newest entries in memory for readers that follow the log"
            ) { \.following.keptBytes },
            Setting(
                "young-days",
                "days for which a new account shares the limits of its address, and is no reader besides it", 0...36_500
            ) { \.metering.youngDays },
        ]

    private static func rate(
        _ name: String, _ words: String,
        _ path: @escaping @Sendable () -> WritableKeyPath<Limits, MeteringLimits.Rate>
    ) -> [Setting] {
        [
            Setting("\(name)-burst", "\(words), at once") { path().appending(path: \.burst) },
            Setting("\(name)-hour", "\(words), within an hour after that") { path().appending(path: \.perHour) },
        ]
    }

    static let option = Subcommand.Option.value(
        "limit", "NAME=N", "another value for a bound; `marketplace limits` lists them", isRepeated: true)

    init() {}

    /// Reads `--limit NAME=N`, which may stand several times.
    init(_ invocation: Invocation) throws(UsageError) {
        for text in invocation.allValues["limit"] ?? [] {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let setting = Self.settings.first(where: { $0.name == parts[0] }) else {
                throw UsageError(
                    "--limit names '\(parts[0])'; there is no such bound."
                        + CommandSet.didYouMean(parts[0], Self.settings.map(\.name))
                        + " `marketplace limits` lists them.")
            }
            guard parts.count == 2, let number = Int(parts[1]), setting.range.contains(number) else {
                throw UsageError(
                    "--limit is '\(text)'; it has to be \(setting.name)=N with a number from \(setting.range.lowerBound) to \(setting.range.upperBound)."
                )
            }
            setting.set(number, in: &self)
        }
    }

    /// Prints the names of all bounds with their defaults.
    static func list(isJSON: Bool) throws {
        guard isJSON else {
            let width = settings.map(\.name.count).max() ?? 0
            for setting in settings {
                let name = setting.name.padded(to: width)
                Host.write("\(name)  \("\(setting.standard)".padded(to: 6))  \(setting.words)\n", to: 1)
            }
            return
        }
        try printDocument { writer in
            writer.object { object in
                object.member("limits") { writer in
                    writer.array(settings) { setting, writer in
                        writer.object { object in
                            object.member("default", Int64(setting.standard))
                            object.member("maximum", Int64(setting.range.upperBound))
                            object.member("minimum", Int64(setting.range.lowerBound))
                            object.member("name", setting.name)
                            object.member("words", setting.words)
                        }
                    }
                }
            }
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
