package import Events

/// A moment of the log that a question is about.
package enum AsOf: Sendable, Hashable, CustomStringConvertible {
    /// Right after the entry at a position.
    case position(Position)
    /// Before the first entry that is later than a time.
    case time(Timestamp)

    /// Parses a position, a day or a time by RFC 3339 (5.6); nil for anything else.
    ///
    /// A day means its end in UTC. A time may have another offset, and fractions, of which milliseconds count.
    package init?(_ text: String) {
        if let number = Int64(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), number < 1 << 53 {
            self = .position(Position(number))
        } else if let day = Day(text) {
            self = .time(day.adding(days: 1).start.adding(milliseconds: -1))
        } else if let time = Self.time(text) {
            self = .time(time)
        } else {
            return nil
        }
    }

    /// The time at which something begins: a time by RFC 3339, or a day, which means its beginning in UTC; nil for anything else.
    package static func beginning(_ text: String) -> Timestamp? { Day(text).map(\.start) ?? time(text) }

    private static func time(_ text: String) -> Timestamp? {
        let text = Array(text.uppercased().utf8)
        guard (20...64).contains(text.count), let zone = text[19...].firstIndex(where: { "Z+-".utf8.contains($0) })
        else { return nil }
        var thousandths = text[19..<zone]
        if let point = thousandths.first {
            let digits = thousandths.dropFirst()
            guard point == UInt8(ascii: "."), !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            thousandths = digits.prefix(3)
        }
        let padded = Array(thousandths) + [UInt8](repeating: UInt8(ascii: "0"), count: 3 - thousandths.count)
        let utc = String(decoding: text[..<19] + [UInt8(ascii: ".")] + padded + [UInt8(ascii: "Z")], as: UTF8.self)
        guard let time = Timestamp(utc) else { return nil }
        let offset = text[zone...]
        guard offset.first != UInt8(ascii: "Z") else { return offset.count == 1 ? time : nil }
        let parts = String(decoding: offset.dropFirst(), as: UTF8.self).split(
            separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39) ~= $0 } }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60
        else { return nil }
        let ahead = hours * Timestamp.hourMilliseconds + minutes * Timestamp.minuteMilliseconds
        return time.adding(milliseconds: offset.first == UInt8(ascii: "+") ? -ahead : ahead)
    }

    /// The position that it means.
    ///
    /// - Parameter reached: asks the log for the position that it had reached at a time; nil before its first entry.
    /// - Parameter problem: that of a time before the log began, at which there was nothing.
    package func position(
        orElse problem: ProblemCode = .agentNotFound, _ reached: (Timestamp) async throws -> Position?
    ) async throws -> Position {
        switch self {
        case .position(let position): return position
        case .time(let time):
            guard let position = try await reached(time) else {
                throw Problem(problem, "the log begins after \(time)")
            }
            return position
        }
    }

    /// The position as a number, or the time.
    package var description: String {
        switch self {
        case .position(let position): position.description
        case .time(let time): time.description
        }
    }
}

/// Parameters of an endpoint that can also tell what it would have answered at a moment of the past.
package protocol PastParameters: PositionedParameters {
    /// The moment; nil for the present.
    var asOf: AsOf? { get }
}

extension ParameterKind where Value == AsOf {
    /// A moment of the log.
    static let moment = ParameterKind(
        schema: .string(maximumLength: 64), problem: .invalidParameter
    ) { (name, text) throws(Problem) in
        guard let moment = AsOf(text) else {
            throw Problem(
                .invalidParameter,
                "'\(name)' is '\(text.prefix(64))'; it has to be a position of the log, a day such as 2026-11-01 or a time such as 2026-11-01T12:00:00Z"
            )
        }
        return moment
    } write: {
        $0.description
    }
}

extension ParameterKind where Value == Timestamp {
    /// A time from which on something counts.
    static let beginning = ParameterKind(
        schema: .string(maximumLength: 64), problem: .invalidParameter
    ) { (name, text) throws(Problem) in
        guard let time = AsOf.beginning(text) else {
            throw Problem(
                .invalidParameter,
                "'\(name)' is '\(text.prefix(64))'; it has to be a day such as 2026-11-01 or a time such as 2026-11-01T12:00:00Z"
            )
        }
        return time
    } write: {
        $0.description
    }
}

extension Parameter {
    /// The parameter `as_of`, which all endpoints with a past have.
    static func asOf(_ get: @escaping @Sendable (Object) -> AsOf?) -> Parameter where Value == AsOf? {
        .query(
            "as_of", get, .moment,
            "What was answered right after this position of the log, or at this time (before the first entry that is later; a day means its end in UTC), less what was erased, removed or held since."
        )
    }
}
