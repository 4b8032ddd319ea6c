import Foundation
import Glibc

/// What the live line shows, copied from the tick at the monitor's own pace.
public struct LiveSnapshot: Hashable, Sendable {
    /// Seconds of signal since the start of the session.
    public var seconds: Double
    /// Latency so far in microseconds, nil at pace max.
    public var latencyP50: Double?
    /// See ``latencyP50``.
    public var latencyP99: Double?
    public var deadlineMisses: Int64
    /// The decoder's latest value, and its unit.
    public var decoded: Double
    /// "uV" and the like.
    public var unit: String
    /// The amplitude that is being delivered, in nanoamperes.
    public var amplitudeNanoamperes: Int64
    /// The mode's name.
    public var mode: String

    /// A snapshot of these values.
    public init(
        seconds: Double, latencyP50: Double?, latencyP99: Double?, deadlineMisses: Int64, decoded: Double,
        unit: String, amplitudeNanoamperes: Int64, mode: String
    ) {
        self.seconds = seconds
        self.latencyP50 = latencyP50
        self.latencyP99 = latencyP99
        self.deadlineMisses = deadlineMisses
        self.decoded = decoded
        self.unit = unit
        self.amplitudeNanoamperes = amplitudeNanoamperes
        self.mode = mode
    }

    /// One line without a newline: `   12.3 s  latency p50 40 p99 90 µs  misses 0  decoded 5.21 uV  0.000 mA  armed`.
    public var text: String {
        let latency =
            if let latencyP50, let latencyP99 {
                "latency p50 \(RunSummary.fixed(latencyP50, 0)) p99 \(RunSummary.fixed(latencyP99, 0)) µs"
            } else {
                "no clock kept"
            }
        let time = RunSummary.fixed(seconds, 1)
        let padding = String(repeating: " ", count: max(0, 7 - time.count))
        return "\(padding)\(time) s  \(latency)  misses \(deadlineMisses)  decoded \(RunSummary.fixed(decoded, 2)) "
            + "\(unit)  \(RunSummary.milliamperes(amplitudeNanoamperes)) mA  \(mode)"
    }
}

/// One plain line at the bottom of a terminal that is rewritten in place.
///
/// It writes nothing when standard error is no terminal, and no colour when NO_COLOR is set.
public struct LiveLine: Sendable {
    private let isShown: Bool
    private let mayColour: Bool
    private var isDirty = false

    /// A live line on standard error; `isWanted` false keeps it silent.
    public init(isWanted: Bool = true) {
        let environment = ProcessInfo.processInfo.environment
        isShown = isWanted && isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
        mayColour = (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Rewrites the line.
    public mutating func show(_ snapshot: LiveSnapshot) {
        guard isShown else { return }
        isDirty = true
        Self.write(Self.frame(snapshot, columns: Self.columns, colour: mayColour))
    }

    /// Leaves the line as it stands and goes to the next.
    public mutating func finish() {
        guard isDirty else { return }
        isDirty = false
        Self.write("\n")
    }

    /// The bytes that rewrite a line: back to its start, the text cut to the terminal, the rest cleared.
    static func frame(_ snapshot: LiveSnapshot, columns: Int, colour: Bool) -> String {
        let text = String(snapshot.text.prefix(max(1, columns - 1)))
        let stimulates = colour && snapshot.amplitudeNanoamperes > 0
        return "\r" + (stimulates ? "\u{1B}[33m\(text)\u{1B}[0m" : text) + "\u{1B}[K"
    }

    private static var columns: Int {
        var size = winsize()
        return unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// A terminal that has gone away is no reason to stop: what cannot be written is not shown.
    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in _ = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }
}
