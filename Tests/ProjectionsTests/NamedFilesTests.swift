import AgentIndex
import Crypto
import Foundation
import Testing

/// The digests that an index folder keeps of files that versions name.
@Suite struct NamedFilesTests {
    /// Digests that all begin with one byte, so that they lie in one file.
    private static let digests: [SHA256Digest] = (0..<UInt8(9)).compactMap { number in
        SHA256Digest(bytes: [0xab] + [UInt8](repeating: number, count: 31))
    }

    private func withFolder(_ body: (String) throws -> Void) rethrows {
        let path = FileManager.default.temporaryDirectory.appending(path: "named-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func size(_ path: String) throws -> Int {
        try Data(contentsOf: URL(filePath: "\(path)/named/ab")).count
    }

    @Test func digestsAreAddedOnceAndReadByOtherPrograms() throws {
        try withFolder { path in
            let (folder, other) = (IndexFolder(path), IndexFolder(path))
            try folder.addNamed(Array(Self.digests[..<3]))
            #expect(try other.isNamed(Self.digests[2]))
            try folder.addNamed(Array(Self.digests[1..<5]))
            try folder.addNamed(Array(Self.digests[1..<5]))
            #expect(try size(path) == 5 * 32)
            #expect(try Self.digests.map { try other.isNamed($0) } == Self.digests.indices.map { $0 < 5 })
        }
    }

    /// A program can end in the middle of writing. What comes behind a part of a digest has to be readable all the same.
    @Test(arguments: [1, 31, 32, 40])
    func whatWasCutOffIsAddedAgain(_ lost: Int) throws {
        try withFolder { path in
            try IndexFolder(path).addNamed(Array(Self.digests[..<3]))
            let file = try FileHandle(forWritingTo: URL(filePath: "\(path)/named/ab"))
            try file.truncate(atOffset: UInt64(3 * 32 - lost))
            try file.close()
            let folder = IndexFolder(path)
            try folder.addNamed(Self.digests)
            #expect(try size(path) == 9 * 32)
            #expect(try Self.digests.allSatisfy { try IndexFolder(path).isNamed($0) })
        }
    }
}
