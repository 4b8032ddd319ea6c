import Glibc
import Signal

/// One boundary of what a pulse may be, in the plane of pulse width and amplitude.
public struct LimitCurve: Hashable, Sendable {
    /// Each limit is one of three forms; a limit on charge is a hyperbola.
    public enum Shape: Hashable, Sendable {
        /// Amplitude at most (or, where `isFloor`, at least) so many nA.
        case amplitude(Int64)
        /// Width at most (or at least) so many µs.
        case width(Int64)
        /// Amplitude × width at most so many fC.
        case charge(Int64)
        /// A single pulse: nA and µs.
        case point(Int64, Int64)
    }

    /// One letter, the same in the terminal and in the picture.
    public var letter: Character
    /// The key or rule, with its value: `charge density 30 µC/cm² on 2a (1.5 mm²)`.
    public var name: String
    public var shape: Shape
    /// True for the lower end of a range.
    public var isFloor = false
    public var weight: Weight

    /// What stands behind a curve.
    public enum Weight: String, Hashable, Sendable {
        /// The gate denies every pulse beyond it.
        case hard
        /// The gate denies pulses beyond it until a clinician has acknowledged it.
        case soft
        /// Not a limit of a single pulse: compliance, patient, baseline, dose.
        case compared
    }

    /// Largest amplitude, nA, that the curve leaves at `width` µs; nil for a limit on width and for a point.
    public func amplitude(at width: Int64) -> Fraction? {
        switch shape {
        case .amplitude(let value): Fraction(value)
        case .charge(let charge): Fraction(UInt128(max(0, charge)), over: UInt128(max(1, width)))
        case .width, .point: nil
        }
    }
}

/// What a single pulse on one pair may be: the hard limits that the gate holds it against, and the other lines that
/// a person wants to see beside them.
public struct PermittedRegion: Hashable, Sendable {
    public var pair: String
    /// nA over the pair.
    public var amplitude: ClosedRange<Int64>
    /// µs.
    public var width: ClosedRange<Int64>
    /// fC over the pair, and which rule says so: the smallest of all limits on charge.
    public var charge: Int64
    /// nA and fC over the pair that need no acknowledgement.
    public var recommendedAmplitude: Int64
    public var recommendedCharge: Int64
    public var curves: [LimitCurve]

    /// Whether a pulse of `amplitude` nA and `width` µs keeps every hard limit that concerns a single pulse.
    public func permits(amplitude: Int64, width: Int64) -> Bool {
        guard self.amplitude.contains(amplitude), self.width.contains(width) else { return false }
        return UInt128(max(0, amplitude)) * UInt128(max(0, width)) <= UInt128(max(0, charge))
    }

    /// Whether such a pulse keeps the soft limits too.
    public func recommends(amplitude: Int64, width: Int64) -> Bool {
        permits(amplitude: amplitude, width: width) && amplitude <= recommendedAmplitude
            && UInt128(max(0, amplitude)) * UInt128(max(0, width)) <= UInt128(max(0, recommendedCharge))
    }
}

extension LimitsFile {
    /// The region of the pair with index `index`; curves of soft limits, patient and baseline included.
    public func region(ofPair index: Int) -> PermittedRegion? {
        guard pairs.indices.contains(index) else { return nil }
        let sides = PairSides(self, pairs[index])
        let (hardCurves, softCurves) = (hardCurves(sides), softCurves(sides))
        let (most, charge) = Self.smallest(hardCurves)
        let (softMost, softCharge) = Self.smallest(softCurves)
        let largest = min(most, sides.largestAmplitude)
        return PermittedRegion(
            pair: pairs[index].id.text, amplitude: min(hard.amplitude.min.value, largest)...largest,
            width: hard.pulseWidth.min.value...hard.pulseWidth.max.value, charge: charge,
            recommendedAmplitude: min(largest, softMost), recommendedCharge: min(charge, softCharge),
            curves: hardCurves + softCurves + otherCurves(sides, index))
    }

    /// The smallest amplitude and the smallest charge that `curves` leave.
    private static func smallest(_ curves: [LimitCurve]) -> (amplitude: Int64, charge: Int64) {
        var (amplitude, charge) = (Int64.max, Int64.max)
        for curve in curves where !curve.isFloor {
            if case .amplitude(let value) = curve.shape { amplitude = min(amplitude, value) }
            if case .charge(let value) = curve.shape { charge = min(charge, value) }
        }
        return (amplitude, charge)
    }

