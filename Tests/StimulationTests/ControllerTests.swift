import Interlocks
import Signal
import Stimulation
import Testing

/// 10 mA/s both ways; 130 Hz is 7,692 µs.
private func program(period: Int64 = 7692, step: Int64 = 1, maximumStep: Int64 = 10_000_000) -> StimulationProgram {
    StimulationProgram(
        pair: 0, width: Microseconds(60), period: Microseconds(period), rampUp: 10_000_000, rampDown: 10_000_000,
        maximumStep: Nanoamperes(maximumStep), amplitudeStep: Nanoamperes(step))
}

private func decision(_ value: Float, valid: Bool = true) -> Decision {
    Decision(value: value, confidence: 1, firstSample: 0, endSample: 10, isValid: valid)
}

extension Controller {
    /// Block k of 10 ms: decided at (k+1)·10 ms for the window two blocks later.
    fileprivate mutating func block(_ k: Int64, _ decision: Decision) -> Segment {
        propose(
            decision: decision, tickEnd: Microseconds((k + 1) * 10_000), windowStart: Microseconds((k + 2) * 10_000),
            windowEnd: Microseconds((k + 3) * 10_000))
    }
}

private let milliampere = Nanoamperes(1_000_000)

@Suite struct ControllerTests {
    /// By hand: 10 mA/s × 10 ms = 100 µA a window of 10 ms, when each window's first pulse is at its start.
    @Test("A ramp of 10 mA/s moves by exactly 100 µA in 10 ms, up and down, and ends at its target")
    func rampSteps() {
        var controller = Controller(law: .openLoop(amplitude: milliampere), program: program(period: 10_000))
        let up = (0..<12).map { controller.block($0, decision(0)).amplitude.value }
        #expect(up == [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1000].map { $0 * 1000 })
        controller.release()
        let down = (12..<24).map { controller.block($0, decision(0)).amplitude.value }
        #expect(down == [1000, 900, 800, 700, 600, 500, 400, 300, 200, 100, 0, 0].map { $0 * 1000 })
        #expect(controller.isAtRest)
        #expect(controller.reason == .released)
    }

    @Test("At 130 Hz no step between segments exceeds the slope over the time between their first pulses")
    func rampInsideSlope() {
        var controller = Controller(
            law: .dualThreshold(lower: 4000, upper: 6000, amplitude: milliampere), program: program(step: 10_000))
        var last = (amplitude: Int64(0), time: Int64(20_000))
        for k in 0..<200 {
            let segment = controller.block(Int64(k), decision(k % 40 < 20 ? 7 : 3))
            guard !segment.isRest else { continue }
            let change = abs(segment.amplitude.value - last.amplitude)
            #expect(change * 1_000_000 <= 10_000_000 * (segment.firstPulse.value - last.time))
            #expect(segment.amplitude.value % 10_000 == 0)
            if change > 0 { last = (segment.amplitude.value, segment.firstPulse.value) }
        }
    }

    /// By hand: 130 × 7,692 µs = 999,960 µs < 1 s, so a second that begins with a pulse holds that pulse and 130 more.
    @Test("Pulses stand 7,692 µs apart across windows, 130 periods in a second, each inside its window")
    func phaseCarried() {
        var controller = Controller(law: .openLoop(amplitude: milliampere), program: program())
        controller.resume(from: milliampere, at: Microseconds(0), nextPulse: Microseconds(20_000))
        var times: [Int64] = []
        for k in 0..<100 {
            let segment = controller.block(Int64(k), decision(0))
            for pulse in 0..<segment.pulses {
                let time = segment.firstPulse.value + pulse * segment.period.value
                #expect(time >= Int64(k + 2) * 10_000 && time < Int64(k + 3) * 10_000)
                times.append(time)
            }
        }
        #expect(times.count == 131)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 7692 })
        let end: Int64 = 20_000 + 130 * 7692
        #expect(times[times.count - 1] == end)
    }

    @Test("A window shorter than the period proposes a rest and keeps the phase")
    func shortWindows() {
        var controller = Controller(law: .openLoop(amplitude: milliampere), program: program())
        controller.resume(from: milliampere, at: Microseconds(0), nextPulse: Microseconds(0))
        var times: [Int64] = []
        for k in 0..<20 {
            let segment = controller.propose(
                decision: decision(0), tickEnd: Microseconds(0), windowStart: Microseconds(Int64(k) * 5000),
                windowEnd: Microseconds(Int64(k + 1) * 5000))
            if !segment.isRest { times.append(segment.firstPulse.value) }
        }
        #expect(times == (0..<14).map { $0 * 7692 })
    }

