import Interlocks
import Signal
import Stimulation

/// What the device has said so far, and what the guard concludes from it.
struct DeviceWatch: Hashable, Sendable {
    var deviceMatches = true
    var readBackMatches = true
    var clocksAgree = true
    var selfTestPassed = false
    var isPowerRemoved = false
    /// Faults that a report showed and nothing has acted on yet.
    var pending: InterlockSet = []
    /// Pulses from here on were cancelled since the last report to the runtime.
    var cancelledFrom = Microseconds(.max)
    /// The device was told to be off, and what it had delivered then.
    var isOff = true
    var pulsesWhenOff: Int64 = 0
    var pulses: Int64 = 0
    var impedanceTime = Microseconds(.min)
    /// Leads on which the compliance limit was reached, a bit each, and no proposal has been denied for it yet.
    private var complianceLeads: UInt64 = 0
    var complianceEvents: Int64 = 0
    var complianceEventsAtArming: Int64 = 0
    /// Deliveries that no read-back has settled; deliveries in sequence that were uncertain.
    var uncertain: Int64 = 0
    var uncertainInSequence: Int64 = 0
    /// When the device was last heard or asked.
    var lastAsked = Microseconds(.min)

    /// The compliance limit was reached on `lead`.
    func isAtCompliance(lead: Int) -> Bool { complianceLeads >> UInt64(lead & 63) & 1 == 1 }

    /// It was reached on `lead`; nil: the device does not say where, so that it is every one.
    mutating func reachCompliance(lead: Int?) { complianceLeads |= lead.map { 1 << UInt64($0 & 63) } ?? .max }

    /// A proposal was denied for it on `lead`; nil: on all.
    mutating func clearCompliance(lead: Int?) { complianceLeads &= lead.map { ~(1 << UInt64($0 & 63)) } ?? 0 }
}

extension GuardCore where Device: ~Copyable {
    /// The device has said, after it was told to be off, that nothing runs or waits.
    public var isOutputZero: Bool { watch.isOff && !device.report.isActive }
}

/// Every answer of the device is looked at once, whichever command it answers.
extension GuardCore where Device: ~Copyable {
    /// µs between two looks at a device whose output is off.
    private var watchPeriod: Int64 { 50_000 }

    /// Takes in an answer; what it shows waits in ``DeviceWatch/pending`` for ``heed()``.
    ///
    /// `lead`: the one that was just delivered to; nil: none.
    mutating func takeIn(lead: Int? = nil) {
        let answer = device.report
        missingAcknowledgements = 0
        watch.uncertain = 0
        watch.lastAsked = lastNow
        watch.cancelledFrom = min(watch.cancelledFrom, answer.cancelledFrom)
        if answer.stopPressed { watch.pending.insert(.stop) }
        if answer.identity != settings.identity {
            watch.deviceMatches = false
            watch.pending.insert(.deviceIdentity)
        }
        let apart = answer.now.value.subtractingReportingOverflow(lastNow.value)
        // Before the session begins the device has no time to compare with.
        if lastNow.value >= 0,
            apart.overflow || apart.partialValue.magnitude > CompiledCeilings.lease.value.magnitude
        {
            watch.clocksAgree = false
            watch.pending.insert(.clock)
        }
        if answer.deliveredPulses < watch.pulses || (watch.isOff && isOutputWrong(answer)) {
            watch.readBackMatches = false
            watch.pending.insert(.readBack)
        }
        watch.pulses = answer.deliveredPulses
        if answer.complianceReached { watch.reachCompliance(lead: lead) }
        measure(answer.measured)
    }

    /// Output after off.
    private func isOutputWrong(_ answer: StimulatorReport) -> Bool {
        answer.isActive || answer.deliveredPulses > watch.pulsesWhenOff
    }

    private mutating func measure(_ measured: DeviceMeasurements) {
        watch.complianceEvents = measured.complianceEvents
        if measured.complianceEvents - watch.complianceEventsAtArming >= 3 { watch.pending.insert(.compliance) }
        if isResidualHigh(measured) { watch.pending.insert(.compliance) }
        guard measured.impedance > 0, measured.impedanceTime != watch.impedanceTime else { return }
        watch.impedanceTime = measured.impedanceTime
        for contact in limits.contacts.indices {
            state.measured(measured.impedance, contact: contact, at: measured.impedanceTime)
        }
    }

    /// The residual voltage, a magnitude, is beyond the file's bound, or none.
    private func isResidualHigh(_ measured: DeviceMeasurements) -> Bool {
        limits.residualVoltage.map { !isMagnitude(measured.residualVoltage, atMost: $0) } ?? false
    }

    /// Acts on what the device showed: zero and latch; output after off costs it its power.
    ///
    /// Without output, only a stop and output that nobody ordered latch; the rest refuses arming.
    mutating func heed() {
        var faults = watch.pending
        watch.pending = []
        if mode == .off || mode == .latched { faults.formIntersection([.stop, .readBack]) }
        if mode == .latched && latch.contains(.stop) { faults.remove(.stop) }
        guard !faults.isEmpty else { return }
        endOutput(because: faults, at: lastNow)
        watch.pending = []
        guard faults.contains(.readBack), device.report.isActive, !watch.isPowerRemoved else { return }
        do throws(DeliveryError) {
            try device.removePower()
            watch.isPowerRemoved = true
            takeIn()
        } catch { note(error) }
        watch.pending = []
    }

    /// A device whose output is off is asked how it is, so that output after off is seen; its silence is no fault then.
    ///
    /// What the answer shows waits for ``heed()``.
    mutating func watchOff() {
        guard !isOutputMode, !watch.isPowerRemoved, lastNow.value - watchPeriod >= watch.lastAsked.value else { return }
        watch.lastAsked = lastNow
        do throws(DeliveryError) {
            try device.poll()
            takeIn()
        } catch { return }
    }

    /// X: what keeps the device from being armed (IL-25, 31, 32, 36, 42, 44).
    mutating func selfTest() -> InterlockSet {
        var faults: InterlockSet = []
        (watch.deviceMatches, watch.readBackMatches, watch.clocksAgree) = (true, true, true)
        do throws(DeliveryError) {
            try device.poll()
            takeIn()
        } catch { return .armingEvidence }
        let answer = device.report
        let seen = watch.pending
        watch.pending = []
        if answer.isActive || seen.contains(.readBack) || watch.isPowerRemoved { faults.insert(.armingEvidence) }
        faults.formUnion(seen.intersection([.stop, .deviceIdentity, .clock]))
        if isResidualHigh(answer.measured) { faults.insert(.compliance) }
        if !state.knowsImpedances(at: lastNow) { faults.insert(.impedance) }
        watch.selfTestPassed = faults.isEmpty
        guard faults.isEmpty else {
            if answer.isActive { quench() }
            watch.pending = []
            return faults
        }
        watch.complianceEventsAtArming = answer.measured.complianceEvents
        watch.clearCompliance(lead: nil)
        (watch.uncertain, watch.uncertainInSequence) = (0, 0)
        return []
    }
}
