import Glibc
import System

/// What waits to be written to a client: bytes at hand, then at most one file.
struct HTTPOutput {
    /// How an attempt to write ended.
    enum Outcome {
        /// Everything is written.
        case done
        /// The client takes no more for now, or others have waited long enough.
        case paused
        /// The connection or the file is broken.
        case failed
    }

    /// Blocks of a file that are written before others get their turn: a client that takes as fast as the
    /// disk gives must not keep them waiting.
    private static let blocksInTurn = 4

    private let blockBytes: Int
    private var bytes: [UInt8] = []
    private var start = 0
    private var file: HTTPFile?
    private var offset: Int64 = 0

    init(blockBytes: Int) {
        self.blockBytes = blockBytes
    }

    var isEmpty: Bool { start == bytes.count && file == nil }

    mutating func append(_ more: [UInt8]) {
        bytes += more
    }

    mutating func append(_ whole: HTTPFile) {
        file = whole
        offset = 0
    }

    mutating func removeAll() {
        bytes = []
        start = 0
        file = nil
    }

    /// Writes as much as the client takes; tells whether it took anything.
    mutating func write(to descriptor: Int32) -> (outcome: Outcome, hasProgressed: Bool) {
        var hasProgressed = false
        var blocks = 0
        while true {
            if start == bytes.count {
                bytes.removeAll(keepingCapacity: bytes.capacity <= 65_536)
                start = 0
                guard file != nil else { return (.done, hasProgressed) }
                guard blocks < Self.blocksInTurn else { return (.paused, hasProgressed) }
                blocks += 1
                guard readBlock() else { return (.failed, hasProgressed) }
                continue
            }
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(
                    descriptor, buffer.baseAddress?.advanced(by: start), bytes.count - start, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                return (errno == EAGAIN ? .paused : .failed, hasProgressed)
            }
            start += count
            hasProgressed = true
        }
    }

    /// Reads the next block of the file; false where it can't fill the length that was promised.
    private mutating func readBlock() -> Bool {
        guard let open = file, offset < open.size else {
            file = nil
            return true
        }
        guard let block = try? open.descriptor.read(at: offset, count: blockBytes), !block.isEmpty else { return false }
        offset += Int64(block.count)
        bytes += block
        if offset >= open.size { file = nil }
        return true
    }
}
