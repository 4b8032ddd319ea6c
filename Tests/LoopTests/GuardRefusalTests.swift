import Conditioning
import Interlocks
import Signal
import Stimulation
import Testing

@testable import Loop

/// One macro segment of 6 mm² against a case; 130 Hz at 60 µs fits; 20 mA/s, steps of 0.5 mA; lease 250 ms.
private func limits() -> Limits {
    var limits = Limits()
    limits.contacts = [
        Contact(
            kind: .macroSegment, area: SquareMicrometres(6_000_000), mayStimulate: true, chargeInjectionDensity: 500),
        Contact(kind: .returnCase, area: SquareMicrometres(2_000_000_000), mayStimulate: true),
    ]
    limits.pairs = [ContactPair(cathodes: [0], anodes: [1])]
    limits.amplitude = Nanoamperes(0)...Nanoamperes(3_000_000)
    limits.totalAmplitude = Nanoamperes(5_000_000)
    limits.width = Microseconds(30)...Microseconds(110)
    limits.interphase = Microseconds(0)...Microseconds(100)
    limits.period = Microseconds(5406)...Microseconds(500_000)
    limits.minimumInterPulse = Microseconds(5000)
    limits.chargePerPhase = Femtocoulombs(400_000_000)
    (limits.chargeDensity, limits.shannonK, limits.waveforms) = (300, 316_227_766_016, 1)
    limits.imbalance = PartsPerMillion(4000)
    limits.netCharge = Femtocoulombs(25_000_000)
    (limits.rampUp, limits.rampDown) = (20_000_000, 20_000_000)
    limits.maximumStep = Nanoamperes(500_000)
    limits.doseWindows = [DoseWindow(length: Microseconds(1_000_000), charge: Femtocoulombs(40_000_000_000))]
    limits.minimumValidChannels = 1
    limits.holdMaximum = Microseconds(50_000)
    limits.baseline = Baseline(
        pair: 0, amplitude: Nanoamperes(1_000_000), width: Microseconds(90), period: Microseconds(10_000))
    (limits.allowsClosedLoop, limits.consentsToStimulation, limits.consentsToClosedLoop) = (true, true, true)
    (limits.maximumChanges, limits.changeWindow) = (200, Microseconds(60_000_000))
    limits.maximumOutOfDistribution = 3_000_000
    limits.tokenTimeout = Microseconds(20_000)
    limits.lease = Microseconds(250_000)
    return limits
}

/// The same, for other suites, with bounds on what a closed loop senses.
func closedLoopLimits() -> Limits {
    var limits = limits()
    (limits.maximumSampleAge, limits.maximumGap) = (Microseconds(60_000), Microseconds(5_000))
    limits.minimumConfidence = 500_000
    return limits
}

private func parts(_ limits: Limits) -> StimulationParts {
    let program = StimulationProgram(
        pair: 0, width: Microseconds(60), period: Microseconds(7692), rampUp: limits.rampUp,
        rampDown: limits.rampDown, maximumStep: limits.maximumStep, amplitudeStep: Nanoamperes(1000))
    return StimulationParts(
        controller: Controller(law: .openLoop(amplitude: Nanoamperes(2_000_000)), program: program), limits: limits,
        gate: SessionGate(limits: limits), outputMode: .openLoop, blanking: Blanking(),
        format: BlockFormat(channels: 1, frames: 10, rateNumerator: 1_000, kind: .float32), arms: true)
}

extension SafetyRecord {
    /// A world in which nothing is wrong.
    fileprivate mutating func sound() {
        (logHealthy, clocksAgree, armingEvidence, consentExpired) = (1, 1, 1, 0)
        realtimeOrVirtual = 1
        let sound: GuardFlags = [.deviceMatches, .readBackMatches, .clocksAgree, .logHealthy, .selfTestPassed]
        flags |= Int64(sound.rawValue)
    }
}

private let decision = Decision(value: 1, confidence: 1, firstSample: 0, endSample: 10, isValid: true)

/// The stimulation stage on its executor, and a guard of the test's own with a gate and a history of its own.
private final class Rig {
    let state = StimulationState(hasGuard: true, safetyPeriod: 5_000_000)
    let limits: Limits
    private let executor = RealtimeExecutor()
    private let thread: RunningThread
    private let stage: StimulationStage
    private var gate: GateState

    init(_ limits: Limits) {
        self.limits = limits
        (thread, _) = RealtimeThread.start(executor, realtime: false)
        gate = GateState(limits: limits)
        stage = StimulationStage(
            on: executor, parts: parts(limits), state: state, marks: MarkSchedule(), log: .none,
            refusals: RefusalCounts())
        var record = SafetyRecord()
        (record.hasReport, record.mode, record.leaseEnd) = (1, Int64(Mode.openLoop.rawValue), 260_000)
        record.sound()
        state.consume(record)
    }

    deinit {
        executor.stop()
        thread.join()
    }

