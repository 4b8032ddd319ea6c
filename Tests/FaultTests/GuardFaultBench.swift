import Configuration
import Foundation
import Guard
import Interlocks
import Signal
import Stimulation
import VirtualLab

/// The emulated stimulator in the test's own process, on the test's own clock.
struct EmulatedStimulator: LeasedStimulator, ~Copyable {
    /// The device behind the link, which the test sees too.
    final class Hidden {
        var service: VirtualStimulatorService
        init(_ service: VirtualStimulatorService) { self.service = service }
    }

    var now = Microseconds(0)
    private(set) var report = StimulatorReport()
    private let hidden: Hidden
    private let settings: DeviceSettings
    private var sequence: UInt64 = 0
    private var leaseEnd = Microseconds(0)

    init(_ hidden: Hidden, _ settings: DeviceSettings) {
        self.hidden = hidden
        self.settings = settings
        try? exchange(.hello, .rest(at: now))
    }

    mutating func deliver(_ permit: consuming Permit) throws(DeliveryError) {
        leaseEnd = permit.validUntil
        try exchange(.deliver, permit.segment)
    }

    mutating func renew(until leaseEnd: Microseconds) throws(DeliveryError) {
        self.leaseEnd = leaseEnd
        try exchange(.renew, .rest(at: now))
    }

    mutating func zero() throws(DeliveryError) { try exchange(.zero, .rest(at: now)) }
    mutating func poll() throws(DeliveryError) { try exchange(.poll, .rest(at: now)) }
    mutating func removePower() throws(DeliveryError) { try exchange(.powerOff, .rest(at: now)) }

    private mutating func exchange(_ order: StimulatorOrder, _ segment: Segment) throws(DeliveryError) {
        sequence += 1
        let command = StimulatorCommand(
            order: order, sequence: sequence, now: now, leaseEnd: leaseEnd, segment: segment, settings: settings)
        let answer = hidden.service.obey(command, at: now)
        if hidden.service.isUnplugged { throw .disconnected }
        guard let answer else { throw .uncertain }
        report = answer
        if answer.refusal != 0 { throw .refused(code: answer.refusal) }
    }
}

/// A guard, an emulated device and a runtime that ramps to 2 mA and stays there, all in virtual time: a safety tick is
/// 5 ms, a proposal of one pulse comes every 10 ms, and the guard turns once a millisecond.
struct GuardFaultBench: ~Copyable {
    static let session = Words32(1, 2, 3, 4)
    let device: EmulatedStimulator.Hidden
    var core: GuardCore<EmulatedStimulator>
    private(set) var now: Int64 = 0
    /// What the device wrote down.
    private(set) var events: [StimulatorEvent] = []
    private(set) var reports: [GuardReport] = []
    /// When the guard was first seen latched.
    private(set) var latchedAt: Int64?
    private(set) var latches = 0
    /// The runtime lives.
    var isRunning = true
    /// The runtime proposes something every 10 ms, beside its tokens.
    var proposes = true
    /// Pulses of a proposal.
    var pulses: Int64 = 1
    private var amplitude: Int64 = 0
    private var sequence: UInt64 = 0

    init(faults: String = "", limits change: (inout Limits) -> Void = { _ in }) throws {
        let deviceFile = try loadDevice(readFile(Products.shipped("Devices/virtual-patient.yaml")), file: "device")
        guard let stimulator = deviceFile.stimulator else { throw Recorder.Failure(description: "no stimulator") }
        let file = try loadLimits(readFile(Recorder.shippedLimits), file: "limits")
        var limits = try file.limits(device: stimulator)
        limits.residualVoltage = 100_000
        limits.tokenTimeout = Microseconds(20_000)
        change(&limits)
        guard let script = VirtualStimulatorFaults(faults) else { throw Recorder.Failure(description: faults) }
        device = EmulatedStimulator.Hidden(VirtualStimulatorService(faults: script))
        let deviceSettings = DeviceSettings(
            epoch: 0, virtualTime: true, leaseMaximum: limits.lease, ceilingAmplitude: limits.amplitude.upperBound,
            ceilingCompliance: stimulator.ceilingCompliance, impedance: stimulator.impedance,
            amplitudeStep: stimulator.amplitudeStep)
        var settings = GuardSettings(
            isVirtual: true, virtualTime: false, limitsArmable: true, tokenTimeout: Microseconds(20_000),
            session: Self.session, amplitudeStep: stimulator.amplitudeStep)
        settings.identity = .virtual
        settings.residualAlarm = 50_000
        core = GuardCore(
            limits: limits, settings: settings, latch: [], device: EmulatedStimulator(device, deviceSettings))
    }

