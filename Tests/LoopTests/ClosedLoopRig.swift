import Conditioning
import Interlocks
import Signal
import Stimulation

@testable import Loop

/// The stimulation stage in a closed loop, and a world that a test can make worse from tick to tick.
final class ClosedLoopRig {
    let state = StimulationState(hasGuard: true, safetyPeriod: 5_000_000)
    private let executor = RealtimeExecutor()
    private let thread: RunningThread
    private let stage: StimulationStage
    private let block = Block(format: ClosedLoopRig.format)

    static let format = BlockFormat(channels: 1, frames: 10, rateNumerator: 1_000, kind: .float32)

    init(_ limits: Limits) {
        (thread, _) = RealtimeThread.start(executor, realtime: false)
        let program = StimulationProgram(
            pair: 0, width: Microseconds(60), period: Microseconds(7692), rampUp: limits.rampUp,
            rampDown: limits.rampDown, maximumStep: limits.maximumStep, amplitudeStep: Nanoamperes(1000))
        let law = ControlLaw.dualThreshold(lower: 4_000, upper: 6_000, amplitude: Nanoamperes(2_000_000))
        stage = StimulationStage(
            on: executor,
            parts: StimulationParts(
                controller: Controller(law: law, program: program), limits: limits, gate: SessionGate(limits: limits),
                outputMode: .closedLoop, blanking: Blanking(), format: Self.format, arms: true),
            state: state, marks: MarkSchedule(), log: .none, refusals: RefusalCounts())
        var record = Self.sound(at: 0)
        record.leaseEnd = 260_000
        state.consume(record)
    }

    deinit {
        executor.stop()
        thread.join()
    }

    /// A report of a guard in closed loop, in which nothing is wrong.
    static func sound(at time: Int64) -> SafetyRecord {
        var record = SafetyRecord()
        (record.hasReport, record.time, record.leaseEnd) = (1, time, time / 1_000 + 250_000)
        (record.mode, record.realtimeOrVirtual) = (Int64(Mode.closedLoop.rawValue), 1)
        (record.logHealthy, record.clocksAgree, record.armingEvidence, record.consentExpired) = (1, 1, 1, 0)
        let flags: GuardFlags = [.deviceMatches, .readBackMatches, .clocksAgree, .logHealthy, .selfTestPassed]
        record.flags = Int64(flags.rawValue)
        return record
    }

    /// Tick k with a decision of 9 µV; `worsen` what the world says after it.
    func tick(_ k: Int64, value: Float = 9, _ worsen: (inout SafetyRecord) -> Void = { _ in }) async {
        var tick = Tick()
        (tick.index, tick.blockEnd, tick.block) = (k, (k + 1) * 10_000_000, block)
        block.header = BlockHeader(firstSample: k * 10, deviceTime: k * 10_000_000, hostArrival: tick.blockEnd)
        tick.validity = SignalValidity(channels: 1)
        tick.decision = Decision(value: value, confidence: 1, firstSample: k * 10, endSample: (k + 1) * 10)
        await stage.process(&tick)
        var record = Self.sound(at: tick.blockEnd)
        worsen(&record)
        state.consume(record)
    }
}
