import Artifacts
import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Projections
import System

extension QueryFront {
    /// `GET /events`: entries of the log, their bytes unchanged.
    func events(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow(["from", "limit", "stream", "type"])
        let from = Position(try request.integer("from", default: 0, in: 0...(Int64(1) << 53) - 1))
        let limit = Int(try request.integer("limit", default: 100, in: 1...Int64(EventReader.maximumEntries)))
        let stream = try request.parameter("stream")
        let type = try request.parameter("type")
        let page: EventReader.Page
        switch (stream, type) {
        case (nil, nil): page = try await entries.read(from: from, limit: limit)
        case (let stream?, nil):
            guard StreamName(stream) != nil else {
                throw Problem(.invalidParameter, "'stream' is '\(stream.prefix(200))'; it has to be <kind>/<id>")
            }
            page = try await entries.read(stream: stream, from: from, limit: limit)
        case (nil, let type?):
            guard EventCatalogue.types.contains(type) else {
                throw Problem(
                    .invalidParameter,
                    "'type' is '\(type.prefix(64))'; there are \(EventCatalogue.types.joined(separator: ", "))")
            }
            page = try await entries.read(type: type, from: from, limit: limit)
        case (_?, _?): throw Problem(.invalidParameter, "give 'stream' or 'type', not both")
        }
        var writer = JSONWriter(reservingBytes: page.entries.count * 800 + 64)
        writer.object { object in
            object.member("events") { writer in
                writer.array(page.entries) { entry, writer in
                    writer.object { object in
                        object.member("entry") { $0.raw(entry.bytes) }
                        object.member("position", entry.position.value)
                    }
                }
            }
            object.member("next", page.next.value)
        }
        var fields = positionFields(next: page.next)
        fields.append("cache-control", "no-cache")
        return .json(200, writer.bytes, fields: fields)
    }

    /// `GET /projections`: how far each read model is.
    func projections(_ request: FrontRequest) async throws -> HTTPResponse {
        try request.allow([])
        let progress = try await agents.progress()
        var writer = JSONWriter()
        writer.object { object in
            object.member("projections") { writer in
                writer.array(progress) { projection, writer in
                    writer.object { object in
                        object.member("cursor", projection.cursor.value)
                        object.member("head", projection.head.value)
                        object.member("lag", projection.head.value - projection.cursor.value)
                        object.member("name", projection.name)
                        object.member("oldest_wait_ms", projection.oldestWaitMilliseconds)
                    }
                }
            }
        }
        return .json(200, writer.bytes, fields: ["cache-control": "no-store"])
    }

    /// `GET /artifacts/sha256/{digest}`
    func artifact(_ request: FrontRequest) throws -> HTTPResponse {
        try request.allow([])
        guard let digest = SHA256Digest(hex: request.segment("digest")) else {
            throw Problem(.artifactNotFound, "a digest is 64 lower-case hexadecimal digits")
        }
        return try file(digest, request, isManifest: false)
    }

    /// Files up to this size are cached.
    private static let cachedFileBytes: Int64 = 65_536

    /// A file by digest. It may lie on the same origin as pages, so whatever it holds, no browser runs it.
    func file(_ digest: SHA256Digest, _ request: FrontRequest, isManifest: Bool) throws -> HTTPResponse {
        guard let descriptor = try artifacts.open(digest) else {
            throw Problem(.artifactNotFound, "there is no file with the digest \(digest)")
        }
        let size = try descriptor.size()
        let isSmall = size <= Self.cachedFileBytes
        let head = try descriptor.read(at: 0, count: isSmall ? Int(size) : 64)
        let type: String
        if isManifest {
            let first = head.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
            type = first == UInt8(ascii: "{") ? "application/json" : "application/yaml"
        } else {
            type = head.starts(with: [0x00, 0x61, 0x73, 0x6d]) ? "application/wasm" : "application/octet-stream"
        }
        let response = try request.file(
            try HTTPFile(descriptor), etag: digest.hex, cacheControl: "public, max-age=31536000, immutable",
            fields: [
                "content-type": type, "content-security-policy": "default-src 'none'; sandbox",
                "cross-origin-resource-policy": "cross-origin",
            ])
        guard isSmall, response.status == 200, head.count == size else { return response }
        var whole = response
        whole.body = .bytes(head)
        // It never changes, so it reflects every position.
        return keep(whole, for: request, about: .files, next: Position(.max))
    }
}
