import Foundation
import Interlocks
import Loop
import Sessions
import Signal
import Stimulation
import Testing
import VirtualLab

/// The fifteen features that the safety reference asks of a closed loop (F1 to F15), each by name.
@Suite(.serialized) struct DesignFeatureTests {
    @Test("F1: no event leads from a latch to output; only an acknowledgement leads on, to off")
    func modeMachine() {
        var machine = ModeMachine(latch: .stop)
        #expect(!machine.arm() && !machine.start(closedLoop: true) && !machine.resume())
        machine.degrade(to: .openLoopBaseline)
        machine.rampEnded()
        #expect(machine.mode == .latched)
        #expect(machine.acknowledge() && machine.mode == .off)
        #expect(machine.arm() && machine.start(closedLoop: true) && machine.mode == .closedLoop)
    }

    @Test("F2: the closed loop is entered once its criteria hold, and starts from the output that is present")
    func entry() async throws {
        let run = try await LoopFaultRig(faults: [.saturated(0..<3_000)], seconds: 6).run()
        let entered = try #require(run.first(.closedLoop))
        #expect(entered > 3_000_000 && entered < 4_000_000)
        #expect(run.safety.contains { $0.mode == Int64(Mode.armed.rawValue) && $0.time > 2_000_000_000 })
        // 20 mA/s from 0: the first amplitude is at most one window's worth of ramp.
        let first = try #require(run.proposals.first { $0.record.pulses > 0 && $0.record.broken == 0 })
        #expect(first.record.amplitude <= 310_000)
        try run.close()
    }

    @Test("F3: an operator ends the loop at any time, by the ramp, and the session closes in order")
    func exit() async throws {
        let signals = OperatorSignals()
        var rig = LoopFaultRig(seconds: 20) { decision, block in
            decision.value = 20
            if block == 500 { signals.interrupts.raise() }
        }
        rig.signals = signals
        let run = try await rig.run()
        guard case .done = run.outcome.ending else { throw LoopFaultRig.Failure(description: "not done") }
        #expect(run.safety.last.map { $0.time > 5_000_000_000 && $0.time < 5_500_000_000 } == true)
        #expect(run.outcome.last.latch == 0)
        try run.close(atLeast: 100)
    }

    @Test("F4: between its two thresholds the target stays; inside a dwell an on-off target stays")
    func hysteresis() {
        let program = StimulationProgram(
            pair: 0, width: Microseconds(60), period: Microseconds(7_692), rampUp: 20_000_000, rampDown: 20_000_000,
            maximumStep: Nanoamperes(500_000))
        func targets(_ law: ControlLaw, _ values: [Float]) -> [Int64] {
            var controller = Controller(law: law, program: program)
            return values.enumerated().map { index, value in
                let end = Microseconds(Int64(index + 1) * 10_000)
                _ = controller.propose(
                    decision: Decision(value: value, confidence: 1, firstSample: 0, endSample: 10), tickEnd: end,
                    windowStart: Microseconds(end.value + 10_000), windowEnd: Microseconds(end.value + 20_000))
                return controller.target.value
            }
        }
        let one = Nanoamperes(1)
        let dual = ControlLaw.dualThreshold(lower: 4_000, upper: 6_000, amplitude: one)
        #expect(targets(dual, [5, 7, 5, 3, 5]) == [0, 1, 1, 0, 0])
        let onOff = ControlLaw.onOff(threshold: 5_000, dwell: Microseconds(25_000), amplitude: one)
        #expect(targets(onOff, [7, 3, 3, 3, 7]) == [1, 1, 1, 0, 0])
    }

    @Test("F5: whatever the decoder asks for, magnitude, rate and duty stay inside the file")
    func envelope() async throws {
        let run = try await LoopFaultRig(seconds: 8) { decision, block in
            decision.value = block % 37 < 20 ? .greatestFiniteMagnitude : 0
        }.run()
        #expect(run.outcome.last.maximumAmplitude <= 2_000_000)
        try run.close(atLeast: 100)
    }

    /// Blocks with a gap of 5 ms, each allowed: three in a row make the newest good sample 30 ms old, eight 80 ms.
    @Test("F6: samples that are each allowed to be missing still age, and past max_sample_age the loop is left")
    func validityAge() async throws {
        for (count, isLost) in [(3, false), (8, true)] as [(Int64, Bool)] {
            let faults = (0..<count).map { SignalFault.missing(5_000 + $0 * 10..<5_005 + $0 * 10) }
            let run = try await LoopFaultRig(faults: faults, seconds: 7).run()
            #expect((run.firstRefusal([.sampleAge, .decoderValidity]) != nil) == isLost, "\(count)")
            try run.close(atLeast: 50)
        }
    }

