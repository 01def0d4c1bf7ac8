import Contract
import Crypto
import JSON
import System

/// The files of an installed version with their digests, so that changes to them are noticed.
package struct InstalledFiles {
    /// What is different on the disk.
    package struct Differences: Sendable, Equatable {
        /// Files with another content, or with another execute bit for their owner.
        package var changed: [String] = []
        package var missing: [String] = []
        /// Files that were not installed. Agents may write some, so they are no fault.
        package var added: [String] = []

        /// What is said where the list itself is gone.
        package static let unknown = Differences(missing: [InstalledFiles.name])

        /// True where all that was installed is there as it was.
        package var isNone: Bool { changed.isEmpty && missing.isEmpty }
    }

    private struct File: Body, Equatable {
        let name: String
        let sha256: SHA256Digest
        let isExecutable: Bool

        static let form = Form.object(
            nil, Self.init, .required("name", \.name, .text), .required("sha256", \.sha256, .digest),
            .required("executable", \.isExecutable, .bool))
    }

    private struct List: Body {
        let files: [File]

        static let form = Form.object(nil, Self.init, .required("files", \.files, .list(File.form)))
    }

    /// The name of the list in the folder of a version; no package holds a file there.
    static let name = ".mentatlab/files.json"
    private static let ownFolder = ".mentatlab"

    private let files: [File]

    /// Lists the files of a folder; blocks the calling thread.
    init(of folder: String) throws {
        files = try Self.names(in: folder).map { name in
            let path = "\(folder)/\(name)"
            return File(name: name, sha256: try Self.digest(path), isExecutable: try Self.isExecutable(path))
        }
    }

    /// Reads a list; nil where it is none.
    init?(_ bytes: [UInt8]) {
        let limits = JSONLimits(bytes: 16 << 20)
        guard let document = try? JSONValue(bytes, limits: limits),
            let list = try? List.form.value(document, isStrict: false)
        else { return nil }
        files = list.files
    }

    var bytes: [UInt8] { List.form.bytes(List(files: files)) + [0x0a] }

    /// In what a folder differs from this list; blocks the calling thread.
    func differences(to folder: String) throws -> Differences {
        var differences = Differences()
        for file in files {
            let path = "\(folder)/\(file.name)"
            guard try FileSystem.status(path)?.isFile == true else {
                differences.missing.append(file.name)
                continue
            }
            // One that can't be read is not what was installed.
            let digest = try? Self.digest(path)
            let isSame = try digest == file.sha256 && Self.isExecutable(path) == file.isExecutable
            if !isSame { differences.changed.append(file.name) }
        }
        differences.added = try added(in: folder)
        return differences
    }

    /// The files of a folder that this list does not have; blocks the calling thread.
    func added(in folder: String) throws -> [String] {
        let known = Set(files.map(\.name))
        return try Self.names(in: folder).filter { !known.contains($0) }
    }

    /// The paths of everything below a folder that is no folder itself, without `.mentatlab`, where mentatctl keeps
    /// files.
    private static func names(in folder: String) throws -> [String] {
        var names: [String] = []
        var folders = [""]
        while let next = folders.popLast() {
            // Nobody looks into a folder that can't be read; what was installed in it is missing.
            for name in (try? FileSystem.names(in: next.isEmpty ? folder : "\(folder)/\(next)")) ?? [] {
                let inside = next.isEmpty ? name : "\(next)/\(name)"
                guard inside != ownFolder else { continue }
                if try FileSystem.status("\(folder)/\(inside)")?.isDirectory == true {
                    folders.append(inside)
                } else {
                    names.append(inside)
                }
            }
        }
        return names.sorted()
    }

    private static func digest(_ path: String) throws(SystemError) -> SHA256Digest {
        let file = try Descriptor.reading(path)
        var hasher = SHA256Hasher()
        var offset: Int64 = 0
        while true {
            let piece = try file.read(at: offset, count: 1 << 18)
            if piece.isEmpty { return hasher.finish() }
            hasher.update(piece)
            offset += Int64(piece.count)
        }
    }

    private static func isExecutable(_ path: String) throws(SystemError) -> Bool {
        (try FileSystem.status(path)?.mode ?? 0) & 0o100 != 0
    }
}
