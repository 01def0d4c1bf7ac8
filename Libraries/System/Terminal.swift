import CLinux
import Glibc
import Synchronization

/// The controlling terminal of this process.
public enum Terminal {
    /// The terminal's settings before `readSecret` turned off echo; nil while nothing is asked.
    private static let saved = Mutex<termios?>(nil)

    /// Turns echo on again where `readSecret` has turned it off; call it before a signal ends the program.
    public static func restore() {
        guard var before = saved.withLock({ $0 }), let terminal = try? Descriptor.open("/dev/tty", O_RDWR | O_NOCTTY)
        else { return }
        unsafe tcsetattr(terminal.number, TCSANOW, &before)
        try? terminal.write(Array("\n".utf8))
    }

    /// The width in columns of the terminal that standard output is; nil where it is none.
    public static var columns: Int? {
        var size = winsize()
        guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    private nonisolated(unsafe) static let locale = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)

    /// How many columns a text takes on a terminal: wide characters take two, marks none.
    public static func width(of text: String) -> Int {
        let before = unsafe uselocale(locale)
        defer { unsafe uselocale(before) }
        return text.reduce(0) { $0 + Self.width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        let scalars = character.unicodeScalars
        // A selector asks for a picture, which is wide.
        if scalars.contains("\u{fe0f}") { return 2 }
        return scalars.map { max(0, Int(wcwidth(wchar_t($0.value)))) }.max() ?? 0
    }

    /// Asks for a secret without showing what is typed.
    ///
    /// - Returns: at most 4,096 bytes of the line, empty for an empty line; nil where there is no terminal, or the
    ///   input ends before a line.
    public static func readSecret(_ prompt: String) -> String? {
        guard let terminal = try? Descriptor.open("/dev/tty", O_RDWR | O_NOCTTY) else { return nil }
        var before = termios()
        guard unsafe tcgetattr(terminal.number, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        silent.c_lflag |= tcflag_t(ICANON)
        saved.withLock { $0 = before }
        defer {
            unsafe tcsetattr(terminal.number, TCSAFLUSH, &before)
            saved.withLock { $0 = nil }
            try? terminal.write(Array("\n".utf8))
        }
        guard unsafe tcsetattr(terminal.number, TCSAFLUSH, &silent) == 0 else { return nil }
        try? terminal.write(Array(prompt.utf8))
        return readLine(terminal)
    }

    /// Asks a question and shows what is typed.
    ///
    /// - Returns: as `readSecret`.
    public static func ask(_ question: String) -> String? {
        guard let terminal = try? Descriptor.open("/dev/tty", O_RDWR | O_NOCTTY) else { return nil }
        try? terminal.write(Array(question.utf8))
        return readLine(terminal)
    }

    private static func readLine(_ terminal: borrowing Descriptor) -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 4_096 {
            let count = unsafe read(terminal.number, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1 else { break }
            if byte == 0x0a { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