    /// Tick k: what the guard said of the stage's proposal.
    ///
    /// `isRefusing`: it finds its dose window full.
    func tick(_ k: Int64, isRefusing: Bool = false, flags: GuardFlags = []) async -> InterlockSet {
        var tick = Tick()
        (tick.index, tick.blockEnd, tick.decision) = (k, (k + 1) * 10_000_000, decision)
        await stage.process(&tick)
        let now = Microseconds((k + 1) * 10_000)
        let leaseEnd = Microseconds(now.value + 250_000)
        var record = SafetyRecord()
        (record.hasReport, record.time, record.leaseEnd) = (1, tick.blockEnd, leaseEnd.value)
        (record.mode, record.flags) = (Int64(Mode.openLoop.rawValue), Int64(flags.rawValue))
        record.sound()
        if let proposal = state.lanes[0].proposal, !proposal.segment.isRest {
            record.verdict = isRefusing ? InterlockSet.doseWindow.rawValue : proposal.broken.rawValue
            if record.verdict == 0 {
                let evidence = Evidence.healthy(mode: .openLoop, leaseEnd: leaseEnd, validChannels: 1)
                let verdict = judge(proposal.segment, evidence: evidence, state: &gate, at: now, under: limits)
                record.verdict = verdict.broken.rawValue
            }
            if record.verdict == 0 {
                record.echoAmplitude = proposal.segment.amplitude.value
                record.echoFirstPulse = proposal.segment.firstPulse.value
                record.echoPeriod = proposal.segment.period.value
                record.echoPulses = proposal.segment.pulses
            }
        }
        state.consume(record)
        return InterlockSet(rawValue: record.verdict)
    }
}

@Suite struct GuardRefusalTests {
    /// By hand: at 20 mA/s five refused windows of 10 ms would put the controller 1 mA ahead, twice the largest step.
    @Test("After the guard has refused proposals the controller goes on from what was delivered", arguments: [5, 45])
    func resynchronised(_ refusals: Int64) async {
        let rig = Rig(limits())
        for k in 0..<4 { #expect(await rig.tick(Int64(k)) == []) }
        for k in 4..<4 + refusals { _ = await rig.tick(k, isRefusing: true) }
        var denied = 0
        for k in 4 + refusals..<4 + refusals + 60 { denied += await rig.tick(k) == [] ? 0 : 1 }
        #expect(denied <= 26)
        #expect(rig.state.lanes[0].accepted?.amplitude.value == 2_000_000)
    }

    @Test("The limits' expiry, which the guard reports, leads to the file's on_expiry in the tick that finds it")
    func expiry() async {
        var limits = limits()
        limits.onExpiry = .rampOff
        let rig = Rig(limits)
        for k in 0..<20 { _ = await rig.tick(Int64(k)) }
        _ = await rig.tick(20, flags: .limitsExpired)
        #expect(await rig.tick(21, flags: .limitsExpired) == [])
        #expect(rig.state.fallbackReasons == .limitsInvalid)
        #expect(rig.state.alarms.byNumber == [2: 1])
    }

    @Test("A refused arming order ends the session")
    func armingRefused() {
        let state = StimulationState(hasGuard: true, safetyPeriod: 5_000_000)
        var record = SafetyRecord()
        (record.hasReport, record.flags) = (1, Int64(GuardFlags.orderRefused.rawValue))
        #expect(!state.isOver)
        state.consume(record)
        #expect(state.isOver)
    }

    /// The amplitude and width of the proposal 200 ms after the fallback began, from 2 mA.
    private func later(_ limits: Limits, _ reasons: InterlockSet) -> (Int64, Int64) {
        var parts = parts(limits)
        parts.controller.resume(from: Nanoamperes(2_000_000), at: Microseconds(0), nextPulse: Microseconds(10_000))
        parts.lastWindow = Microseconds(10_000)
        parts.fallBack(because: reasons)
        var segment = Segment.rest(at: Microseconds(0))
        for window in 2...20 {
            let start = Microseconds(Int64(window) * 10_000)
            if start >= parts.holdEnd { parts.controller.release() }
            segment = parts.controller.propose(
                decision: decision, tickEnd: start, windowStart: start, windowEnd: Microseconds(start.value + 10_000))
        }
        return (segment.amplitude.value, segment.width.value)
    }

    @Test("The reason decides which of the file's fallbacks runs, and a baseline runs with its own pulse")
    func fallbackByReason() {
        var limits = limits()
        (limits.onSensorLoss, limits.onExpiry) = (.rampOff, .openLoopBaseline)
        #expect(later(limits, .signalQuality) == (0, 0))
        #expect(later(limits, [.limitsInvalid, .signalQuality]) == (1_000_000, 90))
        limits.onSensorLoss = .holdThenOff
        #expect(later(limits, .deadlineMisses) == (0, 0))
        limits.holdMaximum = Microseconds(5_000_000)
        #expect(later(limits, .deadlineMisses) == (2_000_000, 60))
    }

    @Test("The closed loop returns by itself from a baseline or a hold, never from a ramp-off or a stop")
    func returnKinds() {
        for kind in Fallback.allCases {
            var limits = limits()
            limits.onSensorLoss = kind
            var parts = parts(limits)
            parts.outputMode = .closedLoop
            parts.automaticReturn = AutomaticReturn(
                afterValid: Microseconds(0), count: 1, window: Microseconds(1_000_000))
            let evidence = Evidence.healthy(mode: .fallback, leaseEnd: Microseconds(250_000), validChannels: 1)
            let state = StimulationState(hasGuard: true, safetyPeriod: 5_000_000)
            var report = SafetyRecord()
            (report.hasReport, report.mode) = (1, Int64(Mode.fallback.rawValue))
            state.consume(report)
            state.lanes[0].mayReturn = parts.isFitToReturn(evidence, at: Microseconds(10_000))
            let mayReturn = parts.mayReturn(state, at: Microseconds(10_000))
            #expect(mayReturn == (kind == .openLoopBaseline || kind == .holdThenOff), "\(kind)")
        }
    }
}
