import Interlocks
import Signal

/// Numbers that repeat for a seed (Steele, Lea, Flood 2014: SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The gate's decision, written a second time in another shape: lists of single pulses, quotients, Double and Int.
///
/// Only for the ranges that the property test draws: nothing overflows there.
struct Oracle {
    struct Pulse {
        let time: Int
        let end: Int
        let milliamperes: Double
        let charge: [Int]
        let net: [Int]
    }

    var pulses: [Pulse] = []
    var changed = 0
    var lastPeriod = 0
    /// nA and µs of the real-time base.
    var anchor = 0, anchorTime = 0

    /// Denial bits, by number, for one pair of contact 0 against contact 1.
    mutating func judge(_ s: Segment, _ e: Evidence, now: Int, _ l: Limits) -> Set<Int> {
        var bits = session(s, e, now, l)
        let amplitude = Int(s.amplitude.value), width = Int(s.width.value), charge = amplitude * width
        if s.waveform != .biphasicCathodicFirstSymmetric { bits.insert(8) }
        if !(Int(l.amplitude.lowerBound.value)...Int(l.amplitude.upperBound.value) ~= amplitude) { bits.insert(9) }
        if amplitude > Int(l.totalAmplitude.value) { bits.insert(10) }
        if !(Int(l.width.lowerBound.value)...Int(l.width.upperBound.value) ~= width) { bits.insert(11) }
        if s.interphase.value > l.interphase.upperBound.value { bits.insert(12) }
        if charge > Int(l.chargePerPhase.value) { bits.insert(14) }
        // 300 fC/µm² is 30 µC/cm², in floating point: charge in µC over area in cm².
        let density = Double(charge) * 1e-9 / (Double(l.contacts[0].area.value) * 1e-8)
        if density > Double(l.chargeDensity) / 10 * (1 + 1e-12) { bits.insert(15) }
        if charge > Oracle.rootRoundedDown(Int(l.shannonK) * Int(l.contacts[0].area.value)) { bits.insert(16) }
        if s.imbalance.value > l.imbalance.value { bits.insert(18) }
        let first = Int(s.firstPulse.value), period = Int(s.period.value)
        let gap = period - 2 * width - Int(s.interphase.value)
        if !(Int(l.period.lowerBound.value)...Int(l.period.upperBound.value) ~= period) { bits.insert(13) }
        if gap < Int(l.minimumInterPulse.value) { bits.insert(13) }
        if let last = pulses.last {
            if first - last.end < Int(l.minimumInterPulse.value) { bits.insert(13) }
            if first - last.time < Int(l.period.lowerBound.value) { bits.insert(13) }
            if first < last.end { bits.insert(40) }
        }
        if !ramp(amplitude, first, now, l) { bits.insert(20) }
        if let soft = l.soft {
            let isSoft =
                amplitude > Int(soft.amplitude.value)
                || density > Double(soft.chargeDensity) / 10 * (1 + 1e-12)
                || charge > Oracle.rootRoundedDown(Int(soft.shannonK) * Int(l.contacts[0].area.value))
            if isSoft { bits.insert(33) }
        }
        let new = (0..<Int(s.pulses)).map { index in
            Pulse(
                time: first + index * period, end: first + index * period + 2 * width + Int(s.interphase.value),
                milliamperes: Double(amplitude) / 1e6, charge: [charge],
                net: [(charge * Int(s.imbalance.value) + 999_999) / 1_000_000])
        }
        for window in 0..<4 where !fits(new, l.doseWindows[window], \.charge) { bits.insert(22) }
        if !fits(new, DoseWindow(length: Microseconds(1_000_000), charge: l.netCharge), \.net) { bits.insert(19) }
        if bits.isEmpty {
            let present = output(first, l)
            changed = Double(amplitude) / 1e6 == present.0 ? present.1 : first
            if present.0 == 0 || now - anchorTime >= 250_000 { (anchor, anchorTime) = (amplitude, now) }
            pulses += new
            lastPeriod = period
        }
        return bits
    }

    private func session(_ s: Segment, _ e: Evidence, _ now: Int, _ l: Limits) -> Set<Int> {
        var bits: Set<Int> = []
        let closed = e.mode == .closedLoop, fallback = e.mode == .fallback
        if !e.isArmed || [.off, .armed, .latched].contains(e.mode) { bits.insert(1) }
        if !e.limitsValid || (e.limitsExpired && !fallback) { bits.insert(2) }
        if !fallback && (e.tokenAge.value > l.tokenTimeout.value || !e.actorsHealthy) { bits.insert(3) }
        let end = Int(s.firstPulse.value) + Int(s.pulses - 1) * Int(s.period.value)
        let isOver = end + 2 * Int(s.width.value) + Int(s.interphase.value) > Int(e.leaseEnd.value)
        if isOver || now >= Int(e.leaseEnd.value) { bits.insert(4) }
        if e.stopRequested { bits.insert(5) }
        if e.latch != 0 { bits.insert(6) }
        if now - Int(s.firstPulse.value) > Int(l.tokenTimeout.value) { bits.insert(40) }
        if !fallback && !e.sequenceValid { bits.insert(40) }
        if closed && (e.sampleAge.value > 20_000 || e.gap.value > 2_000) { bits.insert(26) }
        if closed && (e.validChannels < 6 || e.signalSaturatedOrFlat) { bits.insert(27) }
        if closed && e.deadlineMissesInWindow > 3 { bits.insert(28) }
        if closed && !e.realtimeOrVirtual { bits.insert(43) }
        return bits
    }

    /// In mA, and since when.
    private func output(_ time: Int, _ l: Limits) -> (Double, Int) {
        guard let last = pulses.last else { return (0, 0) }
        let isPaused = time - last.time > max(Int(l.lease.value), 2 * lastPeriod)
        return isPaused ? (0, last.time) : (last.milliamperes, changed)
    }

    private func ramp(_ amplitude: Int, _ time: Int, _ now: Int, _ l: Limits) -> Bool {
        let present = output(time, l)
        let step = (Double(amplitude) / 1e6 - present.0) * 1e6
        if step.rounded() == 0 { return true }
        let seconds = Double(min(max(time - present.1, 0), 1_000_000)) / 1e6
        let rate = Double(step > 0 ? l.rampUp : l.rampDown)
        let real = min(max(Double(now - anchorTime) / 1e6, 0.25), 1) + Double(l.tokenTimeout.value) / 1e6
        if present.0 > 0, Double(abs(amplitude - anchor)) > rate * real + 1e-6 { return false }
        return abs(step).rounded() <= rate * seconds + 1e-6 && abs(step).rounded() <= Double(l.maximumStep.value)
    }

    /// Each new pulse together with all pulses whose bucket has not expired.
    private func fits(_ new: [Pulse], _ window: DoseWindow, _ part: KeyPath<Pulse, [Int]>) -> Bool {
        let length = max(16, (Int(window.length.value) + 63) / 64)
        for (index, pulse) in new.enumerated() {
            let old = pulses.reversed().prefix { pulse.time / length - $0.time / length <= 64 }
            let sum = old.reduce(0) { $0 + $1[keyPath: part][0] } + (index + 1) * pulse[keyPath: part][0]
            if sum > Int(window.charge.value) { return false }
        }
        return true
    }

    static func rootRoundedDown(_ square: Int) -> Int {
        var root = Int(Double(square).squareRoot())
        while root * root > square { root -= 1 }
        while (root + 1) * (root + 1) <= square { root += 1 }
        return root
    }
}
