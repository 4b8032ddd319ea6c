public import Signal

/// What was heard and seen so far.
public struct FeedbackState: Sendable {
    private var ledger: Ledger
    private let limits: SensoryLimits

    /// Silence and darkness so far.
    public init(limits: SensoryLimits) {
        self.limits = limits
        ledger = Ledger(contacts: 1, lengths: [limits.doseWindow.value, limits.flashWindow.value])
    }

    /// Judges `feedback` at `now`; empty: permitted and debited.
    public mutating func judge(_ feedback: Feedback, at now: Microseconds) -> InterlockSet {
        var broken = InterlockSet.sensory
        let dose = FeedbackState.dose(feedback, against: limits.doseLevel)
        let isAudible = feedback.duration.value != 0
        let isSoundHeld = !isAudible || (feedback.soundLevel <= limits.soundLevel && holds(dose, at: now))
        let seen = ledger.charge(contact: 0, window: 1, at: now.value)
        let isLightHeld =
            feedback.flashes == 0 || sum(seen, feedback.flashes).map { $0 <= limits.flashes } ?? false
        let isInDomain = feedback.flashes >= 0 && feedback.duration.value >= 0
        broken.clear(
            .sensory, when: isInDomain && isSoundHeld && isLightHeld && (limits.allowsRed || !feedback.isRed))
        guard broken.isEmpty else { return broken }
        if isAudible { ledger.debit(contact: 0, window: 0, charge: dose, at: now.value) }
        ledger.debit(contact: 0, window: 1, charge: feedback.flashes, at: now.value)
        return broken
    }

    private func holds(_ dose: Int64?, at now: Microseconds) -> Bool {
        let heard = ledger.charge(contact: 0, window: 0, at: now.value)
        guard let all = sum(heard, dose) else { return false }
        return isProduct(all, 1, atMost: limits.doseDuration.value, 1_000_000)
    }

    /// Energy in millionths of a µs at the dose's level: 10^(ΔL/10) per µs, ΔL rounded up to whole dB (ITU-T H.870).
    private static func dose(_ feedback: Feedback, against level: Int64) -> Int64? {
        guard let excess = difference(feedback.soundLevel, level), (-100_000...100_000).contains(excess) else {
            return feedback.soundLevel < level ? 0 : nil
        }
        let decibels = quotientRoundedUp(excess + 100_000, 1_000)
        var energy = product(tenths[Int(decibels % 10)], feedback.duration.value)
        for place in 10..<20 where place < decibels / 10 { energy = product(energy, 10) }
        for place in 0..<10 where place >= decibels / 10 { energy = energy.map { quotientRoundedUp($0, 10) } }
        return energy
    }

    /// ⌈10⁶·10^(d/10)⌉ for d = 0…9.
    private static let tenths: [Int64] = [
        1_000_000, 1_258_926, 1_584_894, 1_995_263, 2_511_887, 3_162_278, 3_981_072, 5_011_873, 6_309_574, 7_943_283,
    ]
}
