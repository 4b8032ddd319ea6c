import Foundation
import Signal
import Stimulation
import Testing

/// Processes that are killed or stopped in the middle of pulses: runtime, guard and stimulator are real, time is real.
///
/// On a machine that others use only the device's lease is a bound that a test can insist on; the others are measured
/// and said. `$ANSA_FAULT_RUNS` is the number of repetitions.
@Suite(.serialized) struct SignalsTests {
    /// µs; the device's lease, which no host can make longer.
    static let lease: Int64 = 250_000

    /// Acts on a stimulating rig `Figures.runs` times and measures from the first signal to the end of output.
    ///
    /// Output must have ended one lease after the signals have worked, and the recorder must agree with every pulse.
    /// `prepare` changes a rig before time is taken; `words` of the limits are replaced.
    func expectOff(
        _ name: String, ending: String, latch: String?, bound: String, replacing words: [(String, String)] = [],
        prepare: (OSRig) throws -> Void = { _ in }, _ act: (OSRig) throws -> Void
    ) throws {
        var off = Figures(name: name + ", to output off")
        var last = Figures(name: name + ", to the last pulse")
        for run in 0..<Figures.runs {
            let rig = try OSRig.stimulating(replacing: words)
            defer { rig.end() }
            try prepare(rig)
            // Another moment of the train, which lasts 192 ms, each time.
            usleep(UInt32(run * 37 % 192) * 1_000)
            let start = rig.now
            try act(rig)
            let done = rig.now
            let limit = done + Self.lease
            #expect(try rig.wait(seconds: 10) { try rig.lines().contains { $0.event == ending } }, "\(ending)")
            let lines = try rig.lines()
            let ended = try #require(lines.firstIndex { $0.event == ending })
            let end = lines[ended].at_us
            let pulse = try #require(lines.last { $0.event == "pulse" }?.at_us)
            #expect(end <= limit && pulse <= limit, "off after \(end - start) µs; the signal took \(done - start)")
            #expect(!lines[ended...].contains { $0.event == "pulse" || $0.event == "accepted" })
            if latch != nil { #expect(try rig.wait(seconds: 10) { rig.latch != nil }) }
            #expect(rig.latch == latch)
            try Recorder.check(record: rig.folder, limits: rig.limits, atLeast: 20)
            off.values.append(max(0, end - start))
            last.values.append(max(0, pulse - start))
        }
        off.report(bound: bound)
        last.report(bound: bound)
    }

    static var watchdog: String { "\(OSRig.tokenTimeout / 1_000) ms token + 5 ms tick (reported), lease 250 ms (must)" }

    @Test("FI-34 SIGSTOP of the runtime: the guard ends output by its own clock and latches IL-03")
    func stoppedRuntime() throws {
        let bound = Self.watchdog
        try expectOff("FI-34 SIGSTOP runtime", ending: "stopped", latch: "ansa.latch/1 8\n", bound: bound) {
            try $0.send(SIGSTOP, to: $0.sender.processIdentifier)
        }
    }

    @Test("FI-35 SIGKILL of the runtime: the guard ends output at once and latches IL-03")
    func killedRuntime() throws {
        let bound = "1 ms p99 to off (reported), lease 250 ms (must)"
        try expectOff("FI-35 SIGKILL runtime", ending: "stopped", latch: "ansa.latch/1 8\n", bound: bound) {
            try $0.send(SIGKILL, to: $0.sender.processIdentifier)
        }
    }

    @Test("FI-36 SIGKILL of the guard: the device's own lease ends output")
    func killedGuard() throws {
        try expectOff("FI-36 SIGKILL guard", ending: "lease-ended", latch: nil, bound: "lease 250 ms (must)") {
            try $0.send(SIGKILL, to: $0.processes.guardPID)
        }
    }

    @Test("FI-37 SIGSTOP of the guard: the device's own lease ends output")
    func stoppedGuard() throws {
        try expectOff("FI-37 SIGSTOP guard", ending: "lease-ended", latch: nil, bound: "lease 250 ms (must)") {
            try $0.send(SIGSTOP, to: $0.processes.guardPID)
        }
    }

    @Test("FI-38 SIGSTOP of runtime and guard: no live host, and the device's own lease ends output")
    func stoppedBoth() throws {
        try expectOff("FI-38 SIGSTOP both", ending: "lease-ended", latch: nil, bound: "lease 250 ms (must)") {
            try $0.send(SIGSTOP, to: $0.processes.guardPID)
            try $0.send(SIGSTOP, to: $0.sender.processIdentifier)
        }
    }

    /// The runtime is stopped, and the guard plays the signed baseline, which nothing but a stop ends.
    ///
    /// Time begins when the command is given, so that the start of a program is in it. The latch is that of the lost
    /// runtime, IL-03 (bit 3), and of the stop, IL-05 (bit 5): 28 in hexadecimal.
    @Test("FI-57 `ansa stop` while the runtime is stopped: the guard ends its baseline and latches IL-05")
    func stopWithoutRuntime() throws {
        var answers = Figures(name: "FI-57 ansa stop, runtime stopped, request to answer")
        try expectOff(
            "FI-57 ansa stop, runtime stopped", ending: "stopped", latch: "ansa.latch/1 28\n",
            bound: "lease 250 ms (must), with the start of the program",
            replacing: [("on_watchdog: stop", "on_watchdog: open-loop-baseline")],
            prepare: { rig in
                try rig.send(SIGSTOP, to: rig.sender.processIdentifier)
                let lost = rig.now
                // The runtime's last train ends within 192 ms; pulses after that are the guard's.
                #expect(try rig.wait(seconds: 10) { try (rig.pulses().last ?? 0) > lost + 400_000 })
            },
            { answers.values.append(try $0.stopByCommand()) })
        answers.report(bound: "20 ms (reported), lease 250 ms (must)")
        #expect(answers.values.allSatisfy { $0 <= Self.lease })
    }

    @Test(
        "FI-20 a runtime that traps, as a decoder may, is a dead runtime: off, latched", arguments: [SIGILL, SIGTRAP])
    func trap(number: Int32) throws {
        let rig = try OSRig.stimulating()
        defer { rig.end() }
        try rig.send(number, to: rig.sender.processIdentifier)
        let limit = rig.now + Self.lease
        try rig.awaitDevice()
        #expect(rig.latch == "ansa.latch/1 8\n")
        #expect(try rig.pulses().allSatisfy { $0 <= limit })
        #expect(try rig.lines().last?.event == "stopped")
        try Recorder.check(record: rig.folder, limits: rig.limits, atLeast: 20)
    }

    @Test("A latch that a killed runtime left refuses to arm until somebody acknowledges it")
    func recovery() throws {
        let rig = try OSRig.stimulating()
        defer { rig.end() }
        try rig.send(SIGKILL, to: rig.sender.processIdentifier)
        try rig.awaitDevice()
        let next = try rig.successor()
        defer { next.close() }
        #expect(next.welcome.latch == 8)
        #expect(next.exchange(.arm)?.flags.contains(.orderRefused) ?? false)
        #expect(next.exchange(.acknowledge, reason: "test")?.mode == .off)
        #expect(next.exchange(.arm)?.mode == .armed)
        #expect(next.exchange(.disarm)?.mode == .off)
    }
}