    /// A healthy record at the present time.
    mutating func record(_ order: RuntimeOrder = .token) -> RuntimeRecord {
        sequence += 1
        var record = RuntimeRecord()
        record.order = order
        record.session = Self.session
        (record.sequence, record.counter) = (sequence, sequence)
        record.now = Microseconds(now)
        record.health = .max
        record.mode = .closedLoop
        record.evidence = .healthy(mode: .closedLoop, leaseEnd: Microseconds(now + 250_000), validChannels: 3)
        return record
    }

    @discardableResult mutating func send(_ record: RuntimeRecord) -> GuardReport {
        let report = core.handle(record, at: Microseconds(now))
        reports.append(report)
        notice()
        return report
    }

    mutating func arm() -> GuardReport { send(record(.arm)) }

    mutating func acknowledge() -> GuardReport {
        var record = record(.acknowledge)
        record.reason = Reason("the cause was found")
        return send(record)
    }

    /// One pulse, or a few, at 2 mA or a step of 100 µA nearer.
    mutating func proposal(in delay: Int64 = 15_000) -> Segment {
        Segment(
            pair: 0, waveform: .biphasicCathodicFirstSymmetric,
            amplitude: Nanoamperes(min(amplitude + 100_000, 2_000_000)), width: Microseconds(60),
            interphase: Microseconds(0), period: Microseconds(7_692), pulses: pulses,
            firstPulse: Microseconds(now + delay))
    }

    mutating func propose(_ segment: Segment) -> GuardReport {
        var record = record()
        record.hasProposal = true
        record.segment = segment
        let report = send(record)
        if report.proposalPermitted { amplitude = segment.amplitude.value }
        return report
    }

    /// Lets time pass in turns of 1 ms.
    mutating func run(until end: Int64) {
        while now < end {
            now += 1_000
            if isRunning && now % 5_000 == 0 {
                if proposes && now % (10_000 * pulses) == 0 { _ = propose(proposal()) } else { send(record()) }
            }
            turn()
        }
    }

    mutating func turn() {
        core.advance(to: Microseconds(now))
        device.service.pass(to: Microseconds(now))
        if let model = device.service.device { while let event = model.nextEvent() { events.append(event) } }
        notice()
    }

    private mutating func notice() {
        if core.mode == .latched && latchedAt == nil {
            latchedAt = now
            latches += 1
        } else if core.mode != .latched && latchedAt != nil {
            latchedAt = nil
        }
    }

    /// Times of the pulses that left.
    var pulseTimes: [Int64] { events.filter { $0.kind == .pulse }.map(\.time.value) }

    /// When the guard latched.
    func latchTime() throws -> Int64 { try found(latchedAt, "a latch") }
    func lastPulse() throws -> Int64 { try found(pulseTimes.last, "a pulse") }
    func powerRemoval() throws -> Int64 {
        try found(events.first { $0.kind == .powerRemoved }?.time.value, "a removal of power")
    }

    private func found(_ value: Int64?, _ what: String) throws -> Int64 {
        guard let value else { throw Recorder.Failure(description: "\(what) was expected; latch \(core.latch)") }
        return value
    }

    /// Leading-phase charge of what the device accepted.
    var acceptedCharge: Int64 {
        events.filter { $0.kind == .accepted }.reduce(0) { $0 + $1.charge.value * $1.pulses }
    }

    /// Every verdict since `time`, joined.
    func verdicts(since time: Int64) -> InterlockSet {
        reports.filter { $0.now.value >= time }.reduce(into: InterlockSet()) {
            $0.formUnion(InterlockSet(rawValue: $1.verdict))
        }
    }
}