    @Test("F7: a device that refuses is counted as having delivered; one whose echo is wrong ends output")
    func readBack() async throws {
        var rig = LoopFaultRig(seconds: 8) { decision, _ in decision.value = 20 }
        rig.stimulator = ["--faults", "5000000 nack 1"]
        let refused = try await rig.run()
        #expect(refused.firstDenial(.uncertainDelivery) != nil && refused.outcome.last.latch == 0)
        #expect(refused.outcome.last.deliveredPulses > 500)
        try refused.close(atLeast: 100)
        rig.stimulator = ["--faults", "5000000 echo 1000"]
        let wrong = try await rig.run()
        #expect(InterlockSet(rawValue: wrong.outcome.last.latch).contains(.readBack))
        try wrong.close(atLeast: 100)
    }

    @Test("F8: a device whose link is lost ends the session latched, and its output ends with its lease")
    func lostLink() async throws {
        var rig = LoopFaultRig(seconds: 8) { decision, _ in decision.value = 20 }
        rig.stimulator = ["--faults", "5000000 unplug"]
        let run = try await rig.run()
        #expect(run.outcome.last.latch != 0)
        #expect(run.safety.last.map { $0.time > 5_000_000_000 && $0.time < 5_300_000_000 } == true)
        try run.close(atLeast: 100)
    }

    /// 20 changes a second against 40 in 60 s: full after two seconds of output.
    @Test("F9: a target that oscillates is stopped by its count")
    func oscillation() async throws {
        var rig = LoopFaultRig(seconds: 6) { decision, block in decision.value = block / 5 % 2 == 0 ? 20 : 1 }
        rig.tune = { setup, _ in setup.limits?.maximumChanges = 40 }
        let run = try await rig.run()
        let denied = try #require(run.firstDenial(.changeRate))
        #expect(denied > 2_900_000 && denied < 3_300_000, "\(denied)")
        try run.close(atLeast: 50)
    }

    @Test("F10: whoever watches sees the mode at most a second after it changed")
    func modeShown() async throws {
        let run = try await LoopFaultRig(seconds: 3).run()
        let entered = try #require(run.first(.closedLoop))
        let shown = try #require(run.snapshots.first { $0.mode == .closedLoop })
        #expect(shown.time / 1_000 - entered <= 1_000_000 && shown.time / 1_000 >= entered)
        try run.close(atLeast: 0)
    }

    @Test("F11: each tick has its decision, its proposal with a verdict, and the world's part on record")
    func everyDecision() async throws {
        let run = try await LoopFaultRig(seconds: 4).run()
        let proposed = Set(run.proposals.map { $0.time / 10_000 - 1 })
        #expect(proposed == Set(0..<400))
        #expect(run.blocks.count == 400 && run.outcome.decisions > 380)
        #expect(run.safety.count >= 800)
        try run.close(atLeast: 0)
    }

    /// Drift, rhythm, noise and response differ as virtual-lab's cohort does.
    @Test("F13: patients who differ in rhythm, drift, noise and response are all kept inside the envelope")
    func variability() async throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var rig = LoopFaultRig(seconds: 8)
            rig.seed = seed
            let share = Double(seed - 1) / 3
            rig.parameters.diseaseMean = 0.3 + 0.4 * share
            rig.parameters.timeScale = [1.0, 1.4, 1.2, 1.1][Int(seed - 1)]
            rig.parameters.pinkNoise = 20 - 14 * share
            rig.parameters.largestEfficacy = 0.25 + 0.35 * share
            let run = try await rig.run()
            #expect(run.outcome.last.latch == 0 && run.outcome.last.maximumAmplitude <= 2_000_000)
            try run.close(atLeast: 0)
        }
    }

    @Test("F14: with hardware in the loop time is real: an armed session beside the wall, counted by another program")
    func realTime() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ansa real \(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Products.folder + "/ansa")
        process.currentDirectoryURL = URL(fileURLWithPath: Products.root)
        process.arguments = [
            "run", "Profiles/continuous-dbs", "--arm", "--pace", "real", "--seconds", "4", "--monitor", "none",
            "--session", folder.path,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        // 3: a machine that others use was too slow, and the guard said so.
        #expect([0, 3].contains(process.terminationStatus))
        try Recorder.check(session: folder.path, atLeast: 0)
    }

    /// A gap of one sample in every fourth block for a second: twenty-five notices, one cause.
    @Test("F15: a fault that flickers from tick to tick is one alarm, and one that comes back later is a second")
    func oneAlarm() async throws {
        var gaps: [SignalFault] = []
        for start in [5_000, 8_000] as [Int64] {
            for index in 0..<25 as Range<Int64> {
                let sample = start + index * 40
                gaps.append(.missing(sample..<sample + 1))
            }
        }
        let run = try await LoopFaultRig(faults: gaps, seconds: 11).run()
        #expect(run.blocks.count { $0.flags.contains(.gap) } == 50)
        #expect(run.outcome.alarms == [26: 2])
        try run.close(atLeast: 50)
    }
}
