public import JSON

/// `agent.downloaded.v1`: what a front answered of one version within a moment.
public struct AgentDownloaded: EventPayload {
    public static let type = "agent.downloaded.v1"
    /// The most downloads of one entry.
    public static let maximumDownloads = 500

    /// One download.
    public struct Download: Sendable, Equatable {
        /// What led to it.
        public enum Source: String, Sendable, CaseIterable {
            /// `mentatctl`.
            case cli
            /// A page.
            case web
            /// Another client.
            case api
            /// A flow that runs the agent.
            case flow
            /// A mirror.
            case mirror
        }
        /// After the entry's `time`.
        public let milliseconds: Int64
        /// What led to it.
        public let source: Source
        /// Who, within one day and for this agent alone; noise once the day's key is destroyed.
        public let reader: DayToken

        /// States a download.
        public init(milliseconds: Int64, source: Source, reader: DayToken) {
            self.milliseconds = milliseconds
            self.source = source
            self.reader = reader
        }
    }

    /// Which agent.
    public let agent: AgentKey
    /// Which version.
    public let version: String
    /// In the order they came, 1 to `maximumDownloads`.
    public let downloads: [Download]

    /// States downloads.
    public init(agent: AgentKey, version: String, downloads: [Download]) {
        precondition((1...Self.maximumDownloads).contains(downloads.count), "an entry has 1 to 500 downloads")
        self.agent = agent
        self.version = version
        self.downloads = downloads
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("agent", agent.description)
        data.member("downloads") { writer in
            writer.array(downloads) { download, writer in
                writer.object { object in
                    object.member("ms", download.milliseconds)
                    object.member("reader", download.reader)
                    object.member("source", download.source.rawValue)
                }
            }
        }
        data.member("version", version)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var agent: AgentKey?
        var version: String?
        var downloads: [Download] = []
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "agent": agent = try reader.text("the key of an agent") { AgentKey(utf8: $0) }
            case "downloads":
                try reader.array { reader throws(JSONError) in downloads.append(try Download(from: &reader)) }
            case "version": version = try reader.string()
            default: throw reader.unknownMember()
            }
        }
        self.agent = try reader.require(agent, "agent")
        self.version = try reader.require(version, "version")
        guard (1...Self.maximumDownloads).contains(downloads.count) else {
            throw reader.fault("'downloads' has 1 to \(Self.maximumDownloads) elements")
        }
        self.downloads = downloads
    }
}

extension AgentDownloaded.Download {
    fileprivate init(from reader: inout JSONReader) throws(JSONError) {
        var milliseconds: Int64?
        var source: Source?
        var token: DayToken?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "ms": milliseconds = try reader.integer()
            case "reader": token = try reader.id()
            case "source": source = try reader.string("cli, web, api, flow or mirror") { Source(rawValue: $0) }
            default: throw reader.unknownMember()
            }
        }
        self.init(
            milliseconds: try reader.require(milliseconds, "ms"), source: try reader.require(source, "source"),
            reader: try reader.require(token, "reader"))
        guard self.milliseconds >= 0 else { throw reader.fault("'ms' is never negative") }
    }
}
