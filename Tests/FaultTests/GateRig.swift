import Configuration
import Foundation
import Interlocks
import Signal
import Testing

/// The gate under the shipped limits of `Profiles/adaptive-dbs`, with the mode machine that its reactions drive.
///
/// By hand from the file: 0 to 5 mA, 30 to 90 µs, 0 to 100 µs, 2 to 185 Hz, 0.45 µC, ramps of 20 mA/s and steps of
/// 0.5 mA, so that a pulse each 7,692 µs may be 153,840 nA higher than the one before.
final class GateRig {
    var limits: Limits
    var state: GateState
    var machine = ModeMachine()
    var evidence: Evidence
    var segment = Segment(
        pair: 0, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(100_000), width: Microseconds(60),
        interphase: Microseconds(0), period: Microseconds(7_692), pulses: 1, firstPulse: Microseconds(1_000_000))
    /// Everything that was permitted, as a device would write it down.
    private(set) var permitted: [RecordedPulse] = []

    /// Armed and in open loop; all is healthy, and every contact was measured at 1 kΩ.
    init(_ change: (inout Limits) -> Void = { _ in }) throws {
        let path = Recorder.shippedLimits, device = Products.shipped("Devices/virtual-patient.yaml")
        let file = try loadLimits(readFile(path), file: path)
        let stimulator = try #require(try loadDevice(readFile(device), file: device).stimulator)
        limits = try file.limits(device: stimulator)
        change(&limits)
        evidence = .healthy(mode: .openLoop, leaseEnd: Microseconds(.max), validChannels: 8)
        evidence.acknowledged = [.amplitude, .chargeDensity, .shannon, .residualVoltage]
        state = GateState(limits: limits)
        for contact in limits.contacts.indices { state.measured(1_000_000, contact: contact, at: Microseconds(0)) }
        let hasOutput = machine.arm() && machine.start(closedLoop: false)
        try #require(hasOutput)
    }

    /// Judges the segment as it stands, in the machine's mode; what is permitted is recorded, and a latch latches.
    func offer() -> InterlockSet {
        (evidence.mode, evidence.latch) = (machine.mode, machine.latch.rawValue)
        let verdict = judge(segment, evidence: evidence, state: &state, at: segment.firstPulse, under: limits)
        let broken = verdict.broken
        guard !verdict.isPermitted else {
            record()
            return broken
        }
        let asked = reaction(of: broken, evidence: evidence, under: limits)
        if asked.contains(.latch) { machine.latch(broken) }
        return broken
    }

    /// Offers pulses 7,692 µs apart until `amplitude` has been permitted; the segment is then the next, at that level.
    func ramp(to amplitude: Int64) throws {
        segment.amplitude = Nanoamperes(0)
        while segment.amplitude.value < amplitude {
            segment.amplitude = Nanoamperes(min(amplitude, segment.amplitude.value + 153_840))
            let broken = offer()
            try #require(broken == [])
            segment.firstPulse.value += 7_692
        }
    }

    /// A clinician acknowledges, both keys are turned, and output starts again.
    func recover() -> Bool {
        guard !machine.arm(), machine.acknowledge(), machine.arm(), machine.start(closedLoop: false) else {
            return false
        }
        state.modeChanged()
        return true
    }

    /// What was permitted breaks nothing, says a program in another language.
    func checkRecord(limits: String = Recorder.shippedLimits, atLeast count: Int) throws {
        try Recorder.check(permitted, limits: limits, atLeast: count)
    }

    private func record() {
        let charge = segment.amplitude.value * segment.width.value
        for pulse in 0..<segment.pulses {
            permitted.append(
                RecordedPulse(
                    time: segment.firstPulse.value + pulse * segment.period.value, amplitude: segment.amplitude.value,
                    pair: segment.pair, width: segment.width.value, interphase: segment.interphase.value,
                    recharge: charge - charge * segment.imbalance.value / 1_000_000))
        }
    }
}
