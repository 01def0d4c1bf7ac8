import Contract
import RegistryClient

extension Context {
    /// The most rows of a list, and the most pages where a registry gives few rows in each.
    private static let maximumRows = 100_000
    private static let maximumPages = 10_000
    /// The most rows of a page, many times as many as are asked for.
    private static let maximumPageRows = 1_000

    /// Gets all pages of a list, one after the other. A registry that goes round, or gives an empty page, is at its end.
    ///
    /// - Parameters:
    ///   - what: the rows in the plural, for the progress.
    ///   - get: a page from a cursor on.
    /// - Throws: `Failure` where there is no end to it.
    func allPages<Row>(
        of what: String, _ get: (_ cursor: String?) async throws -> (rows: [Row], pagination: Pagination)
    ) async throws -> [Row] {
        var all: [Row] = []
        var cursor: String?
        var seen: Set<String> = []
        for _ in 0..<Self.maximumPages {
            let page = try await get(cursor)
            guard page.rows.count <= Self.maximumPageRows, all.count + page.rows.count <= Self.maximumRows else {
                break
            }
            all += page.rows
            console.progress("\(all.count) \(what)")
            guard let next = page.pagination.nextCursor, !page.rows.isEmpty, seen.insert(next).inserted else {
                return all
            }
            cursor = next
        }
        throw Failure(
            .permanent, "list-too-long", "the registry's list of \(what) has no end after \(all.count) of them",
            fix: "read it page by page from the registry's API")
    }
}
