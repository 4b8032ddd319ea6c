import Glibc
public import Signal

/// What one contact bears when a pulse is delivered over its pair.
public struct ContactLoad: Hashable, Sendable {
    public var contact: String
    public var isCathode: Bool
    public var kind: ElectrodeKind
    /// µm².
    public var area: Int64
    /// It carries one part in so many of the current.
    public var shares: Int64
    /// nA.
    public var current: Fraction
    /// fC per phase.
    public var charge: Fraction
    /// fC/µm² per phase.
    public var density: Fraction
    /// Shannon's k of this charge on this area, for reading only; nil where the rule does not apply.
    public var shannonK: Double?
    /// Rules that the gate would deny the pulse by, in the words of the file's keys.
    public var broken: [String]
}

/// What repeated pulses do to one dose window.
public struct WindowLoad: Hashable, Sendable {
    /// µs.
    public var length: Int64
    /// fC per contact.
    public var limit: Int64
    /// fC that the pulses bring to the contact with the largest share in the window's whole length.
    public var demand: Fraction
    /// µs from empty to full, rounded down; nil where the window's whole length is too short for that.
    public var timeUntilFull: Int64?
    /// fC that the gate counts at most when the pulses go on: it keeps 64 buckets and one that is partly expired.
    public var counted: Fraction

    /// True where the gate lets the pulses go on for ever.
    public var isHeld: Bool { counted.isAtMost(Fraction(limit)) }
}

/// A stimulation worth knowing: the strongest, the strongest recommended, the patient's strongest, the baseline.
public struct SourceExplanation: Hashable, Sendable {
    /// `hard-corner`, `soft-corner`, `patient-maximum` or `baseline`.
    public var name: String
    public var pair: String
    /// nA over the pair.
    public var amplitude: Int64
    /// µs.
    public var width: Int64
    /// mHz.
    public var frequency: Int64
    public var contacts: [ContactLoad]
    /// fC per phase over the pair.
    public var charge: Int64
    /// fC/s on the contact with the largest share.
    public var rate: Fraction
    public var windows: [WindowLoad]
    /// nA of net current if every pulse used the whole tolerance of `imbalance_per_pulse`.
    public var netCurrent: Fraction
    /// Millionths of imbalance at which `net_current` binds; above the file's tolerance: the tolerance binds first.
    public var netBindsAt: Fraction
    /// pV over the highest impedance allowed; nil where no contact has one.
    public var voltage: Fraction?
}

/// The most that one window can hold although the shorter windows hold too.
public struct WindowWorstCase: Hashable, Sendable {
    /// µs.
    public var length: Int64
    /// fC per contact, as written.
    public var limit: Int64
    /// fC per contact that can really be reached.
    public var reachable: Fraction
    /// `hard-corner`, `own` or the length of the shorter window that binds, in µs.
    public var bound: WindowBound
}

/// What keeps a dose window from holding more.
public enum WindowBound: Hashable, Sendable {
    case own
    case strongestPulses
    case shorterWindow(Int64)
}

/// Numbers that follow from a limits file; all exact but Shannon's k.
///
///     let explanation = file.explanation
///     explanation.sources[0].charge                  // 385_000_000 fC
///     explanation.sources[0].contacts[0].density     // 385_000_000 / 1_500_000 fC/µm²
public struct LimitsExplanation: Hashable, Sendable {
    public var sources: [SourceExplanation]
    public var worstCases: [WindowWorstCase]
    /// The highest impedance that a stimulating contact may have, mΩ.
    public var impedance: Int64?
    /// Nine tenths of the compliance, pV.
    public var complianceBound: Fraction
    /// µs of each period at `frequency.max` that are neither pulse nor blanked.
    public var unblanked: Fraction
    /// µs of that period.
    public var shortestPeriod: Fraction
}

extension LimitsFile {
    /// Every derived quantity, for each pair and each source of stimulation.
    public var explanation: LimitsExplanation {
        let sources = pairs.indices.flatMap { explainSources(ofPair: $0) }
        let period = Fraction(1_000_000_000, over: UInt128(max(1, hard.frequency.max.value)))
        let busy = UInt128(
            max(0, 2 * hard.pulseWidth.max.value + hard.interphase.max.value + sensing.blankAfterPulse.value))
        let taken = Fraction.product(busy, period.denominator)
        let left = period.numerator > taken ? period.numerator - taken : 0
        return LimitsExplanation(
            sources: sources, worstCases: explainWorstCases(sources), impedance: highestImpedance?.value,
            complianceBound: Fraction(UInt128(max(0, device.ceilingCompliance.value)) * 900_000_000),
            unblanked: Fraction(left, over: period.denominator), shortestPeriod: period)
    }

    private func explainSources(ofPair index: Int) -> [SourceExplanation] {
        let pair = pairs[index]
        let sides = PairSides(self, pair)
        let baseline = fallback.baseline
        let softAmplitude = min(sides.amplitude(perContact: soft.amplitude.value), hard.totalAmplitude.value)
        var sources = [
            explain(
                "hard-corner", pair, sides, sides.largestAmplitude, hard.pulseWidth.max.value,
                hard.frequency.max.value),
            explain(
                "soft-corner", pair, sides, softAmplitude, hard.pulseWidth.max.value, hard.frequency.max.value),
        ]
        guard baseline.pair.text == pair.id.text else { return sources }
        for (name, amplitude) in [
            ("patient-maximum", patient.amplitude.max), ("baseline", baseline.amplitude),
        ] {
            sources.append(
                explain(name, pair, sides, amplitude.value, baseline.pulseWidth.value, baseline.frequency.value))
        }
        return sources
    }

