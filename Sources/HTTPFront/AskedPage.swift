package import Contract
package import HTTPServer

extension PageForm {
    /// The form in which a client wants a page: that of the path's ending, where it has one. Else Markdown where the
    /// field Accept weighs it at least as much as HTML. Without Accept, or with `*/*`, Markdown for curl and HTML for
    /// others.
    package init(for head: HTTPRequestHead) {
        if let form = PageForm(ending: head.target.prefix { $0 != "?" }) {
            self = form
        } else if let accept = head.fields["accept"], accept != "*/*" {
            let markdown = Self.weight(of: "text/markdown", in: accept)
            self = markdown > 0 && markdown >= Self.weight(of: "text/html", in: accept) ? .markdown : .html
        } else {
            self = head.fields["user-agent"]?.hasPrefix("curl/") == true ? .markdown : .html
        }
    }

    /// The weight of a media type in thousandths; 0 where it is not named (RFC 9110 12.4.2, 12.5.1).
    private static func weight(of type: String, in accept: String) -> Int {
        for part in accept.utf8.count > 1_000 ? [] : accept.split(separator: ",") {
            let words = part.split(separator: ";").map { $0.split(separator: " ").joined().lowercased() }
            guard words.first == type else { continue }
            guard let weight = words.dropFirst().first(where: { $0.hasPrefix("q=") })?.dropFirst(2) else {
                return 1_000
            }
            let digits = weight.split(separator: ".", omittingEmptySubsequences: false)
            if digits.first == "1" { return 1_000 }
            let thousandths = digits.count > 1 ? digits[1] : ""
            return Int(thousandths.padded(to: 3)) ?? 0
        }
        return 0
    }
}

extension Substring {
    fileprivate func padded(to count: Int) -> String {
        String(prefix(count)) + String(repeating: "0", count: Swift.max(0, count - self.count))
    }
}

extension FrontRequest {
    /// The form in which the client wants a page.
    package var pageForm: PageForm { PageForm(for: http.head) }
}