    private func hardCurves(_ sides: PairSides) -> [LimitCurve] {
        var curves = [
            LimitCurve(
                letter: "A", name: "amplitude \(shown(hard.amplitude.max)) per contact",
                shape: .amplitude(sides.amplitude(perContact: hard.amplitude.max.value)), weight: .hard),
            LimitCurve(
                letter: "T", name: "total amplitude \(shown(hard.totalAmplitude))",
                shape: .amplitude(hard.totalAmplitude.value), weight: .hard),
            LimitCurve(
                letter: "w", name: "pulse width from \(shown(hard.pulseWidth.min))",
                shape: .width(hard.pulseWidth.min.value), isFloor: true, weight: .hard),
            LimitCurve(
                letter: "W", name: "pulse width to \(shown(hard.pulseWidth.max))",
                shape: .width(hard.pulseWidth.max.value), weight: .hard),
            LimitCurve(
                letter: "Q", name: "charge per phase \(shown(hard.chargePerPhase))",
                shape: .charge(hard.chargePerPhase.value), weight: .hard),
        ]
        if hard.amplitude.min.value > 0 {
            curves.append(
                LimitCurve(
                    letter: "m", name: "amplitude from \(shown(hard.amplitude.min))",
                    shape: .amplitude(hard.amplitude.min.value), isFloor: true, weight: .hard))
        }
        if let (charge, contact) = sides.charge(density: hard.chargeDensity.value) {
            curves.append(charged("D", "charge density \(shown(hard.chargeDensity))", charge, contact))
        }
        if let (charge, contact) = sides.charge(shannon: hard.shannonK.value) {
            curves.append(charged("K", "Shannon k = \(hard.shannonK.text)", charge, contact))
        }
        if let (charge, contact) = sides.chargeOfMicroelectrodes() {
            curves.append(charged("M", "charge of a microelectrode", charge, contact))
        }
        if let (charge, contact) = sides.chargeOfInjection() {
            let limit = electrode(of: contact)?.chargeInjection.map(shown) ?? ""
            curves.append(charged("J", "charge injection \(limit)", charge, contact))
        }
        return curves
    }

    private func softCurves(_ sides: PairSides) -> [LimitCurve] {
        var curves = [
            LimitCurve(
                letter: "a", name: "soft amplitude \(shown(soft.amplitude))",
                shape: .amplitude(sides.amplitude(perContact: soft.amplitude.value)), weight: .soft)
        ]
        if let (charge, contact) = sides.charge(density: soft.chargeDensity.value) {
            curves.append(
                charged("d", "soft charge density \(shown(soft.chargeDensity))", charge, contact, weight: .soft))
        }
        if let (charge, contact) = sides.charge(shannon: soft.shannonK.value) {
            curves.append(charged("k", "soft Shannon k = \(soft.shannonK.text)", charge, contact, weight: .soft))
        }
        return curves
    }

    private func otherCurves(_ sides: PairSides, _ index: Int) -> [LimitCurve] {
        var curves: [LimitCurve] = []
        if let impedance = highestImpedance {
            // 0.9 × mV ÷ mΩ, in nA: mV × 10⁹ is pV, pV ÷ mΩ is nA.
            let ceiling = UInt128(device.ceilingCompliance.value) * 900_000_000 / UInt128(max(1, impedance.value))
            curves.append(
                LimitCurve(
                    letter: "C",
                    name: "compliance: 0.9 × \(shown(device.ceilingCompliance)) over \(shown(impedance))",
                    shape: .amplitude(Int64(exactly: ceiling) ?? .max), weight: .compared))
        }
        curves.append(
            LimitCurve(
                letter: "P", name: "patient \(shown(patient.amplitude.min)) to \(shown(patient.amplitude.max))",
                shape: .amplitude(patient.amplitude.max.value), weight: .compared))
        let baseline = fallback.baseline
        if let charge = chargeHeld(at: baseline.frequency.value, sides) {
            curves.append(
                LimitCurve(
                    letter: "H", name: "dose windows, held for good at \(shown(baseline.frequency))",
                    shape: .charge(charge), weight: .compared))
        }
        if baseline.pair.text == pairs[index].id.text {
            curves.append(
                LimitCurve(
                    letter: "B",
                    name: "baseline \(shown(baseline.amplitude)), \(shown(baseline.pulseWidth)), "
                        + shown(baseline.frequency),
                    shape: .point(baseline.amplitude.value, baseline.pulseWidth.value), weight: .compared))
        }
        return curves
    }

    /// Largest charge of a pulse, over the pair, that repeated at `millihertz` keeps every dose window for ever.
    private func chargeHeld(at millihertz: Int64, _ sides: PairSides) -> Int64? {
        dose.windows.map { window in
            let pulses = max(1, Self.mostPulses(in: window.length.value, at: millihertz))
            return Fraction(UInt128(max(0, window.charge.value)) * UInt128(sides.least), over: UInt128(pulses))
                .roundedDown
        }.min()
    }

