import AgentIndex
import Artifacts
import Contract
import Crypto
import Events
import Following
import HTTPFront
import HTTPServer
import Projections
import System

extension QueryFront {
    /// Files up to this size are cached.
    private static let cachedFileBytes: Int64 = 65_536
    static let freshMilliseconds: Int64 = 20

    func addFiles(to routes: inout QueryRoutes) {
        routes.onAny(Endpoints.showArtifact) { input, request in
            try await file(input.digest, request, isManifest: false)
        }
        routes.onAny(Endpoints.showManifest) { input, request in
            try await awaitMinimum(input, in: [.agents])
            let moment: Moment? = if let asOf = input.asOf { try await moment(asOf) } else { nil }
            let version =
                if let moment {
                    try await replaying(for: request) { try await self.version(input, at: moment).value }
                } else {
                    try await self.version(input).value
                }
            guard let manifest = version.published.artifacts.first(where: { $0.role == .manifest }) else {
                throw Problem(.artifactNotFound, "the version has no manifest")
            }
            return try await file(manifest.sha256, request, isManifest: true, at: moment)
        }
        routes.onAny(Endpoints.showIndex) { input, request in
            if let position = input.minimumPosition {
                try await self.await(position) { try await indexReflects(position, withinMilliseconds: $0) }
            }
            if let asOf = input.asOf { return try await pastIndex(input.id, asOf, request) }
            guard let file = try await request.blocking.run({ [index] in try index.file(input.id) }) else {
                throw FrontRequest.noAgent(input.id)
            }
            return request.document(
                file.bytes, etag: String(file.digest.hex.prefix(32)), position: file.document.position)
        }
        addIndexPages(to: &routes)
    }

    private func addIndexPages(to routes: inout QueryRoutes) {
        routes.onAny(Endpoints.showIndexPage) { input, request in
            // A page that was replaced stays for a while, for readers of the document that linked to it.
            let bytes = try await request.blocking.run { [index] in try index.pageBytes(input.page, of: input.id) }
            guard let bytes else {
                throw Problem(.artifactNotFound, "the index of '\(input.id)' has no page \(input.page)")
            }
            return request.document(bytes, etag: String(input.page.hex.prefix(32)), position: nil)
        }
    }

    /// What installers read of an agent as it was at a moment. A position needs no database.
    private func pastIndex(_ key: AgentKey, _ asOf: AsOf, _ request: FrontRequest) async throws -> HTTPResponse {
        let position: Position = if case .position(let given) = asOf { given } else { try await moment(asOf).position }
        try await self.await(position) { try await indexReflects(position, withinMilliseconds: $0) }
        let found = try await request.blocking.run { [index] in
            try index.file(key)?.document.asOf(position).map { (bytes: $0.bytes, position: $0.position) }
        }
        guard let found else {
            throw Problem(.agentNotFound, "there was no agent '\(key)' here at position \(position)")
        }
        return HTTPResponse(
            status: 200,
            fields: [
                "content-type": "application/json", "cache-control": "no-store", "x-robots-tag": "noindex",
                Fields.asOf: position.description, Fields.position: found.position.description,
            ], body: .bytes(found.bytes))
    }

    /// Waits until the mark of the index folder is past a position; false where it is not within the limit.
    func indexReflects(_ position: Position, withinMilliseconds limit: Int64) async throws -> Bool {
        guard limit > 0 else {
            return try await copied.value(atMostMillisecondsOld: Self.freshMilliseconds).next > position
        }
        // Whoever copies follows the models; that a client waits is for these to know. The folder is read without them.
        let urging = Task { try await agents.reflects(position, in: IndexMirror.copied, withinMilliseconds: limit) }
        defer { urging.cancel() }
        return try await copied.wait(withinMilliseconds: limit) { $0.next > position }
    }

