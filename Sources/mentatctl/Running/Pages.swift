import Contract
import RegistryClient

extension Context {
    /// No list is longer; each page has up to a hundred rows.
    private static let maximumPages = 10_000

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
            all += page.rows
            console.progress("\(all.count) \(what)")
            guard let next = page.pagination.nextCursor, !page.rows.isEmpty, seen.insert(next).inserted else {
                return all
            }
            cursor = next
        }
        throw Failure(
            .permanent, "list-too-long", "the registry's list of \(what) has no end after \(Self.maximumPages) pages")
    }
}