    private func charged(
        _ letter: Character, _ name: String, _ charge: Int64, _ contact: ContactEntry, weight: LimitCurve.Weight = .hard
    ) -> LimitCurve {
        LimitCurve(
            letter: letter, name: "\(name) on \(contact.id.text) (\(LimitsText.area(contact.area.value)))",
            shape: .charge(charge), weight: weight)
    }

    /// As the clinician wrote it, with the unit's real letters.
    func shown(_ measured: Measured) -> String {
        var text = measured.text.replacingMicro
        if text.hasSuffix("cm2") { text = text.dropLast(3) + "cm²" }
        if text.hasSuffix("ohm") { text = text.dropLast(3) + "Ω" }
        return text
    }

    func electrode(of contact: ContactEntry) -> ElectrodeEntry? {
        electrodes.first { $0.id.text == contact.electrode.text }
    }

    /// The highest impedance that a stimulating contact may have.
    var highestImpedance: Measured? {
        contacts.filter(\.stimulate).compactMap { electrode(of: $0)?.impedance?.max }.max { $0.value < $1.value }
    }
}

/// The two sides of a pair and how the current divides on each.
struct PairSides {
    let limits: LimitsFile
    /// Contact and how many share the current with it, itself included.
    let contacts: [(contact: ContactEntry, electrode: ElectrodeEntry, shares: Int64, isCathode: Bool)]

    init(_ limits: LimitsFile, _ pair: PairEntry) {
        self.limits = limits
        contacts = [(pair.cathode, true), (pair.anode, false)].flatMap { words, isCathode in
            words.compactMap { word in
                guard let contact = limits.contacts.first(where: { $0.id.text == word.text }),
                    let electrode = limits.electrode(of: contact)
                else { return nil }
                return (contact, electrode, Int64(words.count), isCathode)
            }
        }
    }

    /// Contacts on the side that has fewer: they carry the largest share.
    var least: Int64 { max(1, contacts.map(\.shares).min() ?? 1) }

    /// nA over the pair when no contact carries more than `bound`; a return case is not held against it.
    func amplitude(perContact bound: Int64) -> Int64 {
        let shares = contacts.filter { $0.electrode.kind != .returnCase }.map(\.shares).min() ?? 1
        return bound * max(1, shares)
    }

    /// nA over the pair that keeps the range per contact and the total.
    var largestAmplitude: Int64 {
        min(amplitude(perContact: limits.hard.amplitude.max.value), limits.hard.totalAmplitude.value)
    }

    /// Largest fC over the pair with at most `density` fC/µm² on every contact, and the contact that says so.
    func charge(density: Int64) -> (Int64, ContactEntry)? {
        smallest { part in
            part.electrode.kind == .micro
                ? nil : UInt128(density) * UInt128(part.contact.area.value) * UInt128(part.shares)
        }
    }

    /// Largest fC over the pair at or under Shannon's line, (Q/n)² ≤ K·A, on every macro contact.
    func charge(shannon hundredths: Int64) -> (Int64, ContactEntry)? {
        guard let table = BuiltInCeilings.shannon(hundredths: hundredths) else { return nil }
        return smallest { part in
            guard part.electrode.kind.isMacro else { return nil }
            let squared = UInt128(part.shares) * UInt128(part.shares)
            return Fraction.squareRoot(squared * UInt128(table) * UInt128(part.contact.area.value))
        }
    }

    /// Largest fC over the pair under each microelectrode's own limit, 2 nC where the file says none.
    func chargeOfMicroelectrodes() -> (Int64, ContactEntry)? {
        smallest { part in
            guard part.electrode.kind == .micro else { return nil }
            let limit = part.electrode.chargeLimit?.value ?? BuiltInCeilings.microChargeDefault
            return UInt128(limit) * UInt128(part.shares)
        }
    }

    /// Largest fC over the pair under each material's limit.
    func chargeOfInjection() -> (Int64, ContactEntry)? {
        smallest { part in
            part.electrode.chargeInjection.map {
                UInt128($0.value) * UInt128(part.contact.area.value) * UInt128(part.shares)
            }
        }
    }

    private func smallest(
        _ charge: ((contact: ContactEntry, electrode: ElectrodeEntry, shares: Int64, isCathode: Bool)) -> UInt128?
    ) -> (Int64, ContactEntry)? {
        contacts.compactMap { part in
            charge(part).map { (Int64(exactly: $0) ?? .max, part.contact) }
        }.min { $0.0 < $1.0 }
    }
}
