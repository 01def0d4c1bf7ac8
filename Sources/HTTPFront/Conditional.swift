package import Contract
package import HTTPServer

extension FrontRequest {
    /// The answer with its `etag`, or 304 where the client already has it (RFC 9110 13.1.2).
    ///
    /// - Parameters:
    ///   - etag: the tag without quotes; equal for equal bodies.
    ///   - isWeak: true where bodies of one tag may differ in what does not matter.
    ///   - cacheControl: the value of the field `cache-control`.
    package func conditional(
        etag: String, isWeak: Bool = false, cacheControl: String = "no-cache", _ response: HTTPResponse
    ) -> HTTPResponse {
        var response = response
        response.fields.append("etag", "\(isWeak ? "W/" : "")\"\(etag)\"")
        response.fields.append("cache-control", cacheControl)
        guard let wanted = http.head.fields["if-none-match"], EntityTag.isNamed("\"\(etag)\"", in: wanted) else {
            return response
        }
        return response.notModified
    }

    /// A file, the part of it that the client asks for, or 304 where the client already has it (RFC 9110 13, 14).
    ///
    /// - Parameters:
    ///   - etag: the tag without quotes; it stands for exactly these bytes, so that parts of them fit together.
    ///   - cacheControl: the value of the field `cache-control`.
    ///   - fields: further fields of the answer.
    /// - Throws: `Problem` of the kind `rangeNotSatisfiable` where no byte of the range exists.
    package func file(
        _ file: HTTPFile, etag: String, cacheControl: String, fields: HTTPFields
    ) throws(Problem) -> HTTPResponse {
        var response = conditional(
            etag: etag, cacheControl: cacheControl, HTTPResponse(status: 200, fields: fields, body: .file(file)))
        response.fields.append("accept-ranges", "bytes")
        let asked = http.head.fields
        // A client that holds a part of other bytes gets the whole file (RFC 9110 13.1.5). A date never matches.
        let isSame = asked["if-range"].map { $0 == "\"\(etag)\"" } ?? true
        guard response.status == 200, http.head.method == "GET", isSame else { return response }
        switch HTTPRange(asked["range"], size: file.size) {
        case .whole: return response
        case .unsatisfiable:
            throw Problem(.rangeNotSatisfiable, "the file has \(file.size) bytes", sizeBytes: file.size)
        case .part(let range):
            response.status = 206
            response.body = .file(file, range)
            response.fields.append(
                "content-range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)")
            return response
        }
    }
}

extension HTTPResponse {
    /// The same answer for a client that has it already: 304, without a body.
    package var notModified: HTTPResponse {
        var response = self
        response.status = 304
        response.body = .empty
        return response
    }
}

/// Tags of answers (RFC 9110 8.8.3).
package enum EntityTag {
    /// True where a field `if-none-match` names a tag, or any. The comparison is weak: for GET, `W/` makes no difference.
    package static func isNamed(_ tag: String, in field: String) -> Bool {
        let known = field.split(separator: ",").map { $0.split(separator: " ").joined().replacing("W/", with: "") }
        return known.contains(tag.replacing("W/", with: "")) || known == ["*"]
    }
}
