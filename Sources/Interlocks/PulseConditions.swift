import Signal

/// IL-07 to 12, 39, 41: the operands of a segment, one by one.
func judgeShape(_ scene: Scene, _ state: GateState, _ broken: inout InterlockSet) {
    let (segment, limits) = (scene.segment, scene.limits)
    broken.clear(.contactOrPair, when: scene.allContacts { contact, _, _ in contact.mayStimulate })
    broken.clear(.waveformClass, when: limits.waveforms >> segment.waveform.rawValue & 1 == 1)
    let highest = min(limits.amplitude.upperBound, scene.evidence.patientMaximum ?? limits.amplitude.upperBound)
    let isInRange = scene.plan.pair == nil ? segment.amplitude <= highest : isShare(atMost: highest, scene)
    broken.clear(.amplitude, when: segment.amplitude >= limits.amplitude.lowerBound && isInRange)
    broken.clear(.summedAmplitude, when: segment.amplitude <= limits.totalAmplitude)
    broken.clear(.pulseWidth, when: limits.width.contains(segment.width))
    broken.clear(.interphase, when: limits.interphase.contains(segment.interphase))
    broken.clear(.operandDomain, when: scene.plan.isComputable)
    let controller = scene.evidence.controller
    let isOwner = scene.allContacts { contact, index, _ in
        contact.kind == .returnCase || state.owners[index] < 0 || state.owners[index] == controller
    }
    broken.clear(.ownership, when: controller >= 0 && (scene.plan.pair == nil || isOwner))
}

/// IL-14 to 16, 18, 33, 38: the charge of one pulse, on every contact with its own share, returns included.
func judgeCharge(_ scene: Scene, _ broken: inout InterlockSet) {
    let (limits, evidence) = (scene.limits, scene.evidence)
    let isEven = isMagnitude(evidence.measuredImbalance.value, atMost: limits.imbalance.value)
    let isMeasuredHeld = !limits.measuresBalance || isEven
    broken.clear(.imbalance, when: scene.segment.imbalance <= limits.imbalance && isMeasuredHeld)
    guard let charge = scene.plan.charge else { return }
    broken.clear(.chargePerPhase, when: charge <= limits.chargePerPhase.value)
    guard scene.plan.pair != nil else { return }
    let isDensityHeld = limits.chargeDensity <= CompiledCeilings.chargeDensity
    broken.clear(.chargeDensity, when: isDensityHeld && isDensity(charge, atMost: limits.chargeDensity, scene))
    let isShannonHeld = limits.shannonK <= CompiledCeilings.shannonK
    broken.clear(.shannon, when: isShannonHeld && isShannon(charge, atMost: limits.shannonK, scene))
    let isInjectionHeld = scene.allContacts { contact, _, shares in
        guard let density = contact.chargeInjectionDensity else { return contact.kind == .returnCase }
        return isProduct(charge, 1, atMost: density, contact.area.value, shares)
    }
    broken.clear(.chargeInjection, when: isInjectionHeld)
    guard let soft = limits.soft else { return broken.clear(.acknowledgement, when: true) }
    var excess = SoftLimitSet()
    if !isShare(atMost: soft.amplitude, scene) { excess.insert(.amplitude) }
    if !isDensity(charge, atMost: soft.chargeDensity, scene) { excess.insert(.chargeDensity) }
    if !isShannon(charge, atMost: soft.shannonK, scene) { excess.insert(.shannon) }
    broken.clear(.acknowledgement, when: excess.isSubset(of: evidence.acknowledged))
}

/// I/n at most `highest` on every contact but a return case.
private func isShare(atMost highest: Nanoamperes, _ scene: Scene) -> Bool {
    scene.allContacts { contact, _, shares in
        contact.kind == .returnCase || isProduct(scene.segment.amplitude.value, 1, atMost: highest.value, shares)
    }
}

/// Q/n ≤ D·A on every contact but microelectrodes, which have a charge limit of their own.
private func isDensity(_ charge: Int64, atMost density: Int64, _ scene: Scene) -> Bool {
    scene.allContacts { contact, _, shares in
        contact.kind == .micro || isProduct(charge, 1, atMost: density, contact.area.value, shares)
    }
}

/// (Q/n)² ≤ K·A as Q² ≤ n²·K·A on macroelectrodes: Shannon's line was drawn for them.
private func isShannon(_ charge: Int64, atMost k: UInt64, _ scene: Scene) -> Bool {
    scene.allContacts { contact, _, shares in
        guard contact.kind.isMacro else { return true }
        guard let k = Int64(exactly: k), let squared = product(shares, shares) else { return false }
        return isProduct(charge, charge, atMost: k, contact.area.value, squared)
    }
}

/// IL-17, 25: what only some contacts have, a charge limit of their own and an impedance.
func judgeContacts(_ scene: Scene, _ state: GateState, _ broken: inout InterlockSet) {
    // Rule (d): age denies the closed loop, value and step every pulse but a ramp-off's.
    let isImpedanceHeld = scene.allContacts { _, index, _ in
        let isYoung = !scene.isClosedLoop || state.knowsImpedance(of: index, at: scene.now)
        return isYoung && (scene.isRampOffStep || state.isImpedanceInRange(index))
    }
    broken.clear(.impedance, when: isImpedanceHeld)
    guard let charge = scene.plan.charge else { return }
    let halfOfLong = { (dose: DoseWindow) in dose.length.value < 2_000_000 ? 1_000_000 : Int64(500_000) }
    let isHalfHeld = scene.limits.doseWindows.contains { halfOfLong($0) == 500_000 }
    let isMicroHeld = scene.allContacts { contact, index, shares in
        guard contact.kind == .micro else { return true }
        let bound = min(contact.microChargePerPhase, CompiledCeilings.microCharge)
        guard isProduct(charge, 1, atMost: bound.value, shares) else { return false }
        let isSmall = isProduct(charge, 1, atMost: CompiledCeilings.microChargeWithoutEvidence.value, shares)
        return isSmall || (contact.hasMicroEvidence && isHalfHeld && isDutyHeld(scene, state, index, halfOfLong))
    }
    broken.clear(.microCharge, when: isMicroHeld)
}