    /// Refuses what is withheld, and what no entry of the log names; returns how far the index was before that was looked up.
    func servedPackage(_ digest: SHA256Digest, _ request: FrontRequest) async throws -> Copied {
        let (withheld, isNamed, copied) = try await request.blocking.run { [index] in
            let copied = try Copied(index)
            return (try index.withheld(digest), try index.isNamed(digest), copied)
        }
        if let withheld { throw Problem(withheld, digest) }
        guard isNamed else { throw Problem(.artifactNotFound, "there is no file with the digest \(digest)") }
        return copied
    }

    /// A file by digest. It may have the same origin as web pages, so the header fields keep browsers from running it.
    private func file(
        _ digest: SHA256Digest, _ request: FrontRequest, isManifest: Bool, at moment: Moment? = nil
    ) async throws -> HTTPResponse {
        let (opened, withheld, copied) = try await request.blocking.run { [artifacts, index] in
            // The position is read first, so that a file that is held after it is not cached.
            let copied = try Copied(index)
            let withheld = try index.withheld(digest)
            // An upload that no entry names is not public. The model that led to a manifest knows that one does.
            let isServed = try withheld == nil && (isManifest || index.isNamed(digest))
            let opened = isServed ? try OpenedFile(digest, in: artifacts, wholeUpTo: Self.cachedFileBytes) : nil
            return (opened, withheld, copied)
        }
        if let withheld { throw Problem(withheld, digest) }
        guard let opened else {
            throw Problem(.artifactNotFound, "there is no file with the digest \(digest)")
        }
        let type = isManifest ? opened.manifestType : opened.binaryType
        var fields: HTTPFields = [
            "content-type": type, "content-security-policy": "default-src 'none'; sandbox",
            "cross-origin-resource-policy": "cross-origin",
        ]
        if type == "application/json" { fields.append("vary", "accept-encoding") }
        if let moment { Self.add(moment, to: &fields) }
        let response = try request.file(
            opened.file, etag: digest.hex, cacheControl: moment == nil ? "public, max-age=300" : "no-store",
            fields: fields
        )
        guard response.status == 200, opened.isWhole, moment == nil else { return response }
        var whole = response
        whole.body = .bytes(opened.head)
        cached?.keep(
            whole, for: request, about: .files, reflecting: Reflection(next: copied.next, builds: copied.builds))
        return whole
    }
}

extension IndexFolder {
    /// The reason why a file is not served; nil where it may be. Blocks the calling thread.
    ///
    /// - Throws: `Problem` where that is not known now.
    func withheld(_ digest: SHA256Digest) throws -> WithheldFiles.Reason? {
        do {
            return try reason(forWithholding: digest)
        } catch let fault as IndexFault {
            throw Problem(.unavailable, "no file is served now: \(fault)")
        }
    }
}

extension Problem {
    /// The problem for a file that is not served.
    fileprivate init(_ reason: WithheldFiles.Reason, _ digest: SHA256Digest) {
        if reason.isRemoved {
            self.init(
                .artifactRemoved,
                "the file \(digest) was removed on \(reason.since) for the reason '\(reason.reason)'")
        } else {
            self.init(
                reason.reason == QuarantineReason.legal.rawValue ? .quarantinedLegally : .quarantined,
                "the file \(digest) is held by moderators for the reason '\(reason.reason)' since \(reason.since)")
        }
    }
}

/// An open file with its first bytes, or with all of them where it is small.
private struct OpenedFile: Sendable {
    private static let headBytes = 64

    let file: HTTPFile
    let head: [UInt8]

    var isWhole: Bool { Int64(head.count) == file.size }

    init?(_ digest: SHA256Digest, in folder: ArtifactFolder, wholeUpTo bound: Int64) throws {
        guard let descriptor = try folder.open(digest) else { return nil }
        let size = try descriptor.size()
        head = try descriptor.read(at: 0, count: size <= bound ? Int(size) : Self.headBytes)
        file = try HTTPFile(descriptor)
    }

    var manifestType: String {
        let first = head.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        return first == UInt8(ascii: "{") ? "application/json" : "application/yaml"
    }

    var binaryType: String {
        head.starts(with: [0x00, 0x61, 0x73, 0x6d]) ? "application/wasm" : "application/octet-stream"
    }
}
