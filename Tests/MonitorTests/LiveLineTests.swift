import Testing

@testable import Monitor

@Suite struct LiveLineTests {
    static let snapshot = LiveSnapshot(
        seconds: 12.34, latencyP50: 40.4, latencyP99: 90.6, deadlineMisses: 1, decoded: 5.214, unit: "uV",
        amplitudeNanoamperes: 1_500_000, mode: "closed-loop")

    @Test("The line shows time, latency, misses, the decoded value, the amplitude and the mode")
    func content() {
        #expect(
            Self.snapshot.text
                == "   12.3 s  latency p50 40 p99 91 µs  misses 1  decoded 5.21 uV  1.500 mA  closed-loop")
    }

    @Test("Without a clock the line says so and shows no latency")
    func withoutClock() {
        var snapshot = Self.snapshot
        snapshot.latencyP50 = nil
        #expect(snapshot.text.contains("no clock kept"))
        #expect(!snapshot.text.contains("latency"))
    }

    @Test("A narrow terminal gets a shorter line that never wraps, and no colour without leave")
    func narrow() {
        let frame = LiveLine.frame(Self.snapshot, columns: 20, colour: false)
        #expect(frame == "\r" + Self.snapshot.text.prefix(19) + "\u{1B}[K")
        #expect(LiveLine.frame(Self.snapshot, columns: 200, colour: true).contains("\u{1B}[33m"))
    }
}
