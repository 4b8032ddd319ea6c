public import Acquisition
public import Signal
public import Stimulation

/// The model of a stimulator: it delivers accepted segments as its clock advances, inside a lease, and nothing else.
///
///     stimulator.advance(to: now)
///     stimulator.grantLease(until: end)
///     stimulator.accept(segment)          // [] : accepted
///
/// After ``boot()`` output is nought and there is no lease. When a lease ends without renewal, what waits is thrown
/// away; a later lease does not bring it back. It never clamps: what it cannot do it refuses, with all reasons.
///
/// ### Implementation Notes
///
/// It keeps no clock of its own making: whoever drives it says what time it is, in both paces. A pulse that begins at
/// t has been delivered once the clock has passed t, so that a stop at t takes it away. Nothing allocates after
/// `init`.
@safe public final class VirtualStimulator: @unchecked Sendable {
    public private(set) var specification: StimulatorSpecification
    /// The device's clock.
    public private(set) var now = Microseconds(0)
    /// Pulses that begin before this may leave; in the past without a lease.
    public private(set) var leaseEnd = Microseconds(.min)
    /// Pulses since boot.
    public private(set) var deliveredPulses: Int64 = 0
    /// Their charge in the leading phase.
    public private(set) var deliveredCharge = Femtocoulombs(0)
    /// The largest amplitude that left since boot.
    public private(set) var largestAmplitude = Nanoamperes(0)
    /// Segments and leases that were refused since boot.
    public private(set) var refusals: Int64 = 0
    public private(set) var flags: StimulatorFlags = []
    /// The newest accepted segment, and from when on output was cancelled; nil before the first.
    public private(set) var echo: SegmentEcho?

    private var queue = PulseQueue()
    private let record: RigidRing<StimulatorEvent>
    /// Of each lead: a device runs the leads by themselves.
    private var lastAcceptedPulse = InlineArray<8, Int64>(repeating: .min)
    /// Pulses since boot, lead by lead.
    public private(set) var leads = LeadTable()
    private var untold = Microseconds(.max)
    /// When the impedance was last measured: at boot, then at every whole second.
    public private(set) var impedanceTime = Microseconds(0)
    /// What that measurement gave, mΩ.
    public private(set) var measuredImpedance: Int64
    /// How often a segment reached the compliance limit since boot.
    public private(set) var complianceEvents: Int64 = 0
    /// Its own stop button was pressed since the last ``stop()``.
    public private(set) var isStopPressed = false
    /// Pulses that nobody ordered: a defect, only ever injected.
    var stray: StrayTrain?
    private var isPowered = true

    /// A device that has just booted; its record holds `recordCapacity` events until ``nextEvent()`` takes them.
    public init(_ specification: StimulatorSpecification, recordCapacity: Int = 4_096) {
        self.specification = specification
        measuredImpedance = specification.impedance
        record = RigidRing(
            capacity: max(1, recordCapacity),
            repeating: StimulatorEvent(kind: .boot, time: Microseconds(0), leaseEnd: Microseconds(.min)))
        boot()
    }

    /// Starts anew: no output, no lease, counters at 0.
    ///
    /// The clock goes on.
    public func boot() {
        queue.removeAll()
        leaseEnd = Microseconds(.min)
        lastAcceptedPulse = .init(repeating: .min)
        leads = LeadTable()
        deliveredPulses = 0
        deliveredCharge = Femtocoulombs(0)
        largestAmplitude = Nanoamperes(0)
        refusals = 0
        flags = []
        echo = nil
        untold = Microseconds(.max)
        complianceEvents = 0
        isStopPressed = false
        stray = nil
        isPowered = true
        measure(at: now)
        log(event(.boot, at: now))
    }

    /// The oldest event that nobody has read yet.
    public func nextEvent() -> StimulatorEvent? { record.pop() }

    /// A lease runs.
    public var hasLease: Bool { leaseEnd > now }

