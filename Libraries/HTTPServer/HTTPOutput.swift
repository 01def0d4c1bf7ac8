import CLinux
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

    /// Bytes of a file that are sent before others get their turn: a client that takes as fast as the disk gives
    /// must not keep them waiting.
    private static let bytesInTurn = 524_288

    private var bytes: [UInt8] = []
    private var start = 0
    private var file: HTTPFile?
    private var rest: Range<Int64> = 0..<0

    var isEmpty: Bool { start == bytes.count && file == nil }

    mutating func append(_ more: [UInt8]) {
        bytes += more
    }

    mutating func append(_ part: HTTPFile, _ range: Range<Int64>) {
        file = range.isEmpty ? nil : part
        rest = range
    }

    mutating func removeAll() {
        bytes = []
        start = 0
        file = nil
    }

    /// Writes as much as the client takes; tells whether it took anything.
    mutating func write(to descriptor: Int32) -> (outcome: Outcome, hasProgressed: Bool) {
        var hasProgressed = false
        while start < bytes.count {
            // What a file follows waits for it, so that both leave in one packet.
            let flags = Int32(MSG_NOSIGNAL) | (file == nil ? 0 : Int32(MSG_MORE))
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(descriptor, buffer.baseAddress?.advanced(by: start), bytes.count - start, flags)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return (errno == EAGAIN ? .paused : .failed, hasProgressed)
            }
            start += count
            hasProgressed = true
        }
        bytes.removeAll(keepingCapacity: bytes.capacity <= 65_536)
        start = 0
        guard let file else { return (.done, hasProgressed) }
        let (outcome, sent) = sendPart(of: file, to: descriptor)
        return (outcome, hasProgressed || sent)
    }

    /// Lets the kernel send from the file, one turn's worth.
    private mutating func sendPart(of open: HTTPFile, to descriptor: Int32) -> (Outcome, hasProgressed: Bool) {
        let last = min(rest.upperBound, rest.lowerBound + Int64(Self.bytesInTurn))
        var offset = off_t(rest.lowerBound)
        let begin = offset
        while offset < last {
            let count = unsafe sendfile(descriptor, open.descriptor.number, &offset, Int(last - Int64(offset)))
            if count > 0 { continue }
            if count < 0 && errno == EINTR { continue }
            rest = Int64(offset)..<rest.upperBound
            // A file that is shorter than was promised leaves the answer broken.
            return (count < 0 && errno == EAGAIN ? .paused : .failed, offset > begin)
        }
        rest = last..<rest.upperBound
        guard rest.isEmpty else { return (.paused, true) }
        file = nil
        return (.done, true)
    }
}
