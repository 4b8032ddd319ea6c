import Interlocks
import Signal

/// One call of the gate, with everything in it open to change.
///
/// The limits are those of the example limits file of Safety.md's source; the segment is permitted as it stands.
struct Rig {
    var limits = Rig.exampleLimits
    var now = Microseconds(1_000_000)
    var evidence = Evidence.healthy(mode: .closedLoop, leaseEnd: Microseconds(1_250_000), validChannels: 8)
    /// 0.1 mA × 60 µs = 6,000,000 fC a pulse; two pulses.
    var segment = Segment(
        pair: 0, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(100_000), width: Microseconds(60),
        interphase: Microseconds(0), period: Microseconds(7_692), pulses: 2, firstPulse: Microseconds(1_040_000))
    private let memory = Memory()
    var state: GateState? {
        get { memory.state }
        nonmutating set { memory.state = newValue }
    }

    private final class Memory {
        var state: GateState?
    }

    /// Start of the last pulse 1,047,692 + two phases of 60 µs.
    static let end: Int64 = 1_047_812

    /// Judges; a fresh state where none is set, and the state is kept.
    func broken() -> InterlockSet {
        verdict().broken
    }

    func isPermitted() -> Bool {
        verdict().isPermitted
    }

    /// Until when the permit of this segment is valid; nil where there is none, or another segment's.
    func validUntil() -> Microseconds? {
        guard let permit = verdict().takePermit(), permit.segment == segment else { return nil }
        return permit.validUntil
    }

    func verdict() -> Verdict {
        var state = self.state ?? GateState(limits: limits)
        defer { self.state = state }
        return judge(segment, evidence: evidence, state: &state, at: now, under: limits)
    }

    static var exampleLimits: Limits {
        var limits = Limits()
        limits.contacts = [
            Contact(
                kind: .macroSegment, area: SquareMicrometres(1_500_000), mayStimulate: true,
                chargeInjectionDensity: 500),
            Contact(kind: .returnCase, area: SquareMicrometres(2_000_000_000), mayStimulate: true),
        ]
        limits.pairs = [ContactPair(cathodes: [0], anodes: [1])]
        limits.amplitude = Nanoamperes(0)...Nanoamperes(3_500_000)
        limits.totalAmplitude = Nanoamperes(5_000_000)
        limits.width = Microseconds(30)...Microseconds(110)
        limits.interphase = Microseconds(0)...Microseconds(100)
        limits.period = Microseconds(5_406)...Microseconds(500_000)
        limits.minimumInterPulse = Microseconds(5_000)
        limits.chargePerPhase = Femtocoulombs(400_000_000)
        limits.chargeDensity = 300
        limits.shannonK = 562_341_325_190
        limits.imbalance = PartsPerMillion(4_000)
        limits.netCharge = Femtocoulombs(25_000_000)
        limits.waveforms = 1
        (limits.rampUp, limits.rampDown) = (10_000_000, 10_000_000)
        limits.maximumStep = Nanoamperes(200_000)
        limits.doseWindows = [
            DoseWindow(length: Microseconds(1_000_000), charge: Femtocoulombs(20_000_000_000)),
            DoseWindow(length: Microseconds(60_000_000), charge: Femtocoulombs(1_200_000_000_000)),
            DoseWindow(length: Microseconds(3_600_000_000), charge: Femtocoulombs(75_000_000_000_000)),
            DoseWindow(length: Microseconds(86_400_000_000), charge: Femtocoulombs(1_750_000_000_000_000)),
        ]
        limits.lockoutAfterFault = Microseconds(600_000_000)
        limits.maximumSampleAge = Microseconds(20_000)
        limits.maximumGap = Microseconds(2_000)
        limits.minimumValidChannels = 6
        limits.deadlineMisses = 3
        limits.minimumConfidence = 700_000
        (limits.onSensorLoss, limits.onWatchdog, limits.onExpiry) = (.openLoopBaseline, .stop, .openLoopBaseline)
        (limits.allowsClosedLoop, limits.consentsToStimulation, limits.consentsToClosedLoop) = (true, true, true)
        (limits.maximumChanges, limits.changeWindow) = (200, Microseconds(60_000_000))
        limits.maximumOutOfDistribution = 3_000_000
        limits.soft = SoftLimits(amplitude: Nanoamperes(2_800_000), chargeDensity: 220, shannonK: 316_227_766_016)
        limits.residualVoltage = 100_000
        limits.tokenTimeout = Microseconds(20_000)
        limits.lease = Microseconds(250_000)
        return limits
    }

    /// Limits so wide that only what a test sets afterwards binds; one ring of `area` against a large case.
    static func wide(area: Int64, kind: ElectrodeKind = .macroRing) -> Rig {
        var rig = Rig()
        rig.evidence.mode = .openLoop
        rig.limits.contacts[0] = Contact(
            kind: kind, area: SquareMicrometres(area), mayStimulate: true, chargeInjectionDensity: 1_000_000_000,
            microChargePerPhase: Femtocoulombs(1_000_000_000_000))
        rig.limits.contacts[1].area = SquareMicrometres(1_000_000_000_000_000)
        let most = Int64(1_000_000_000_000)
        rig.limits.amplitude = Nanoamperes(0)...Nanoamperes(most)
        (rig.limits.totalAmplitude, rig.limits.maximumStep) = (Nanoamperes(most), Nanoamperes(most))
        (rig.limits.rampUp, rig.limits.rampDown) = (most, most)
        rig.limits.width = Microseconds(1)...Microseconds(1_000)
        rig.limits.chargePerPhase = Femtocoulombs(.max)
        rig.limits.shannonK = 707_945_784_384
        rig.limits.soft = nil
        for window in rig.limits.doseWindows.indices { rig.limits.doseWindows[window].charge = Femtocoulombs(.max) }
        rig.segment.pulses = 1
        return rig
    }
}
