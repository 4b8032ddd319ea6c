import Foundation
import Testing

/// What the machine does to a session: time that leaps, sleep, and no processor to be had.
@Suite(.serialized) struct OSTests {
    static let lease: Int64 = 250_000

    /// Seconds from now to a day.
    static func seconds(to day: String) throws -> Int64 {
        let date = try #require(ISO8601DateFormatter().date(from: day))
        return Int64(date.timeIntervalSinceNow)
    }

    /// The shipped limits hold until 2039-12-31.
    ///
    /// A 32-bit clock would wrap on 2038-01-19.
    @Test(
        "FI-42 the wall clock leaps: pulses go on at their period, nothing latches",
        arguments: ["-3600", "3600", "1", "2038-02-01T00:00:00Z"])
    func leap(of wall: String) throws {
        let clocks = try OSClocks()
        defer { clocks.remove() }
        let rig = try OSRig.stimulating(guardExecutable: clocks.guardExecutable)
        defer { rig.end() }
        let start = rig.now
        try clocks.shift(wall: Int64(wall) ?? Self.seconds(to: wall), sleep: 0)
        // The guard looks at the wall clock once a second.
        usleep(2_500_000)
        let after = try rig.pulses().filter { $0 > start }
        let isAlive = rig.sender.isRunning
        try rig.send(SIGKILL, to: rig.sender.processIdentifier)
        try rig.awaitDevice()
        // 130 Hz are 325 pulses; a machine that was too busy for the token is no leap of time.
        try #require(isAlive || rig.latch == "ansa.latch/1 8\n")
        if isAlive { #expect(after.count > 280) }
        let apart = zip(after, after.dropFirst()).map { $1 - $0 }
        #expect(apart.allSatisfy { $0 == 7_693 })
        try Recorder.check(record: rig.folder, limits: rig.limits, atLeast: 20)
    }

    @Test("FI-42 a clock that leaps past the limits' end ends the closed loop within a second and a lease")
    func leapPastExpiry() throws {
        let clocks = try OSClocks()
        defer { clocks.remove() }
        let rig = try OSRig.stimulating(guardExecutable: clocks.guardExecutable)
        defer { rig.end() }
        try clocks.shift(wall: Self.seconds(to: "2040-01-02T00:00:00Z"), sleep: 0)
        let limit = rig.now + 1_100_000 + Self.lease
        try rig.awaitDevice()
        #expect(try rig.pulses().allSatisfy { $0 <= limit })
        try Recorder.check(record: rig.folder, limits: rig.limits, atLeast: 20)
    }

    @Test(
        "FI-42 with a clock past the limits' end, or before their beginning, nothing arms",
        arguments: [
            "2040-01-02T00:00:00Z", "2019-12-31T00:00:00Z",
        ])
    func wrongDay(day: String) throws {
        let clocks = try OSClocks()
        defer { clocks.remove() }
        try clocks.shift(wall: Self.seconds(to: day), sleep: 0)
        let rig = try OSRig(guardExecutable: clocks.guardExecutable)
        defer { rig.end() }
        rig.sender.waitUntilExit()
        // 66: the guard did not arm.
        #expect(rig.sender.terminationStatus == 66)
        try rig.awaitDevice()
        #expect(try rig.pulses().isEmpty)
    }

    /// IL-36 is bit 36: 10 00 00 00 00 in hexadecimal.
    @Test("FI-43 the machine slept for 30 s, as the clocks say: output off at once, latched IL-36")
    func sleep() throws {
        let clocks = try OSClocks()
        defer { clocks.remove() }
        let rig = try OSRig.stimulating(guardExecutable: clocks.guardExecutable)
        defer { rig.end() }
        let start = rig.now
        try clocks.shift(wall: 30, sleep: 30)
        let limit = rig.now + Self.lease
        try rig.awaitDevice()
        #expect(rig.latch == "ansa.latch/1 1000000000\n")
        #expect(try rig.pulses().allSatisfy { $0 <= limit })
        let off = try #require(try rig.lines().first { $0.event == "stopped" })
        var figures = Figures(name: "FI-43 sleep, to output off")
        figures.values = [off.at_us - start]
        figures.report(bound: "the guard's first tick (reported), lease 250 ms (must)")
        try Recorder.check(record: rig.folder, limits: rig.limits, atLeast: 20)
    }

    @Test("FI-40 every processor is busy with something else: nothing unsafe leaves; a latch is allowed")
    func busy() throws {
        let rig = try OSRig.stimulating()
        defer { rig.end() }
        let hogs = try (0..<2 * ProcessInfo.processInfo.activeProcessorCount).map { _ in
            let hog = Process()
            hog.executableURL = URL(fileURLWithPath: "/bin/sh")
            hog.arguments = ["-c", "while :; do :; done"]
            try hog.run()
            return hog
        }
        // `make faults` takes the minute that the table asks for.
        let seconds = Figures.runs >= 200 ? 60 : 4
        for _ in 0..<seconds * 10 where rig.sender.isRunning { usleep(100_000) }
        for hog in hogs {
            kill(hog.processIdentifier, SIGKILL)
            hog.waitUntilExit()
        }
        let wentOn = rig.sender.isRunning
        try rig.send(SIGKILL, to: rig.sender.processIdentifier)
        try rig.awaitDevice()
        #expect(rig.latch == "ansa.latch/1 8\n")
        let pulses = try rig.pulses()
        #expect(!wentOn || pulses.count > seconds * 100)
        try Recorder.check(record: rig.folder, limits: rig.limits, atLeast: 20)
    }
}