    @Test("On-off keeps a new target for its dwell of 200 ms")
    func dwell() {
        var controller = Controller(
            law: .onOff(threshold: 5000, dwell: Microseconds(200_000), amplitude: milliampere), program: program())
        var changes: [Int64] = []
        var last: Int64 = 0
        for k in 0..<100 {
            _ = controller.block(Int64(k), decision(k % 2 == 0 ? 7 : 3))
            if controller.target.value != last { changes.append(Int64(k)) }
            last = controller.target.value
        }
        // Blocks are 10 ms. A change is open 20 blocks after the last; the value that differs comes a block later.
        #expect(changes == [0, 21, 42, 63, 84])
        #expect(controller.targetChanges == 5)
    }

    @Test("Between its thresholds the dual-threshold controller keeps its target")
    func hysteresis() {
        var controller = Controller(
            law: .dualThreshold(lower: 4000, upper: 6000, amplitude: milliampere), program: program())
        let values: [Float] = [5, 6.5, 5, 4.1, 3.9, 5, 5.9, 6.1]
        let targets = values.enumerated().map { index, value in
            _ = controller.block(Int64(index), decision(value))
            return controller.target.value / 1_000_000
        }
        #expect(targets == [0, 1, 1, 1, 0, 0, 0, 1])
        #expect(controller.targetChanges == 3)
    }

    /// By hand: (value − 4) / (8 − 4) of 1 mA.
    @Test(
        "The proportional controller's target is the share of the way between its thresholds",
        arguments: [(3, 0), (4, 0), (5, 250_000), (6, 500_000), (7.5, 875_000), (8, 1_000_000), (20, 1_000_000)])
    func proportional(value: Float, target: Int64) {
        var controller = Controller(
            law: .proportional(lower: 4000, upper: 8000, amplitude: milliampere), program: program())
        _ = controller.block(0, decision(value))
        #expect(controller.target.value == target)
    }

    @Test("An invalid or non-finite decision holds the target and says why; an open loop does not listen")
    func invalidDecision() {
        for bad in [decision(9, valid: false), decision(.nan), decision(.infinity)] {
            var controller = Controller(
                law: .dualThreshold(lower: 4000, upper: 6000, amplitude: milliampere), program: program(period: 10_000))
            controller.resume(from: milliampere, at: Microseconds(0), nextPulse: Microseconds(20_000))
            _ = controller.block(0, decision(9))
            let first = controller.block(1, bad)
            #expect(controller.reason == .invalidDecision)
            #expect(first.amplitude == milliampere)
            #expect(controller.block(2, bad).amplitude == milliampere)
            #expect(controller.target == milliampere)
        }
        var open = Controller(law: .openLoop(amplitude: milliampere), program: program())
        _ = open.block(0, decision(.nan, valid: false))
        #expect(open.target == milliampere)
    }

    @Test("After a rejection the next proposal starts from the amplitude before it and steps no further than max_step")
    func rejection() {
        var controller = Controller(
            law: .openLoop(amplitude: milliampere), program: program(period: 10_000, maximumStep: 150_000))
        _ = controller.block(0, decision(0))
        #expect(controller.block(1, decision(0)).amplitude.value == 100_000)
        for k in 2..<10 {
            // Allowed by the slope: 100 µA, then 200 µA, …; by the largest step: 150 µA.
            #expect(controller.block(Int64(k), decision(0)).amplitude.value == (k == 2 ? 200_000 : 250_000))
            controller.reject()
        }
    }

    @Test("Law none never proposes a pulse")
    func none() {
        var controller = Controller(law: .none, program: program())
        #expect((0..<20).allSatisfy { controller.block($0, decision(100)).isRest })
        #expect(controller.targetChanges == 0)
    }

    @Test("A program that makes no sense proposes no pulse; nothing is put right in silence")
    func unusableProgram() {
        for spoil: (inout StimulationProgram) -> Void in [
            { $0.period = Microseconds(0) }, { $0.amplitudeStep = Nanoamperes(0) }, { $0.rampUp = -1 },
            { $0.rampDown = -1 }, { $0.maximumStep = Nanoamperes(-1) },
        ] {
            var program = program(period: 10_000)
            spoil(&program)
            var controller = Controller(law: .openLoop(amplitude: milliampere), program: program)
            #expect(!program.isUsable && (0..<20).allSatisfy { controller.block($0, decision(0)).isRest })
        }
    }
}
