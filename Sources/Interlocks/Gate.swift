public import Signal

/// The right to deliver one segment, once.
///
/// Only ``judge(_:evidence:state:at:under:)`` makes one and a stimulator consumes it: a segment that was not judged,
/// or is delivered twice, does not compile.
public struct Permit: ~Copyable, Sendable {
    /// What may be delivered.
    public let segment: Segment
    /// The right ends here, in µs since the start of the session.
    public let validUntil: Microseconds

    fileprivate init(_ segment: Segment, validUntil: Microseconds) {
        (self.segment, self.validUntil) = (segment, validUntil)
    }
}

/// The answer to one proposal.
public struct Verdict: ~Copyable, Sendable {
    /// Every interlock that the proposal breaks.
    public let broken: InterlockSet
    /// A permitted rest has no permit: there is nothing to deliver.
    public let isPermitted: Bool
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
    var broken = InterlockSet.implemented.union(.incomplete)
    let plan = Plan(segment, under: limits)
    judgeSession(plan, evidence, state, now, limits, &broken)
    judgeLink(plan, evidence, state, now, limits, &broken)
    judgeSensing(evidence, limits, &broken)
    judgeShape(plan, limits, &broken)
    judgeCharge(plan, limits, &broken)
    judgeHistory(plan, state, limits, &broken)
    broken.remove(.incomplete)
    if segment.isRest {
        broken.subtract(.ofPulses)
        let isPermitted = reaction(of: broken, in: evidence.mode, under: limits).isSubset(of: .deny)
        return Verdict(broken: broken, isPermitted: isPermitted, permit: nil)
    }
    guard broken.isEmpty else { return Verdict(broken: broken, isPermitted: false, permit: nil) }
    state.debit(plan)
    let (leaseOfNow, overflow) = now.value.addingReportingOverflow(limits.lease.value)
    let end = overflow ? evidence.leaseEnd : min(evidence.leaseEnd, Microseconds(leaseOfNow))
    return Verdict(broken: broken, isPermitted: true, permit: Permit(segment, validUntil: end))
}
