import Contract
import Events
import Foundation
import FoundationXML
import Testing

@testable import Web

/// Charts, which say the same as a drawing, in words and as a table.
@Suite struct ChartTests {
    private static let last = Day(number: 20_522)
    private static let span = ChartSpan(.week, to: last)

    private func downloads(_ counts: [String: Int64]) -> DownloadDays {
        DownloadDays(
            rows: counts.map { DownloadDay(day: $0.key, downloads: $0.value, readers: $0.value, isAtMost: false) },
            counting: "")
    }

    /// What the nodes hold that a path leads to, in a chart as a picture.
    private func found(_ chart: Chart, _ path: String) throws -> [String] {
        try XMLDocument(data: Data(chart.picture)).nodes(forXPath: path).map { $0.stringValue ?? "" }
    }

    private func points(_ chart: Chart) throws -> [[(x: Int64, y: Int64)]] {
        try found(chart, "//*[local-name()='polyline']/@points").map { line in
            line.split(separator: " ").map { point in
                let parts = point.split(separator: ",").compactMap { Int64($0) }
                return (parts[0], parts[1])
            }
        }
    }

    @Test func aLineHasAPointForEachDayAlsoForThoseWithoutAny() throws {
        let chart = Chart.downloads(
            downloads(["2026-03-04": 10, "2026-03-10": 5, "2026-03-03": 99]), readers: true, Self.span)
        let line = try #require(try points(chart).first)
        #expect(line.count == 7)
        // Of 0 to 10 in steps of 2: the day before the first is not among them.
        #expect(line.map(\.y) == [14, 176, 176, 176, 176, 176, 95])
        #expect(zip(line, line.dropFirst()).allSatisfy { $0.x < $1.x })
        #expect(chart.drawing.label == "7 days, 15 in all, 5 on the last")
        #expect(chart.drawing.rows.count == 2)
    }

    @Test func nothingIsALineAtZero() throws {
        let chart = Chart.downloads(downloads([:]), readers: false, Self.span)
        #expect(try points(chart).first?.allSatisfy { $0.y == 176 } == true)
        #expect(chart.drawing.rows.isEmpty)
    }

    @Test(
        arguments: [
            (0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (11, 5), (25, 5), (26, 10), (50, 10), (51, 20), (999, 200),
            (1_000, 200),
            (1_001, 500),
        ] as [(Int64, Int64)]) func stepsAreRound(highest: Int64, step: Int64)
    {
        #expect(LineDrawing.step(for: highest) == step)
    }

    @Test func aStepForTheGreatestCountIsFound() {
        let highest = Int64.max / 100
        #expect(LineDrawing.step(for: highest) >= highest / 5)
    }

    @Test func versionsHaveLinesTheMostDownloadedFirstAndOthersLast() throws {
        let days = [("2.0.0", 3), ("1.0.0", 9), ("", 50)].map {
            VersionDay(day: "2026-03-10", version: $0.0, downloads: Int64($0.1), readers: 1)
        }
        let key = try #require(AgentID("acme.zebra")?.key)
        let chart = Chart.versions(days, of: key, Self.span)
        #expect(chart.drawing.columns == ["Day", "1.0.0", "2.0.0", "others"])
        #expect(try points(chart).count == 3)
        // Words beside the ends are at least a line apart.
        let words = "//*[local-name()='text' and (contains(., '.0.0 ') or starts-with(., 'others '))]/@y"
        let places = try found(chart, words).compactMap { Int64($0) }.sorted()
        #expect(places.count == 3)
        #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 15 })
    }

    @Test(
        arguments: [(0, 10, 0), (1, 10, 1), (2, 10, 1), (3, 10, 2), (10, 10, 5), (1, 1, 5)] as [(Int64, Int64, Int64)])
    func shadesAreEquallyWide(count: Int64, most: Int64, level: Int64) {
        #expect(HeatDrawing.level(count, of: most) == level)
    }

    @Test func aWeekHasASquareForEachHour() throws {
        let hours = DownloadHours(rows: [DownloadHour(weekday: 7, hour: 23, downloads: 4)])
        let chart = Chart.hours(hours, Self.span)
        let squares = try found(chart, "//*[local-name()='path' and starts-with(@class, 'h')]/@d").map { drawn in
            drawn.split(separator: "M").count
        }
        // And one of each shade that says what it means.
        let all: Int = squares.reduce(0, +)
        #expect(all == 174)
        #expect(chart.drawing.label == "most on Sun at 23:00, 4")
        #expect(chart.drawing.rows.count == 24)
    }

    @Test func wordsOfPeopleAreTextInAPicture() throws {
        let words = "</text><script>alert(1)</script>\u{202e}]]>&amp;"
        let chart = Chart.groups(GroupList(rows: [GroupBody(value: words, agents: 3)]), by: .category)
        #expect(try found(chart, "//*[local-name()='script']").isEmpty)
        #expect(try found(chart, "//*[local-name()='text']").contains(words.shortened(to: 28)))
    }

    @Test(
        arguments: [
            (0, 0, "–"), (0, 5, "new"), (100, 150, "+50 %"), (100, 97, "-3 %"), (3, 0, "-100 %"), (200, 201, "+1 %"),
            (1, .max, "–"), (300, 301, "0 %"),
        ] as [(Int64, Int64, String)]) func changesAreInPercent(before: Int64, now: Int64, words: String)
    {
        #expect(StatsPage.change(from: before, to: now) == words)
    }
}
