import Signal

/// IL-07 to 12, 39: the operands of a segment, one by one.
func judgeShape(_ plan: Plan, _ limits: Limits, _ broken: inout InterlockSet) {
    let segment = plan.segment
    let mayStimulate = plan.pair?.allSatisfy { index, _ in limits.contacts[index].mayStimulate } ?? false
    broken.clear(.contactOrPair, when: mayStimulate)
    let isAllowed = limits.waveforms >> segment.waveform.rawValue & 1 == 1
    broken.clear(.waveformClass, when: isAllowed)
    let isShareInRange =
        plan.pair?.allSatisfy { index, shares in
            limits.contacts[index].kind == .returnCase
                || isProduct(segment.amplitude.value, 1, atMost: limits.amplitude.upperBound.value, shares)
        } ?? (segment.amplitude <= limits.amplitude.upperBound)
    broken.clear(.amplitude, when: segment.amplitude >= limits.amplitude.lowerBound && isShareInRange)
    broken.clear(.summedAmplitude, when: segment.amplitude <= limits.totalAmplitude)
    broken.clear(.pulseWidth, when: limits.width.contains(segment.width))
    broken.clear(.interphase, when: limits.interphase.contains(segment.interphase))
    broken.clear(.operandDomain, when: plan.isComputable)
}

/// IL-14 to 18, 38: the charge of one pulse, on every contact with its own share, returns included.
func judgeCharge(_ plan: Plan, _ limits: Limits, _ broken: inout InterlockSet) {
    let imbalance = plan.segment.imbalance
    broken.clear(.imbalance, when: imbalance <= limits.imbalance)
    guard let charge = plan.charge else { return }
    broken.clear(.chargePerPhase, when: charge <= limits.chargePerPhase.value)
    guard let pair = plan.pair else { return }
    let contacts = limits.contacts
    let isDensityHeld = pair.allSatisfy { index, shares in
        contacts[index].kind == .micro
            || isProduct(charge, 1, atMost: limits.chargeDensity, contacts[index].area.value, shares)
    }
    broken.clear(.chargeDensity, when: limits.chargeDensity <= CompiledCeilings.chargeDensity && isDensityHeld)
    let isShannonHeld = pair.allSatisfy { index, shares in
        !contacts[index].kind.isMacro || isBelowShannon(charge, contacts[index], shares, limits)
    }
    broken.clear(.shannon, when: isShannonHeld)
    let isMicroHeld = pair.allSatisfy { index, shares in
        let bound = min(contacts[index].microChargePerPhase, CompiledCeilings.microCharge)
        return contacts[index].kind != .micro || isProduct(charge, 1, atMost: bound.value, shares)
    }
    broken.clear(.microCharge, when: isMicroHeld)
    let isInjectionHeld = pair.allSatisfy { index, shares in
        guard let density = contacts[index].chargeInjectionDensity else { return contacts[index].kind == .returnCase }
        return isProduct(charge, 1, atMost: density, contacts[index].area.value, shares)
    }
    broken.clear(.chargeInjection, when: isInjectionHeld)
}

/// (Q/n)² ≤ K·A as Q² ≤ n²·K·A.
private func isBelowShannon(_ charge: Int64, _ contact: Contact, _ shares: Int64, _ limits: Limits) -> Bool {
    guard limits.shannonK <= CompiledCeilings.shannonK, let squared = product(shares, shares) else { return false }
    return isProduct(charge, charge, atMost: Int64(limits.shannonK), contact.area.value, squared)
}

extension ElectrodeKind {
    /// Shannon's line was drawn for macroelectrodes; on a microelectrode it permits harm.
    var isMacro: Bool {
        switch self {
        case .macroRing, .macroSegment, .strip, .seeg: true
        case .micro, .scalp, .returnCase: false
        }
    }
}

/// IL-13, 19, 20, 22: a segment against what was permitted before it.
func judgeHistory(_ plan: Plan, _ state: GateState, _ limits: Limits, _ broken: inout InterlockSet) {
    let isPeriodInRange = limits.period.contains(plan.segment.period)
    broken.clear(.frequencyOrGap, when: isPeriodInRange && isGapHeld(plan, state, limits))
    broken.clear(.ramp, when: isRampHeld(plan.segment, state, limits))
    guard let charge = plan.charge, let net = plan.netCharge, let pair = plan.pair else { return }
    let fits = { (charge: Int64, contact: Int, window: Int, limit: Femtocoulombs) in
        state.ledger.holds(
            charge, pulses: plan.segment.pulses, first: plan.segment.firstPulse.value,
            period: plan.segment.period.value, contact: contact, window: window, limit: limit.value)
    }
    let isNetHeld = pair.allSatisfy { index, shares in
        fits(quotientRoundedUp(net, shares), index, state.windowCount, limits.netCharge)
    }
    broken.clear(.netCurrent, when: isNetHeld)
    let isDoseHeld = pair.allSatisfy { index, shares in
        let share = quotientRoundedUp(charge, shares)
        var holds = true
        for window in limits.doseWindows.indices
        where !fits(share, index, window, limits.doseWindows[window].charge) { holds = false }
        return holds
    }
    let isLedgerWhole = !limits.doseWindows.isEmpty && limits.doseWindows.count == state.windowCount
    broken.clear(.doseWindow, when: isLedgerWhole && isDoseHeld)
}

/// The pause between two pulses, inside the segment and towards the pulse before it: the phase is carried.
private func isGapHeld(_ plan: Plan, _ state: GateState, _ limits: Limits) -> Bool {
    guard let gap = difference(plan.segment.period.value, plan.pulseLength), gap >= limits.minimumInterPulse.value
    else { return false }
    guard let last = state.lastPulse, let end = state.lastPulseEnd else { return true }
    guard let pause = difference(plan.segment.firstPulse.value, end.value),
        let period = difference(plan.segment.firstPulse.value, last.value)
    else { return false }
    return pause >= limits.minimumInterPulse.value && period >= limits.period.lowerBound.value
}

/// |ΔI|·10⁶ ≤ rate·Δt (µs) from the last change, at most 1 s, and |ΔI| ≤ the largest step.
private func isRampHeld(_ segment: Segment, _ state: GateState, _ limits: Limits) -> Bool {
    let present = state.output(at: segment.firstPulse)
    let (low, high) = (min(present.amplitude, segment.amplitude), max(present.amplitude, segment.amplitude))
    guard let step = difference(high.value, low.value), step <= limits.maximumStep.value else { return false }
    let rate = segment.amplitude > present.amplitude ? limits.rampUp : limits.rampDown
    guard let elapsed = difference(segment.firstPulse.value, present.since.value) else { return false }
    return step == 0 || isProduct(step, 1_000_000, atMost: rate, min(max(elapsed, 0), 1_000_000))
}
