public import Signal

/// The right to deliver one segment, once.
///
/// Only ``judge(_:evidence:state:at:under:)`` makes one and a stimulator consumes it: a segment that was not judged,
/// or is delivered twice, does not compile.
public struct Permit: ~Copyable, Sendable {
    /// What may be delivered, and until when, in µs since the start of the session.
    public let segment: Segment, validUntil: Microseconds

    fileprivate init(_ segment: Segment, validUntil: Microseconds) {
        (self.segment, self.validUntil) = (segment, validUntil)
    }
}

/// The answer to one proposal.
public struct Verdict: ~Copyable, Sendable {
    /// Every interlock that the proposal breaks; a permitted rest has no permit: there is nothing to deliver.
    public let broken: InterlockSet, isPermitted: Bool
    private var permit: Permit?

    fileprivate init(broken: InterlockSet, isPermitted: Bool, permit: consuming Permit?) {
        (self.broken, self.isPermitted) = (broken, isPermitted)
        self.permit = permit
    }

    /// The permit, if any, and the end of the verdict.
    public consuming func takePermit() -> Permit? { permit }
}

/// Judges `segment` at time `now` (µs since the start of the session).
///
/// Pure: everything it knows is in its arguments. Every condition is evaluated. The word starts with each implemented
/// bit and "incomplete" set and a condition that holds clears its own, so that a condition which was skipped denies.
/// A permit debits `state` with every pulse; a denial changes nothing. A rest is permitted unless a broken interlock
/// asks for more than a denial, and debits nothing.
public func judge(
    _ segment: Segment, evidence: Evidence, state: inout GateState, at now: Microseconds, under limits: Limits
) -> Verdict {
    var broken = InterlockSet.implemented.subtracting(.sensory).union(.incomplete)
    let scene = Scene(segment, evidence, state, now, limits)
    judgeSession(scene, state, &broken)
    judgeLink(scene, state, &broken)
    judgeDevice(scene, &broken)
    judgeSensing(scene, state, &broken)
    judgeShape(scene, state, &broken)
    judgeCharge(scene, &broken)
    judgeContacts(scene, state, &broken)
    judgeHistory(scene, state, &broken)
    broken.remove(.incomplete)
    if segment.isRest { broken.subtract(.ofPulses) }
    let asked = reaction(of: broken, evidence: evidence, under: limits)
    let isPermitted = segment.isRest ? asked.isSubset(of: .deny) : broken.isEmpty
    guard isPermitted else { return Verdict(broken: broken, isPermitted: false, permit: nil) }
    state.aim(scene)
    if segment.isRest { return Verdict(broken: broken, isPermitted: true, permit: nil) }
    state.debit(scene.plan, at: now)
    let (leaseOfNow, overflow) = now.value.addingReportingOverflow(limits.lease.value)
    let end = overflow ? evidence.leaseEnd : min(evidence.leaseEnd, Microseconds(leaseOfNow))
    return Verdict(broken: broken, isPermitted: true, permit: Permit(segment, validUntil: end))
}

extension InterlockSet {
    /// Clears `interlock` where its condition holds; what nobody clears denies.
    mutating func clear(_ interlock: InterlockSet, when holds: Bool) {
        if holds { remove(interlock) }
    }
}
