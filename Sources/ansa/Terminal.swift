import Glibc

/// What a person sees: results on standard output, everything else on standard error.
enum Terminal {
    /// Writes `text` and a newline to standard error.
    static func tell(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Replaces the line that standard error's cursor is in.
    static func rewrite(_ text: String) { write("\r\u{1B}[K" + text, to: STDERR_FILENO) }

    /// Writes `Error: text` to standard error.
    static func complain(_ text: String) { tell("Error: \(text)") }

    /// Writes `text` and a newline to standard output.
    ///
    /// False: it could not be written (a closed pipe, a full disk).
    @discardableResult static func result(_ text: String) -> Bool { write(text + "\n", to: STDOUT_FILENO) }

    /// Whether standard error is a terminal, so that a line may be rewritten.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether colour may be used: a terminal, and NO_COLOR is not set.
    static var mayColour: Bool { isInteractive && environment("NO_COLOR").isEmpty && environment("TERM") != "dumb" }

    /// Columns to wrap help at: those of the terminal, at most 120; 80 where there is none.
    static var columns: Int {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return min(120, max(50, Int(size.ws_col)))
    }

    /// An environment variable, or an empty text.
    static func environment(_ name: String) -> String {
        guard let value = unsafe getenv(name) else { return "" }
        return unsafe String(cString: value)
    }

    @discardableResult private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var sent = 0
            while sent < bytes.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[sent...])
                let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}