    private func explain(
        _ name: String, _ pair: PairEntry, _ sides: PairSides, _ amplitude: Int64, _ width: Int64, _ millihertz: Int64
    ) -> SourceExplanation {
        let (product, overflow) = amplitude.multipliedReportingOverflow(by: width)
        let charge = overflow ? Int64.max : product
        // fC × mHz ÷ 1000 is fC/s, on the contact with the largest share.
        let rate = Fraction(UInt128(charge)).times(UInt128(millihertz)).divided(by: 1_000 * UInt128(sides.least))
        let windows = dose.windows.map { window -> WindowLoad in
            let demand = rate.times(UInt128(window.length.value)).divided(by: 1_000_000)
            let pulses = Self.mostPulses(in: window.length.value, at: millihertz)
            let fill = Fraction(
                Fraction.product(UInt128(window.charge.value) * 1_000_000, rate.denominator), over: rate.numerator)
            return WindowLoad(
                length: window.length.value, limit: window.charge.value, demand: demand,
                timeUntilFull: demand.isAtMost(Fraction(window.charge.value)) ? nil : fill.roundedDown,
                counted: Fraction(UInt128(charge), over: UInt128(sides.least)).times(UInt128(pulses)))
        }
        // fC/s × 10⁻⁶ is nA; × ppm × 10⁻⁶ is what does not return.
        let average = rate.divided(by: 1_000_000)
        let netLimit = UInt128(hard.netCurrent.value) * 1_000_000
        return SourceExplanation(
            name: name, pair: pair.id.text, amplitude: amplitude, width: width, frequency: millihertz,
            contacts: sides.contacts.map { load($0.contact, $0.electrode, $0.shares, $0.isCathode, charge, amplitude) },
            charge: charge, rate: rate, windows: windows,
            netCurrent: average.times(UInt128(hard.imbalancePerPulse.value)).divided(by: 1_000_000),
            netBindsAt: Fraction(Fraction.product(netLimit, average.denominator), over: average.numerator),
            voltage: highestImpedance.map { Fraction(UInt128(amplitude) * UInt128($0.value)) })
    }

    /// The most pulses that the gate counts at once in a window of `length` µs: those of 65 of its 64 buckets.
    static func mostPulses(in length: Int64, at millihertz: Int64) -> Int64 {
        let span = UInt128(max(0, length)) + UInt128(max(16, (max(0, length) + 63) / 64))
        return Fraction(span * UInt128(max(0, millihertz)), over: 1_000_000_000).roundedUp
    }

    private func load(
        _ contact: ContactEntry, _ electrode: ElectrodeEntry, _ shares: Int64, _ isCathode: Bool, _ charge: Int64,
        _ amplitude: Int64
    ) -> ContactLoad {
        let share = Fraction(UInt128(charge), over: UInt128(shares))
        let density = share.divided(by: UInt128(max(1, contact.area.value)))
        let isShannons = electrode.kind.isMacro
        let picocoulombs = share.approximate
        var broken: [String] = []
        if charge > hard.chargePerPhase.value { broken.append("charge_per_phase") }
        if electrode.kind != .micro, !density.isAtMost(Fraction(hard.chargeDensity.value)) {
            broken.append("charge_density")
        }
        let microLimit = electrode.chargeLimit?.value ?? BuiltInCeilings.microChargeDefault
        if electrode.kind == .micro, !share.isAtMost(Fraction(microLimit)) { broken.append("charge_limit") }
        if isShannons, let table = BuiltInCeilings.shannon(hundredths: hard.shannonK.value) {
            let squared = UInt128(shares) * UInt128(shares) * UInt128(table) * UInt128(contact.area.value)
            if Fraction.product(UInt128(charge), UInt128(charge)) > squared { broken.append("shannon_k") }
        }
        if let injection = electrode.chargeInjection, !density.isAtMost(Fraction(injection.value)) {
            broken.append("charge_injection_limit")
        }
        return ContactLoad(
            contact: contact.id.text, isCathode: isCathode, kind: electrode.kind, area: contact.area.value,
            shares: shares, current: Fraction(UInt128(amplitude), over: UInt128(shares)), charge: share,
            density: density,
            shannonK: isShannons
                ? log10(picocoulombs * picocoulombs / Double(max(1, contact.area.value))) - 10 : nil,
            broken: broken)
    }

    /// A window of length L holds at most L ÷ l times what a shorter window l holds.
    private func explainWorstCases(_ sources: [SourceExplanation]) -> [WindowWorstCase] {
        let strongest = sources.filter { $0.name == "hard-corner" }.map(\.rate).max { $0.approximate < $1.approximate }
        var cases: [WindowWorstCase] = []
        for window in dose.windows {
            var least = Fraction(window.charge.value)
            var bound = WindowBound.own
            if let strongest {
                let corner = strongest.times(UInt128(window.length.value)).divided(by: 1_000_000)
                if !least.isAtMost(corner) { (least, bound) = (corner, .strongestPulses) }
            }
            for shorter in cases where window.length.value % max(1, shorter.length) == 0 {
                let sum = shorter.reachable.times(UInt128(window.length.value / max(1, shorter.length)))
                if !least.isAtMost(sum) { (least, bound) = (sum, .shorterWindow(shorter.length)) }
            }
            cases.append(
                WindowWorstCase(
                    length: window.length.value, limit: window.charge.value, reachable: least, bound: bound))
        }
        return cases
    }
}
