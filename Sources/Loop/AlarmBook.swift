internal import Signal

/// One alarm for each cause, not one a tick: an interlock alarms when it breaks after at least a second of peace.
///
/// So a fault that lasts, or that flickers from tick to tick, is one alarm and not hundreds, and one that comes back
/// later is a new one (alarm fatigue: a false or repeated alarm is a hazard of its own).
struct AlarmBook: Sendable {
    /// A cause that was away for this long alarms again.
    static let peace: Int64 = 1_000_000
    private var seen = InlineArray<64, Int64>(repeating: .min)
    private var counts = InlineArray<64, Int64>(repeating: 0)
    /// Causes of the last second.
    private(set) var active: InterlockSet = []

    /// Takes in what one tick at `now` broke.
    mutating func take(_ broken: InterlockSet, at now: Microseconds) {
        var rest = broken.rawValue | active.rawValue
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            rest &= rest - 1
            let one = InterlockSet(bit: bit)
            let isAway = seen[bit] == .min || now.value - seen[bit] >= Self.peace
            if broken.contains(one) {
                if isAway { counts[bit] += 1 }
                seen[bit] = now.value
                active.insert(one)
            } else if isAway {
                active.remove(one)
            }
        }
    }

    /// How often each interlock alarmed, those that never did left out.
    var byNumber: [Int: Int64] {
        var result: [Int: Int64] = [:]
        for bit in 0..<64 where counts[bit] > 0 { result[bit] = counts[bit] }
        return result
    }
}

extension StimulationParts {
    /// From here on a sampling rate is worth an alarm; the interlock itself denies above 1 %.
    static let noticedRate = PartsPerMillion(4_000)

    /// What is worth an alarm although it denies nothing: a gap inside the limits, a rate half-way off (IL-26).
    var notices: InterlockSet {
        let isOff = watch.meter.deviation > Self.noticedRate
        return watch.validity.gapSamples > 0 || watch.hasDropped || isOff ? .sampleAge : []
    }
}
