public import Contract
public import HTTPServer

extension FrontRequest {
    /// The answer, or 304 where the client has it already (RFC 9110 13.1.2).
    ///
    /// - Parameter etag: without quotes; equal for equal bodies.
    public func conditional(
        etag: String, cacheControl: String = "no-cache", _ response: HTTPResponse
    ) -> HTTPResponse {
        var response = response
        response.fields.append("etag", "\"\(etag)\"")
        response.fields.append("cache-control", cacheControl)
        guard let wanted = http.head.fields["if-none-match"] else { return response }
        let known = wanted.split(separator: ",").map { tag in
            // Weak comparison: W/ makes no difference for GET.
            tag.split(separator: " ").joined().replacing("W/", with: "")
        }
        guard known.contains("\"\(etag)\"") || known == ["*"] else { return response }
        response.status = 304
        response.body = .empty
        return response
    }

    /// A file, or the part of it that the client asks for, or 304 where the client has it already.
    ///
    /// - Parameter etag: without quotes; names these bytes and no others, so that parts of it fit together.
    public func file(
        _ file: HTTPFile, etag: String, cacheControl: String, fields: HTTPFields
    ) throws(Problem) -> HTTPResponse {
        var response = conditional(
            etag: etag, cacheControl: cacheControl, HTTPResponse(status: 200, fields: fields, body: .file(file)))
        response.fields.append("accept-ranges", "bytes")
        let asked = http.head.fields
        // A client whose part is of other bytes gets them all (RFC 9110 13.1.5); dates are not kept.
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

    /// A whole number of the query within bounds; the default where it is absent.
    public func integer(_ name: String, default standard: Int64, in bounds: ClosedRange<Int64>) throws(Problem) -> Int64
    {
        guard let text = try parameter(name) else { return standard }
        guard let value = Int64(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), bounds.contains(value)
        else {
            throw Problem(
                .invalidParameter,
                "'\(name)' is '\(text.prefix(64))'; it has to be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
            )
        }
        return value
    }

    /// A parameter of the query that is one of a closed list; the default where it is absent.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of _: Choice.Type, default standard: Choice
    ) throws(Problem) -> Choice {
        guard let text = try parameter(name) else { return standard }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.invalidParameter, "'\(name)' is '\(text.prefix(64))'; there are \(all)")
        }
        return choice
    }

    /// A parameter of the query; nil where it is absent. One that stands twice is refused.
    public func parameter(_ name: String) throws(Problem) -> String? {
        let values = http.head.query.filter { $0.name == name }
        guard values.count <= 1 else { throw Problem(.invalidParameter, "'\(name)' stands twice") }
        return values.first?.value
    }

    /// Refuses parameters that the endpoint does not know, so that a misspelt one is no silent default.
    public func allow(_ names: Set<String>) throws(Problem) {
        for parameter in http.head.query where !names.contains(parameter.name) {
            throw Problem(
                .invalidParameter,
                "'\(parameter.name.prefix(64))' is no parameter here; there are \(names.sorted().joined(separator: ", "))"
            )
        }
    }
}
