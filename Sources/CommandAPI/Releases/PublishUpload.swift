import Archive
import Artifacts
import Contract
import Crypto
import Events
import HTTPServer
import Manifest
import Marketplace
import PackageRules

/// The parts of a publication. Each is streamed to disk; only the manifest is held in memory.
struct PublishUpload: Sendable {
    let artifacts: [Artifact]
    let manifest: [UInt8]
    /// The files, which are not in their places yet.
    let files: [(upload: ArtifactUpload, digest: SHA256Digest)]

    fileprivate struct OpenPart {
        let role: Artifact.Role
        let upload: ArtifactUpload

        init(role: Artifact.Role, upload: ArtifactUpload) {
            self.role = role
            self.upload = upload
        }

        var sizeBytes = 0
        private var search = TokenSearch()
        /// The first 8 bytes, which tell the kind of file; of a manifest all bytes.
        var kept: [UInt8] = []
    }

    /// Reads a whole multipart body.
    ///
    /// - Parameters:
    ///   - ask: throws where nothing may be published under the manifest. It is called before a package is looked through, and
    ///     as soon as the manifest is read where more than `largeBytes` of the body are still to come.
    ///   - inspect: reads a package on a thread that may compute for long.
    ///   - count: told of bytes before they go to the disk; throws where there may be no more.
    static func receive(
        _ request: HTTPRequest, into store: ArtifactStore, ask: ([UInt8]) async throws -> Void,
        inspect: (@escaping @Sendable () throws -> Void) async throws -> Void, count: (Int) throws -> Void
    ) async throws -> PublishUpload {
        var decoder = try MultipartDecoder(contentType: request.head.fields["content-type"])
        if let bound = Endpoints.publish.declaration.body?.maximumBytes { try await request.body.limit(to: bound) }
        var artifacts: [Artifact] = []
        var finished: [(upload: ArtifactUpload, digest: SHA256Digest)] = []
        var manifest: [UInt8]?
        var part: OpenPart?
        var receivedBytes = 0
        var isAsked = false
        while let piece = try await request.body.next() {
            receivedBytes += piece.count
            decoder.append(piece)
            while let event = try decoder.next() {
                switch event {
                case .part(let name, _):
                    let role = try role(named: name, taken: artifacts.map(\.role))
                    part = OpenPart(role: role, upload: store.begin())
                case .data(let bytes):
                    guard var open = part else { continue }
                    try open.take(bytes)
                    try count(bytes.count)
                    part = open
                    try await open.upload.write(bytes)
                case .partEnd:
                    guard let open = part else { continue }
                    try open.check()
                    if open.role == .manifest {
                        manifest = open.kept
                        if isLarge(request.head.framing, besides: receivedBytes) {
                            try await ask(open.kept)
                            isAsked = true
                        }
                    }
                    let digest = try await open.upload.finish()
                    finished.append((open.upload, digest))
                    artifacts.append(Artifact(role: open.role, sha256: digest, sizeBytes: Int64(open.sizeBytes)))
                    part = nil
                case .end: break
                }
            }
        }
        guard decoder.isFinished else {
            throw Problem(.malformedRequest, "the multipart body ends before its closing boundary")
        }
        guard let manifest else {
            throw Problem(
                .invalidPart, "the part 'manifest' is missing",
                findings: [
                    Problem.Finding(severity: "error", path: "/manifest", message: "a publication needs a manifest")
                ])
        }
        if let index = artifacts.firstIndex(where: { $0.role == .package }) {
            if artifacts[index].sizeBytes > largeBytes, !isAsked { try await ask(manifest) }
            try await checkPackage(finished[index].upload, manifest, artifacts, inspect)
        }
        return PublishUpload(artifacts: artifacts.sorted { $0.role < $1.role }, manifest: manifest, files: finished)
    }

    /// Asking early costs another look at the log, so it has to save the client something.
    private static let largeBytes = 262_144

    private static func isLarge(_ framing: HTTPRequestHead.Framing, besides receivedBytes: Int) -> Bool {
        switch framing {
        case .none: false
        case .length(let bytes): bytes - receivedBytes > largeBytes
        case .chunked: true
        }
    }

    /// Reads the whole package, so that no version has a package that installers refuse.
    private static func checkPackage(
        _ upload: ArtifactUpload, _ manifest: [UInt8], _ artifacts: [Artifact],
        _ inspect: (@escaping @Sendable () throws -> Void) async throws -> Void
    ) async throws {
        let fault: String
        var isSecret = false
        do {
            let path = upload.path
            try await inspect { try PackageRules(AgentManifest(parsing: manifest), artifacts).check(path) }
            withExtendedLifetime(upload) {}
            return
        } catch let refused as ArchiveFault {
            fault = refused.description
        } catch let refused as PackageFault {
            fault = refused.description
            isSecret = refused.isSecret
        }
        throw Problem(
            isSecret ? .secretFound : .invalidPart, "the part 'package' can't be taken: \(fault)",
            findings: [Problem.Finding(severity: "error", path: "/package", message: fault)])
    }

    private static func role(named name: String, taken: [Artifact.Role]) throws(Problem) -> Artifact.Role {
        guard let role = Artifact.Role(rawValue: name) else {
            let known = Artifact.Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.invalidPart, "the part '\(name)' is unknown; parts are \(known)")
        }
        guard !taken.contains(role) else { throw Problem(.invalidPart, "the part '\(name)' stands twice") }
        return role
    }

    /// A digest that is equal for two uploads of the same files, whatever their multipart boundaries.
    func fingerprint(method: String, path: String) -> SHA256Digest {
        let parts = artifacts.map { "\($0.role.rawValue) \($0.sha256)" }.joined(separator: "\n")
        return SHA256Digest(of: Array("\(method)\n\(path)\n\(parts)".utf8))
    }
}

extension PublishUpload.OpenPart {
    fileprivate mutating func take(_ bytes: [UInt8]) throws(Problem) {
        let limit = role.maximumBytes
        sizeBytes += bytes.count
        guard sizeBytes <= limit else {
            throw Problem(.contentTooLarge, "the part '\(role.rawValue)' is larger than \(limit) bytes")
        }
        // What is in a package is compressed, and looked through file by file.
        if role != .package {
            switch search.take(bytes) {
            case .nothing: break
            case .token:
                throw Problem(.secretFound, "the part '\(role.rawValue)' holds a token of a MentatLab marketplace")
            case .tooMany:
                throw Problem(
                    .invalidPart,
                    "the part '\(role.rawValue)' holds more than \(TokenSearch.maximumCandidates) texts in the form of a token"
                )
            }
        }
        if role == .manifest {
            kept += bytes
        } else if kept.count < 8 {
            kept += bytes.prefix(8 - kept.count)
        }
    }

    /// Checks the first bytes, so that no version has a package that is not gzip or a module that is not WebAssembly.
    fileprivate func check() throws(Problem) {
        if let fault = Publication.fault(ofHead: kept, of: role) {
            throw Problem(.invalidPart, "the part '\(role.rawValue)' \(fault)")
        }
    }
}
