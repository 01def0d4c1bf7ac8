package import Events
package import Manifest

extension Endpoints {
    package static let download = Endpoint<DownloadParameters, NoBody, NoBody>.redirect(
        "downloadVersion", "/agents/{id}/versions/{version}/download", "Download a version",
        notes: "Counts the download and redirects to the file. Answers while the database is down.",
        problems: [.artifactNotFound, .artifactRemoved, .quarantined, .quarantinedLegally])
    package static let showDownloads = Endpoint<DownloadQuery, NoBody, Downloads>.query(
        "showDownloads", "/agents/{id}/downloads", "Show downloads by day and by version",
        notes:
            "A reader is counted once for an agent and day. The past counts the days that were over then, with what was told late of them."
    )
    package static let reportDownloads = Endpoint<NoParameters, NoBody, DownloadReportAnswer>.lines(
        "reportDownloads", "/downloads", "Report downloads that another server answered",
        notes: "A JSON object a line; each line counts once, however often it is sent. All or nothing.",
        credential: .token([.report]), line: DownloadLine.form.schema, maximumBytes: 4 << 20)
    package static let showSpool = Endpoint<NoParameters, NoBody, SpoolStatus>.query(
        "showDownloadsWaiting", root: "/health/downloads", "Show how many downloads wait for the log", caching: .never,
        cost: .light)

    static let downloads: [any AnyEndpoint] = [download, showDownloads, reportDownloads, showSpool]
}

/// Which version is downloaded, and from where.
package struct DownloadParameters: Parameters {
    package let id: AgentKey
    package let version: String
    package let source: DownloadSource?
    package let asOf: AsOf?

    package init(id: AgentKey, version: String, source: DownloadSource? = nil, asOf: AsOf? = nil) {
        self.id = id
        self.version = version
        self.source = source
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:version:source:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .path("version", \.version, .segment(.versionNotFound), "'latest', a version, or a range such as ^1.2."),
        .query("source", \.source, .choice(), "Through what; by default cli for mentatctl, else api."),
        .asOf(\.asOf))
}

/// The downloads of an agent over the last days.
package struct DownloadQuery: PastParameters, AboutOneAgent {
    package let id: AgentKey
    package let days: Int64
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(id: AgentKey, days: Int64 = 90, minimumPosition: Position? = nil, asOf: AsOf? = nil) {
        self.id = id
        self.days = days
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:days:minimumPosition:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query("days", \.days, .integer(from: 1, to: 3_660), default: Int64(90), "How many days."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

/// The downloads of an agent.
package struct Downloads: Body {
    package let id: AgentKey
    package let downloads: Int64
    package let readers: Int64
    package let days: [DayDownloads]
    package let versions: [VersionDownloads]

    package init(id: AgentKey, downloads: Int64, readers: Int64, days: [DayDownloads], versions: [VersionDownloads]) {
        self.id = id
        self.downloads = downloads
        self.readers = readers
        self.days = days
        self.versions = versions
    }

    package static let form = Form.object(
        "Downloads", Self.init(id:downloads:readers:days:versions:),
        .required("id", \.id, .agentKey),
        .required("downloads", \.downloads, .count, "Each time, ever."),
        .required("unique_downloads", \.readers, .count, "Once for each reader and day, ever."),
        .required("days", \.days, .list(DayDownloads.form)),
        .required("versions", \.versions, .list(VersionDownloads.form)))
}

/// The downloads of a day.
package struct DayDownloads: Body {
    package let day: String
    package let downloads: Int64
    package let readers: Int64

    package init(day: String, downloads: Int64, readers: Int64) {
        self.day = day
        self.downloads = downloads
        self.readers = readers
    }

    package static let form = Form.object(
        "DayDownloads", Self.init(day:downloads:readers:),
        .required("day", \.day, .text(.string(format: "date"))),
        .required("downloads", \.downloads, .count),
        .required("unique_downloads", \.readers, .count))
}

/// The downloads of a version.
package struct VersionDownloads: Body {
    package let version: String
    package let downloads: Int64
    package let readers: Int64

    package init(version: String, downloads: Int64, readers: Int64) {
        self.version = version
        self.downloads = downloads
        self.readers = readers
    }

    package static let form = Form.object(
        "VersionDownloads", Self.init(version:downloads:readers:),
        .required("version", \.version, .text),
        .required("downloads", \.downloads, .count),
        .required("unique_downloads", \.readers, .count))
}

/// A download that another server answered.
package struct DownloadLine: Body {
    package let id: String
    package let agent: AgentID
    package let version: SemVer
    package let time: Timestamp
    package let reader: String
    package let source: DownloadSource

    package init(
        id: String, agent: AgentID, version: SemVer, time: Timestamp, reader: String, source: DownloadSource = .mirror
    ) {
        self.id = id
        self.agent = agent
        self.version = version
        self.time = time
        self.reader = reader
        self.source = source
    }

    package static let form = Form.object(
        "DownloadLine", Self.init(id:agent:version:time:reader:source:),
        .required("id", \.id, .label(256), "Names the line for good."),
        .required("agent", \.agent, .agentID),
        .required("version", \.version, .version),
        .required("time", \.time, .time, "Today or yesterday in UTC."),
        .required("reader", \.reader, .label(256), "Stands for one reader, such as an address. It is kept nowhere."),
        .defaulting("source", \.source, .choice(), to: .mirror))
}

/// What became of a report.
package struct DownloadReportAnswer: CommandAnswer {
    package let accepted: Int64
    package let repeated: Int64
    package var position: Position?

    package init(accepted: Int64, repeated: Int64, position: Position? = nil) {
        self.accepted = accepted
        self.repeated = repeated
        self.position = position
    }

    package static let form = Form.object(
        "DownloadReport", Self.init(accepted:repeated:position:),
        .required("accepted", \.accepted, .count),
        .required("repeated", \.repeated, .count, "Lines that were taken before."),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// Downloads on their way to the log.
package struct SpoolStatus: Body {
    package let lost: Int64
    package let oldestWaitMilliseconds: Int64
    package let uncounted: Int64
    package let waitingBytes: Int64

    package init(lost: Int64, oldestWaitMilliseconds: Int64, uncounted: Int64, waitingBytes: Int64) {
        self.lost = lost
        self.oldestWaitMilliseconds = oldestWaitMilliseconds
        self.uncounted = uncounted
        self.waitingBytes = waitingBytes
    }

    package static let form = Form.object(
        "DownloadsWaiting", Self.init(lost:oldestWaitMilliseconds:uncounted:waitingBytes:),
        .required("lost", \.lost, .count, "Downloads that found no room since the front was started."),
        .required("oldest_wait_ms", \.oldestWaitMilliseconds, .count),
        .required(
            "uncounted", \.uncounted, .count,
            "Downloads that were answered and not counted, since their address had added enough lines within the hour."),
        .required("waiting_bytes", \.waitingBytes, .count))
}
