import Contract
import Foundation
import System
import TestSupport
import Testing

@testable import Packaging

/// Secrets are told from what only looks like them; the judgments are OpenSSL's and zlib's.
@Suite struct SecretSearchTests {
    @Test func eachFileIsJudgedAsItsMakerSays() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let cases = try await Oracle.run("planted_secrets", arguments: [folder.path], input: "").map {
            $0.split(separator: "\t").map(String.init)
        }
        #expect(cases.count > 50)
        let worker = Worker(name: "secrets")
        defer { worker.stop() }
        for parts in cases {
            let found = try await worker.run {
                try SecretSearch.secrets(in: "\(folder.path)/\(parts[0])", named: parts[0]) { _ in }
            }
            let words = found.map { "\($0.line) \($0.isCertain ? "certain" : "likely")" }
            #expect(
                words == (parts[2] == "none" ? [] : ["\(parts[1]) \(parts[2])"]), "\(parts[0]): \(found.map(\.what))")
        }
    }

    /// A token is found wherever its pieces are cut, and once among more look-alikes than are checked.
    @Test func aTokenIsFoundInPieces() {
        let token = TokenSecret(random: [UInt8](repeating: 7, count: 32)).text
        let text = Array("xx mlm_ mlm_\(String(repeating: "0", count: 72)) \(token) yy".utf8)
        for size in [1, 2, 3, 50, 75, 76, 77, text.count] {
            var search = TokenSearch()
            var outcomes: [TokenSearch.Outcome] = []
            for start in stride(from: 0, to: text.count, by: size) {
                outcomes.append(search.take(Array(text[start..<min(start + size, text.count)])))
            }
            #expect(outcomes.filter { $0 == .token }.count == 1, "\(size)")
        }
        var search = TokenSearch()
        _ = search.take(Array(text.prefix(text.count - 40)))
        search.beginFile()
        #expect(search.take(Array(text.suffix(40))) == .nothing)
        let lookAlike = Array("mlm_\(String(repeating: "0", count: 72)) ".utf8)
        let many = [UInt8]((0...TokenSearch.maximumCandidates).flatMap { _ in lookAlike })
        #expect(search.take(many) == .tooMany)
    }
}