    /// Pulses wait for their time.
    public var isActive: Bool { queue.nextTime != .max || stray != nil }

    /// Lets time pass: pulses that begin before `time` and inside the lease leave.
    ///
    /// - Returns: The pulses that left, and their charge in the leading phase.
    @discardableResult
    public func advance(to time: Microseconds) -> (pulses: Int64, charge: Femtocoulombs) {
        guard time >= now else {
            flags.insert(.clockWentBack)
            return (0, Femtocoulombs(0))
        }
        let before = (deliveredPulses, deliveredCharge.value)
        while let pulse = queue.pop(before: min(time.value, leaseEnd.value)) { deliver(pulse) }
        while let pulse = stray?.pop(before: time.value) { deliver(pulse) }
        if time.value / 1_000_000 > impedanceTime.value / 1_000_000 {
            measure(at: Microseconds(time.value / 1_000_000 * 1_000_000))
        }
        now = time
        if leaseEnd.value != .min, leaseEnd <= now { endLease() }
        return (deliveredPulses - before.0, Femtocoulombs(deliveredCharge.value - before.1))
    }

    /// Grants or renews the lease: output may go on until `end`.
    @discardableResult
    public func grantLease(until end: Microseconds) -> StimulatorRefusal {
        let (length, overflow) = end.value.subtractingReportingOverflow(now.value)
        guard !overflow, length > 0, length <= specification.leaseMaximum.value else {
            refusals += 1
            var refused = event(.refused, at: now)
            refused.refusal = .leaseLength
            log(refused)
            return .leaseLength
        }
        leaseEnd = end
        return []
    }

    /// Takes a segment of `lead` whole or refuses it with every reason; empty means accepted.
    public func accept(_ segment: Segment, lead: Int = 0) -> StimulatorRefusal {
        var reasons = shapeReasons(segment)
        if specification.exceedsCompliance(segment.amplitude) {
            reasons.insert(.compliance)
            reachCompliance()
        }
        if !lastAcceptedPulse.indices.contains(lead) { reasons.insert(.malformed) }
        if !isPowered { reasons.insert(.unpowered) }
        if reasons.isDisjoint(with: .malformed) { reasons.formUnion(timeReasons(segment, lead)) }
        var outcome = event(reasons.isEmpty ? .accepted : .refused, at: now)
        outcome.pair = segment.pair
        outcome.amplitude = segment.amplitude
        outcome.width = segment.width
        outcome.pulses = segment.pulses
        outcome.firstPulse = segment.firstPulse
        outcome.period = segment.period
        outcome.refusal = reasons
        log(outcome)
        guard reasons.isEmpty else {
            refusals += 1
            return reasons
        }
        let accepted = SegmentEcho(
            firstPulse: segment.firstPulse, period: segment.period, width: segment.width,
            amplitude: segment.amplitude, pulses: segment.pulses, lead: Int32(lead))
        lastAcceptedPulse[lead] = accepted.time(ofPulse: segment.pulses - 1).value
        queue.add(accepted, pair: segment.pair)
        echo = accepted
        return []
    }

    /// Takes away what waits, from `time` or now on, whichever is later; the lease runs on.
    public func cancel(from time: Microseconds) {
        let from = max(time, now)
        takeAway(from: from)
        log(event(.cancelled, at: from))
    }

    /// From when on pulses were cancelled since the last call; `Int64.max`: none.
    ///
    /// A segment that was accepted meanwhile runs: the cancellation came before it.
    public func takeCancellation() -> Microseconds {
        defer { untold = Microseconds(.max) }
        return untold
    }

    /// Output ends now, and so does the lease.
    public func stop() {
        isStopPressed = false
        takeAway(from: now)
        flags.insert(.stopped)
        log(event(.stopped, at: now))
        leaseEnd = Microseconds(.min)
    }

    /// The button on the device: output and lease end now, and reports say so until ``stop()``.
    public func pressStop() {
        if !isStopPressed { stop() }
        isStopPressed = true
    }

