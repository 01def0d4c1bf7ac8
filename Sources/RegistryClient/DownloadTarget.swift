import Contract
import Crypto
import HTTPClient
import Synchronization
import System

/// A file that is being downloaded, in one go or several.
final class DownloadTarget: Sendable {
    private struct State: ~Copyable {
        var descriptor: Descriptor
        var hasher = SHA256Hasher()
        var received: Int64 = 0
        /// True until the answer that is asked for has brought its first piece.
        var awaitsAnswer = true
    }

    private let state: Mutex<State>
    private let path: String
    private let sizeBytes: Int64
    private let progress: @Sendable (Int64) -> Void

    init(_ path: String, sizeBytes: Int64, progress: @escaping @Sendable (Int64) -> Void) throws(SystemError) {
        self.path = path
        state = Mutex(State(descriptor: try Descriptor.creating(path)))
        self.sizeBytes = sizeBytes
        self.progress = progress
    }

    var received: Int64 { state.withLock { $0.received } }

    /// Says that another request is about to be sent; returns what it is to ask for from.
    func beginAnswer() -> Int64 {
        state.withLock { state in
            state.awaitsAnswer = true
            return state.received
        }
    }

    /// Takes a piece of an answer to a request that asked for what comes behind `start`.
    func take(_ head: HTTPClientResponse, _ piece: [UInt8], from start: Int64) throws {
        let isRest = head.status == 206 && head.fields["content-range"]?.hasPrefix("bytes \(start)-") == true
        guard head.status == 200 || start > 0 && isRest else {
            throw Failure(.permanent, "unexpected-answer", "the registry answered \(head.status) to a download")
        }
        let received = try state.withLock { state in
            if head.status == 200, state.awaitsAnswer, state.received > 0 {
                // It sends everything anew: so does the file begin anew.
                try FileSystem.remove(path)
                state.descriptor = try Descriptor.creating(path)
                state.hasher = SHA256Hasher()
                state.received = 0
            }
            state.awaitsAnswer = false
            guard state.received + Int64(piece.count) <= sizeBytes else {
                throw Failure(
                    .permanent, "too-many-bytes",
                    "the registry sends more than the \(sizeBytes) bytes that the file has")
            }
            try state.descriptor.write(piece)
            state.hasher.update(piece)
            state.received += Int64(piece.count)
            return state.received
        }
        progress(received)
    }

    /// The digest of what was received; nothing can be taken afterwards.
    func finish() -> SHA256Digest {
        state.withLock { state in state.hasher.finish() }
    }
}
