import System

/// The answers that wait in memory for slow clients, by connection.
struct HTTPWaiting<Connection: Hashable> {
    private struct Answer {
        let address: IPNetwork?
        var bytes = 0
        var writtenBytes = 0
        let began: Int64
    }

    private var answers: [Connection: Answer] = [:]
    private var ofAddress: [IPNetwork: Int] = [:]
    private(set) var bytes = 0

    /// Notes the state of an answer.
    ///
    /// - Parameters:
    ///   - address: the client's address; nil for one that many clients share.
    ///   - bytes: what waits now.
    ///   - written: what the client has accepted since the last note.
    mutating func note(_ connection: Connection, of address: IPNetwork?, bytes: Int, written: Int, now: Int64) {
        var answer = answers[connection] ?? Answer(address: address, began: now)
        add(bytes - answer.bytes, of: answer.address)
        answer.bytes = bytes
        answer.writtenBytes += written
        answers[connection] = answer
    }

    /// Forgets an answer that was written, or whose client is gone.
    mutating func remove(_ connection: Connection) {
        guard let answer = answers.removeValue(forKey: connection) else { return }
        add(-answer.bytes, of: answer.address)
    }

    private mutating func add(_ difference: Int, of address: IPNetwork?) {
        bytes += difference
        guard let address else { return }
        let new = ofAddress[address, default: 0] + difference
        ofAddress[address] = new > 0 ? new : nil
    }

    /// The connections to close so that the limits hold after a change of one address: of those that make a limit
    /// exceeded, the slowest first.
    func slowest(_ limits: HTTPLimits, of address: IPNetwork?, now: Int64) -> [Connection] {
        let isCrowded = (address.flatMap { ofAddress[$0] } ?? 0) > limits.waitingBytesOfAddress
        guard isCrowded || bytes > limits.waitingBytes else { return [] }
        var (left, leftOfAddress) = (bytes, ofAddress)
        var closed: [Connection] = []
        let bySpeed = answers.filter { $0.value.bytes > 0 }.sorted { speed($0.value, now) < speed($1.value, now) }
        for (connection, answer) in bySpeed {
            let ofAddress = answer.address.flatMap { leftOfAddress[$0] } ?? 0
            guard left > limits.waitingBytes || ofAddress > limits.waitingBytesOfAddress else { continue }
            closed.append(connection)
            left -= answer.bytes
            if let address = answer.address { leftOfAddress[address] = ofAddress - answer.bytes }
        }
        return closed
    }

    private func speed(_ answer: Answer, _ now: Int64) -> Double {
        Double(answer.writtenBytes) / Double(now - answer.began + 1)
    }
}
