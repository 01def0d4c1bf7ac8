package import Events

/// What the marketplace comes to.
package struct StatisticsPage: Body {
    package let agents: Int64
    package let activePublishers: Int64
    package let downloads: Int64
    package let readers: Int64
    package let isAtMost: Bool
    package let ratingHundredths: Int64
    package let rated: Int64
    package let counted: Position?

    package init(
        agents: Int64, activePublishers: Int64, downloads: Int64, readers: Int64, isAtMost: Bool,
        ratingHundredths: Int64, rated: Int64, counted: Position? = nil
    ) {
        self.agents = agents
        self.activePublishers = activePublishers
        self.downloads = downloads
        self.readers = readers
        self.isAtMost = isAtMost
        self.ratingHundredths = ratingHundredths
        self.rated = rated
        self.counted = counted
    }

    package static let form = Form.object(
        "Statistics",
        Self.init(agents:activePublishers:downloads:readers:isAtMost:ratingHundredths:rated:counted:),
        .required("agents", \.agents, .count, "Those that search shows."),
        .required("active_publishers", \.activePublishers, .count, "People who published within 30 days."),
        .required("weekly_downloads", \.downloads, .count, "Each time, within 7 days."),
        .required("weekly_unique_downloads", \.readers, .count, "Once for each reader, agent and day."),
        .required("at_most", \.isAtMost, .bool, "True where some of these readers may be counted twice."),
        .required("average_rating", \.ratingHundredths, .hundredths, "The average of the averages of rated agents."),
        .required("rated_agents", \.rated, .count),
        .optional("counted_at", \.counted, .position, "Agents and ratings were counted when it was the last position."))
}

/// The downloads of all agents on a day.
package struct DownloadDay: Body {
    package let day: String
    package let downloads: Int64
    package let readers: Int64
    package let isAtMost: Bool

    package init(day: String, downloads: Int64, readers: Int64, isAtMost: Bool) {
        self.day = day
        self.downloads = downloads
        self.readers = readers
        self.isAtMost = isAtMost
    }

    package static let form = Form.object(
        "DownloadDay", Self.init(day:downloads:readers:isAtMost:),
        .required("day", \.day, .text), .required("downloads", \.downloads, .count),
        .required("unique_downloads", \.readers, .count),
        .required("at_most", \.isAtMost, .bool, "True where some of these readers may be counted twice."))
}

/// Downloads by day.
package struct DownloadDays: TableBody {
    package let rows: [DownloadDay]
    package let counting: String

    package init(rows: [DownloadDay], counting: String) {
        self.rows = rows
        self.counting = counting
    }

    package static let form = Form.object(
        "DownloadDays", Self.init(rows:counting:), .required("days", \.rows, .list(DownloadDay.form)),
        .required("counting", \.counting, .text, "What the counts mean."))
}

/// The downloads of an hour of the week.
package struct DownloadHour: Body {
    package let weekday: Int64
    package let hour: Int64
    package let downloads: Int64

    package init(weekday: Int64, hour: Int64, downloads: Int64) {
        self.weekday = weekday
        self.hour = hour
        self.downloads = downloads
    }

    package static let form = Form.object(
        "DownloadHour", Self.init(weekday:hour:downloads:),
        .required("weekday", \.weekday, .integer(from: 1, to: 7), "From 1 for Monday (ISO 8601)."),
        .required("hour", \.hour, .integer(from: 0, to: 23), "In UTC."),
        .required("downloads", \.downloads, .count))
}

/// Downloads by hour of the week.
package struct DownloadHours: TableBody {
    package let rows: [DownloadHour]
    package let counting: String

    package init(rows: [DownloadHour], counting: String = Counting.hours) {
        self.rows = rows
        self.counting = counting
    }

    package static let form = Form.object(
        "DownloadHours", Self.init(rows:counting:), .required("hours", \.rows, .list(DownloadHour.form)),
        .required("counting", \.counting, .text, "What the counts mean."))
}

/// What was published on a day.
package struct PublishingDay: Body {
    package let day: String
    package let versions: Int64
    package let agents: Int64
    package let publishers: Int64

    package init(day: String, versions: Int64, agents: Int64, publishers: Int64) {
        self.day = day
        self.versions = versions
        self.agents = agents
        self.publishers = publishers
    }

    package static let form = Form.object(
        "PublishingDay", Self.init(day:versions:agents:publishers:),
        .required("day", \.day, .text), .required("versions", \.versions, .count),
        .required("new_agents", \.agents, .count), .required("publishers", \.publishers, .count))
}

/// What was published by day.
package struct PublishingDays: TableBody {
    package let rows: [PublishingDay]
    package let publishers: Int64
    package let counting: String

    package init(rows: [PublishingDay], publishers: Int64, counting: String = Counting.publishing) {
        self.rows = rows
        self.publishers = publishers
        self.counting = counting
    }

    package static let form = Form.object(
        "PublishingDays", Self.init(rows:publishers:counting:),
        .required("days", \.rows, .list(PublishingDay.form)),
        .required("publishers", \.publishers, .count, "People who published on any of these days."),
        .required("counting", \.counting, .text, "What the counts mean."))
}

