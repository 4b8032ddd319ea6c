import Signal

/// A segment with what follows from it, computed once: all sums and products that could overflow.
struct Plan {
    let segment: Segment
    /// Nil where the segment names no pair of the limits.
    let pair: ContactPair?
    /// Leading phase of the pair, fC; nil where the operands lie outside their domain or a product overflows.
    let charge: Int64?
    /// |Q1 + Q2| of one pulse of the pair, fC, rounded up.
    let netCharge: Int64?
    /// Two phases and the interphase, µs.
    let pulseLength: Int64?
    /// Start and end of the last pulse.
    let lastPulse: Int64?, end: Int64?

    init(_ segment: Segment, under limits: Limits) {
        self.segment = segment
        pair = Plan.pair(of: segment, under: limits)
        let isInDomain =
            segment.amplitude.value >= 0 && segment.width.value > 0 && segment.interphase.value >= 0
            && segment.period.value > 0 && segment.pulses >= 1
        charge = isInDomain ? product(segment.amplitude.value, segment.width.value) : nil
        netCharge = charge.flatMap { product($0, segment.imbalance.value) }.map { quotientRoundedUp($0, 1_000_000) }
        pulseLength = isInDomain ? sum(product(segment.width.value, 2), segment.interphase.value) : nil
        let span = isInDomain ? product(segment.pulses - 1, segment.period.value) : nil
        lastPulse = sum(span, segment.firstPulse.value)
        end = sum(lastPulse, pulseLength)
    }

    /// Every operand lies in its domain and every product fits.
    var isComputable: Bool {
        product(charge, segment.pulses) != nil && netCharge != nil && end != nil && segment.imbalance.value >= 0
    }

    /// The pair, if it exists, has two sides and names no contact twice.
    private static func pair(of segment: Segment, under limits: Limits) -> ContactPair? {
        guard limits.pairs.indices.contains(Int(segment.pair)) else { return nil }
        let pair = limits.pairs[Int(segment.pair)]
        let isWhole = pair.allSatisfy { index, _ in
            limits.contacts.indices.contains(index) && pair.uses(of: index) == 1
        }
        return isWhole && (0..<CompiledCeilings.leads).contains(pair.lead) && !pair.cathodes.isEmpty
            && !pair.anodes.isEmpty ? pair : nil
    }
}

extension ContactPair {
    /// How often a contact is named, on both sides.
    func uses(of contact: Int) -> Int {
        cathodes.count(where: { $0 == contact }) + anodes.count(where: { $0 == contact })
    }

    /// True if `holds(contact index, number of contacts that share the current with it)` for every contact.
    func allSatisfy(_ holds: (Int, Int64) -> Bool) -> Bool {
        var all = true
        for index in cathodes where !holds(index, Int64(cathodes.count)) { all = false }
        for index in anodes where !holds(index, Int64(anodes.count)) { all = false }
        return all
    }
}
