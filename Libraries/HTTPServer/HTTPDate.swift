import Glibc
import Synchronization

/// The current time in HTTP's format (RFC 9110 5.6.7): `Tue, 24 Nov 2026 07:19:43 GMT`.
enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static let newest = Mutex<(seconds: time_t, line: [UInt8])>((0, []))

    /// The header line `date: …` with its CRLF, formatted once a second.
    static var line: [UInt8] {
        let seconds = time(nil)
        return newest.withLock { newest in
            if newest.seconds != seconds { newest = (seconds, Array("date: \(text(seconds))\r\n".utf8)) }
            return newest.line
        }
    }

    private static func text(_ moment: time_t) -> String {
        var seconds = moment
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        func padded(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return unsafe "\(days[Int(parts.tm_wday)]), \(padded(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(parts.tm_year + 1900) \(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec)) GMT"
    }
}