/// The downloads of an agent by day.
package struct AgentDays: TableBody {
    package let rows: [DayDownloads]
    package let counting: String

    package init(rows: [DayDownloads], counting: String = Counting.agent) {
        self.rows = rows
        self.counting = counting
    }

    package static let form = Form.object(
        "AgentDays", Self.init(rows:counting:), .required("days", \.rows, .list(DayDownloads.form)),
        .required("counting", \.counting, .text, "What the counts mean."))
}

/// The downloads of a version on a day.
package struct VersionDay: Body {
    package let day: String
    package let version: String
    package let downloads: Int64
    package let readers: Int64

    package init(day: String, version: String, downloads: Int64, readers: Int64) {
        self.day = day
        self.version = version
        self.downloads = downloads
        self.readers = readers
    }

    package static let form = Form.object(
        "VersionDay", Self.init(day:version:downloads:readers:),
        .required("day", \.day, .text), .required("version", \.version, .text),
        .required("downloads", \.downloads, .count), .required("unique_downloads", \.readers, .count))
}

/// Downloads of an agent by day and version.
package struct VersionDays: TableBody {
    package let rows: [VersionDay]
    package let counting: String
    package let pagination: Pagination

    package init(rows: [VersionDay], counting: String = Counting.versions, pagination: Pagination) {
        self.rows = rows
        self.counting = counting
        self.pagination = pagination
    }

    package static let form = Form.object(
        "VersionDays", Self.init(rows:counting:pagination:), .required("days", \.rows, .list(VersionDay.form)),
        .required("counting", \.counting, .text, "What the counts mean."),
        .required("pagination", \.pagination, Pagination.form))
}

/// How many agents have a value.
package struct GroupBody: Body {
    package let value: String
    package let agents: Int64

    package init(value: String, agents: Int64) {
        self.value = value
        self.agents = agents
    }

    package static let form = Form.object(
        "AgentGroup", Self.init(value:agents:),
        .required("value", \.value, .text, "Empty for agents without one."), .required("agents", \.agents, .count))
}

/// Agents by category, runtime or licence.
package struct GroupList: TableBody {
    package let rows: [GroupBody]
    package let counting: String
    package let counted: Position?

    package init(rows: [GroupBody], counting: String = Counting.agents, counted: Position? = nil) {
        self.rows = rows
        self.counting = counting
        self.counted = counted
    }

    package static let form = Form.object(
        "AgentGroups", Self.init(rows:counting:counted:), .required("groups", \.rows, .list(GroupBody.form)),
        .required("counting", \.counting, .text, "What the counts mean."),
        .optional("counted_at", \.counted, .position, "They were counted when it was the last position."))
}

/// An agent as a line of a table.
package struct AgentLine: Body {
    package let id: String
    package let agentID: String
    package let displayName: String
    package let summary: String
    package let publisher: String
    package let category: String
    package let latestVersion: String?
    package let readers: Int64
    package let stars: Int64
    package let ratingHundredths: Int64
    package let ratings: Int64
    package let created: Timestamp
    package let updated: Timestamp

    package init(
        id: String, agentID: String, displayName: String, summary: String, publisher: String, category: String,
        latestVersion: String? = nil, readers: Int64, stars: Int64, ratingHundredths: Int64, ratings: Int64,
        created: Timestamp, updated: Timestamp
    ) {
        self.id = id
        self.agentID = agentID
        self.displayName = displayName
        self.summary = summary
        self.publisher = publisher
        self.category = category
        self.latestVersion = latestVersion
        self.readers = readers
        self.stars = stars
        self.ratingHundredths = ratingHundredths
        self.ratings = ratings
        self.created = created
        self.updated = updated
    }

    package static let form = Form.object(
        "AgentLine",
        Self.init(
            id:agentID:displayName:summary:publisher:category:latestVersion:readers:stars:ratingHundredths:ratings:
            created:updated:),
        .required("id", \.id, .text, "The key: equal for all spellings."),
        .required("agent_id", \.agentID, .text, "The registered spelling."),
        .required("display_name", \.displayName, .text), .required("summary", \.summary, .text, "One line."),
        .required("publisher", \.publisher, .text, "Empty where it is not known."),
        .required("category", \.category, .text, "Empty where there is none."),
        .optional("latest_version", \.latestVersion, .text, "Absent where all are yanked or held."),
        .required("download_count", \.readers, .count, "Once for each reader and day, ever."),
        .required("star_count", \.stars, .count), .required("rating_avg", \.ratingHundredths, .hundredths),
        .required("rating_count", \.ratings, .count), .required("created_at", \.created, .time),
        .required("updated_at", \.updated, .time))
}

/// New, updated or top agents.
package struct TopList: TableBody {
    package let rows: [AgentLine]
    package let counting: String

    package init(rows: [AgentLine], counting: String = Counting.lists) {
        self.rows = rows
        self.counting = counting
    }

    package static let form = Form.object(
        "TopAgents", Self.init(rows:counting:), .required("agents", \.rows, .list(AgentLine.form)),
        .required("counting", \.counting, .text, "What the counts mean."))
}
