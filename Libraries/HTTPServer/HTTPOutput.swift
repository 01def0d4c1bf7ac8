import CLinux
import Glibc
import System

/// The output that waits for a client: bytes in memory, then at most one file.
struct HTTPOutput {
    /// How an attempt to write ended.
    enum Outcome {
        /// Everything is written.
        case done
        /// The client accepts no more for now, or other connections have to get their turn.
        case paused
        /// The connection is broken, or the file is shorter than promised.
        case failed
    }

    /// Bytes of a file that are sent in one turn, so that a client as fast as the disk does not keep other clients
    /// waiting.
    private static let bytesInTurn = 524_288

    private var bytes: [UInt8] = []
    private var start = 0
    private var file: HTTPFile?
    private var rest: Range<Int64> = 0..<0

    /// The bytes that wait in memory.
    var waitingBytes: Int { bytes.count - start }

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

    /// Writes as much as the client accepts.
    ///
    /// - Returns: how the attempt ended, and how many bytes were written.
    mutating func write(to descriptor: Int32) -> (outcome: Outcome, written: Int) {
        var written = 0
        while start < bytes.count {
            // Before a file the kernel holds the bytes back, so that both leave in one packet.
            let flags = Int32(MSG_NOSIGNAL) | (file == nil ? 0 : Int32(MSG_MORE))
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(descriptor, buffer.baseAddress?.advanced(by: start), bytes.count - start, flags)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return (errno == EAGAIN ? .paused : .failed, written)
            }
            start += count
            written += count
        }
        bytes.removeAll(keepingCapacity: bytes.capacity <= 65_536)
        start = 0
        guard let file else { return (.done, written) }
        let (outcome, sent) = sendPart(of: file, to: descriptor)
        return (outcome, written + sent)
    }

    /// Lets the kernel send at most `bytesInTurn` of the file.
    private mutating func sendPart(of open: HTTPFile, to descriptor: Int32) -> (Outcome, sent: Int) {
        let last = min(rest.upperBound, rest.lowerBound + Int64(Self.bytesInTurn))
        var offset = off_t(rest.lowerBound)
        let begin = offset
        while offset < last {
            let count = unsafe sendfile(descriptor, open.descriptor.number, &offset, Int(last - Int64(offset)))
            if count > 0 { continue }
            if count < 0 && errno == EINTR { continue }
            rest = Int64(offset)..<rest.upperBound
            // A file that is shorter than promised leaves the answer incomplete.
            return (count < 0 && errno == EAGAIN ? .paused : .failed, Int(offset - begin))
        }
        rest = last..<rest.upperBound
        guard rest.isEmpty else { return (.paused, Int(offset - begin)) }
        file = nil
        return (.done, Int(offset - begin))
    }
}