    /// The output stage loses its power until the next boot: nothing leaves, not even what nobody ordered.
    public func removePower() {
        stop()
        stray = nil
        isPowered = false
        log(event(.powerRemoved, at: now))
    }

    /// True once after the compliance limit was reached.
    func takeCompliance() -> Bool {
        defer { flags.remove(.compliance) }
        return flags.contains(.compliance)
    }

    func reachCompliance() {
        flags.insert(.compliance)
        complianceEvents += 1
    }

    /// What the electrode becomes, mΩ; the next measurement shows it.
    func changeImpedance(to milliohms: Int64) { specification.impedance = milliohms }

    private func measure(at time: Microseconds) {
        impedanceTime = time
        measuredImpedance = specification.impedance
    }

    private func endLease() {
        takeAway(from: leaseEnd)
        flags.insert(.leaseExpired)
        log(event(.leaseEnded, at: leaseEnd))
        leaseEnd = Microseconds(.min)
    }

    private func takeAway(from time: Microseconds) {
        queue.cancel(from: time.value)
        for lead in lastAcceptedPulse.indices {
            lastAcceptedPulse[lead] = min(lastAcceptedPulse[lead], time.value - 1)
        }
        if let known = echo { echo?.cancelledFrom = min(known.cancelledFrom, time) }
        if echo != nil { untold = min(untold, time) }
    }

    private func deliver(_ pulse: QueuedPulse) {
        deliveredPulses += 1
        deliveredCharge.value += pulse.charge.value
        largestAmplitude = max(largestAmplitude, pulse.amplitude)
        leads.add(pulse.charge, at: pulse.amplitude, lead: Int(pulse.lead))
        var delivered = event(.pulse, at: Microseconds(pulse.time))
        delivered.pair = pulse.pair
        delivered.amplitude = pulse.amplitude
        delivered.width = pulse.width
        delivered.pulses = 1
        log(delivered)
    }

    private func shapeReasons(_ segment: Segment) -> StimulatorRefusal {
        var reasons: StimulatorRefusal = []
        let (charge, overflow) = segment.amplitude.value.multipliedReportingOverflow(by: segment.width.value)
        let (span, endless) = segment.period.value.multipliedReportingOverflow(by: max(0, segment.pulses - 1))
        let end = segment.firstPulse.value.addingReportingOverflow(span)
        if overflow || charge < 0 || endless || end.overflow || segment.pulses < 1 || segment.pair < 0
            || segment.width.value < 1 || segment.interphase.value < 0
            || (segment.pulses > 1 && segment.period.value < 2 * segment.width.value + segment.interphase.value)
        {
            reasons.insert(.malformed)
        }
        if segment.amplitude.value < 0 || segment.amplitude > specification.ceilingAmplitude {
            reasons.insert(.amplitude)
        }
        let step = specification.amplitudeStep.value
        if step > 0, segment.amplitude.value % step != 0 { reasons.insert(.step) }
        return reasons
    }

    private func timeReasons(_ segment: Segment, _ lead: Int) -> StimulatorRefusal {
        var reasons: StimulatorRefusal = []
        let last = segment.firstPulse.value + segment.period.value * (segment.pulses - 1)
        if !hasLease { reasons.insert(.noLease) }
        if last >= leaseEnd.value { reasons.insert(.beyondLease) }
        if segment.firstPulse < now { reasons.insert(.late) }
        if segment.firstPulse.value <= lastAcceptedPulse[lead] { reasons.insert(.overlap) }
        if queue.isFull { reasons.insert(.full) }
        return reasons
    }

    private func event(_ kind: StimulatorEvent.Kind, at time: Microseconds) -> StimulatorEvent {
        StimulatorEvent(kind: kind, time: time, leaseEnd: leaseEnd)
    }

    private func log(_ event: StimulatorEvent) {
        if !record.push(event) { flags.insert(.recordLost) }
    }
}
