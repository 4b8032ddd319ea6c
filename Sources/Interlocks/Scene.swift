import Signal

/// What one judgement knows, gathered once; the state stays with the caller, so that nothing is copied.
struct Scene {
    let segment: Segment, evidence: Evidence, now: Microseconds
    let plan: Plan
    let limits: Limits
    let isFallback: Bool, isClosedLoop: Bool
    /// The lead of the pair; of a rest, the lead with the number of its controller.
    let lead: Int
    /// The lead's output at the first pulse, and since when.
    let present: (amplitude: Nanoamperes, since: Microseconds)
    /// Rule (b): a step of a ramp-off, in a fallback.
    let isRampOffStep: Bool

    init(_ segment: Segment, _ evidence: Evidence, _ state: GateState, _ now: Microseconds, _ limits: Limits) {
        (self.segment, self.evidence, self.now, self.limits) = (segment, evidence, now, limits)
        plan = Plan(segment, under: limits)
        (isFallback, isClosedLoop) = (evidence.mode == .fallback, evidence.mode == .closedLoop)
        lead = plan.pair?.lead ?? Int(evidence.controller)
        present = state.output(lead: lead, at: segment.firstPulse)
        isRampOffStep = evidence.mode == .fallback && Scene.lowers(segment, from: present)
    }

    /// Lower than the output, or level with it for at most a second; a rest is the last step.
    private static func lowers(_ segment: Segment, from present: (amplitude: Nanoamperes, since: Microseconds)) -> Bool
    {
        if segment.isRest || segment.amplitude < present.amplitude { return true }
        guard let level = difference(segment.firstPulse.value, present.since.value) else { return false }
        return segment.amplitude == present.amplitude && level <= 1_000_000
    }

    /// True if `holds(contact, its index, contacts that share the current)` for every contact; false without a pair.
    func allContacts(_ holds: (Contact, Int, Int64) -> Bool) -> Bool {
        plan.pair?.allSatisfy { holds(limits.contacts[$0], $0, $1) } ?? false
    }
}
