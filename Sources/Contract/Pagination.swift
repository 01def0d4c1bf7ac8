/// How long a page of a list is, and where the next one begins.
package struct Pagination: Body {
    package let limit: Int64
    package let nextCursor: String?

    package init(limit: Int64, nextCursor: String?) {
        self.limit = limit
        self.nextCursor = nextCursor
    }

    package static let form = Form.object(
        "Pagination", Self.init(limit:nextCursor:), .required("limit", \.limit, .count),
        .optional("next_cursor", \.nextCursor, .text, "Absent on the last page."))
}

/// Rows of a list, of which one more than asked for was read: it tells whether there is a next page.
package struct PageRows<Row> {
    package let rows: [Row]
    /// How long the page was asked to be, and the cursor of the next one.
    package let pagination: Pagination

    /// - Parameter cursor: where a list goes on behind a row.
    package init(_ found: [Row], limit: Int64, cursor: (Row) -> String) {
        rows = Array(found.prefix(Int(limit)))
        let hasMore = found.count > Int(limit)
        pagination = Pagination(limit: limit, nextCursor: hasMore ? rows.last.map(cursor) : nil)
    }
}
