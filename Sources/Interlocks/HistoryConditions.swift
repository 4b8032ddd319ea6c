import Signal

/// IL-13, 19, 20, 22, 23: a segment against what was permitted before it.
func judgeHistory(_ scene: Scene, _ state: GateState, _ broken: inout InterlockSet) {
    let (plan, limits, evidence) = (scene.plan, scene.limits, scene.evidence)
    let isPeriodInRange = limits.period.contains(scene.segment.period)
    broken.clear(.frequencyOrGap, when: isPeriodInRange && isGapHeld(scene, state))
    broken.clear(.ramp, when: isRampHeld(scene, state))
    broken.clear(.train, when: isTrainHeld(scene, state))
    guard let charge = plan.charge, let net = plan.netCharge, let pair = plan.pair else { return }
    let isEven = isMagnitude(evidence.measuredNetCharge.value, atMost: limits.netCharge.value)
    let isNetHeld = pair.allSatisfy { index, shares in
        fits(scene, state, quotientRoundedUp(net, shares), index, state.windowCount, limits.netCharge.value)
    }
    broken.clear(.netCurrent, when: isNetHeld && (!limits.measuresBalance || isEven))
    let reserve = limits.doseMode == .continuous || scene.isRampOffStep ? 0 : rampOffReserve(scene.segment, limits)
    let isDoseHeld = pair.allSatisfy { index, shares in
        guard let kept = reserve.map({ quotientRoundedUp($0, shares) }) else { return false }
        var holds = isDutyHeld(scene, state, index, \.duty.value)
        for (window, dose) in limits.doseWindows.enumerated() {
            guard let limit = difference(dose.charge.value, kept) else { return false }
            if !fits(scene, state, quotientRoundedUp(charge, shares), index, window, limit) { holds = false }
        }
        return holds
    }
    let isLedgerWhole = !limits.doseWindows.isEmpty && limits.doseWindows.count == state.windowCount
    broken.clear(.doseWindow, when: isLedgerWhole && isDoseHeld && isDayHeld(scene, state))
}

/// The ring of `contact` takes `amount` with every pulse of the segment and stays at or under `limit`.
private func fits(
    _ scene: Scene, _ state: GateState, _ amount: Int64, _ contact: Int, _ ring: Int, _ limit: Int64
) -> Bool {
    state.ledger.holds(
        amount, pulses: scene.segment.pulses, first: scene.segment.firstPulse.value,
        period: scene.segment.period.value, contact: contact, window: ring, limit: limit)
}

/// The pause between two pulses, inside the segment and towards the pulse before it: the phase is carried.
private func isGapHeld(_ scene: Scene, _ state: GateState) -> Bool {
    let (segment, limits) = (scene.segment, scene.limits)
    guard let gap = difference(segment.period.value, scene.plan.pulseLength), gap >= limits.minimumInterPulse.value
    else { return false }
    guard let history = state.lead(scene.lead), let last = history.lastPulse else { return true }
    guard let pause = history.pause(before: segment), let period = difference(segment.firstPulse.value, last.value)
    else { return false }
    return pause >= limits.minimumInterPulse.value && period >= limits.period.lowerBound.value
}

/// |ΔI|·10⁶ ≤ rate·Δt (µs) and |ΔI| ≤ the largest step, in two time bases.
///
/// Stated time: Δt from the last change, at most 1 s. The judge's clock: against the amplitude of its last quarter of a
/// second, with the token timeout as allowance, because a stated time may run ahead of the clock by as much.
private func isRampHeld(_ scene: Scene, _ state: GateState) -> Bool {
    let (segment, present, limits) = (scene.segment, scene.present, scene.limits)
    guard let history = state.lead(scene.lead), let step = distance(segment.amplitude, present.amplitude),
        let elapsed = difference(segment.firstPulse.value, present.since.value)
    else { return false }
    if step == 0 { return true }
    let rate = segment.amplitude > present.amplitude ? limits.rampUp : limits.rampDown
    guard isProduct(step, 1_000_000, atMost: rate, min(elapsed, 1_000_000)), step <= limits.maximumStep.value
    else { return false }
    guard let anchoredAt = history.anchoredAt, present.amplitude.value != 0 else { return true }
    guard let real = difference(scene.now.value, anchoredAt.value),
        let far = distance(segment.amplitude, history.anchor)
    else { return false }
    let allowance = min(limits.tokenTimeout.value, CompiledCeilings.tokenTimeout.value)
    return isProduct(far, 1_000_000, atMost: rate, min(max(real, 250_000), 1_000_000) + allowance)
}

private func distance(_ a: Nanoamperes, _ b: Nanoamperes) -> Int64? { difference(max(a, b).value, min(a, b).value) }

/// A train is no longer than the longest, and two of them stand the gap apart.
private func isTrainHeld(_ scene: Scene, _ state: GateState) -> Bool {
    guard let train = scene.limits.train else { return scene.limits.doseMode != .burst }
    guard let history = state.lead(scene.lead) else { return false }
    let isContinued = history.continuesTrain(scene.segment)
    let start = isContinued ? history.trainStart?.value : scene.segment.firstPulse.value
    guard let length = difference(scene.plan.end, start), length <= train.longest.value else { return false }
    let isApart = history.pause(before: scene.segment).map { $0 >= train.gap.value }
    return isContinued || isApart ?? (history.lastPulse == nil)
}

/// Time in trains over each window, at most `duty(window)` millionths of it; all of it always holds.
func isDutyHeld(_ scene: Scene, _ state: GateState, _ contact: Int, _ duty: (DoseWindow) -> Int64) -> Bool {
    var holds = true
    for (window, dose) in scene.limits.doseWindows.enumerated() where duty(dose) < 1_000_000 {
        let share = product(dose.length.value / 1_000_000, duty(dose)) ?? .min
        let ring = state.windowCount + 1 + window
        if !fits(scene, state, scene.segment.period.value, contact, ring, share) { holds = false }
    }
    return holds
}

/// Trains of a lead in 24 h.
private func isDayHeld(_ scene: Scene, _ state: GateState) -> Bool {
    guard let train = scene.limits.train, let history = state.lead(scene.lead), !history.continuesTrain(scene.segment)
    else { return true }
    let day = state.trains.charge(contact: scene.lead, window: 0, at: scene.segment.firstPulse.value)
    return sum(day, 1).map { $0 <= train.perDay } ?? false
}

/// Charge of the signed ramp-down from the segment's amplitude at its width and rate: n pulses of I/2 on average.
private func rampOffReserve(_ segment: Segment, _ limits: Limits) -> Int64? {
    guard let perPulse = product(limits.rampDown, segment.period.value).map({ $0 / 1_000_000 }) else { return nil }
    let step = min(perPulse, limits.maximumStep.value)
    guard step > 0 else { return nil }
    let pulses = quotientRoundedUp(segment.amplitude.value, step)
    let sum = product(pulses, segment.amplitude.value).map { quotientRoundedUp($0, 2) }
    return product(sum, segment.width.value)
}
