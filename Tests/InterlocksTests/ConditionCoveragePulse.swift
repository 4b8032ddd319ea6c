import Interlocks
import Signal

extension ConditionPair {
    /// IL-07 to 12, 14 to 16, 18, 33, 38, 39: one pulse.
    static let pulse: [ConditionPair] = shape + density + charge

    private static let shape: [ConditionPair] = [
        ConditionPair(.contactOrPair, "pair", with: unpaired) { $0.segment.pair = 1 },
        ConditionPair(.contactOrPair, "pair not below the first", with: unpaired) { $0.segment.pair = -1 },
        ConditionPair(.contactOrPair, "contact that exists", with: unpaired) { $0.limits.pairs[0].cathodes = [2] },
        ConditionPair(.contactOrPair, "contact named once", with: unpaired) { $0.limits.pairs[0].anodes = [1, 1] },
        ConditionPair(.contactOrPair, "contact on one side", with: unpaired) { $0.limits.pairs[0].anodes = [0] },
        ConditionPair(.contactOrPair, "a cathode", with: unpaired) { $0.limits.pairs[0].cathodes = [] },
        ConditionPair(.contactOrPair, "an anode", with: unpaired) { $0.limits.pairs[0].anodes = [] },
        ConditionPair(.contactOrPair, "lead", with: unpaired) { $0.limits.pairs[0].lead = 8 },
        ConditionPair(.contactOrPair, "lead not below the first", with: unpaired) { $0.limits.pairs[0].lead = -1 },
        ConditionPair(.contactOrPair, "cathode") { $0.limits.contacts[0].mayStimulate = false },
        ConditionPair(.contactOrPair, "anode") { $0.limits.contacts[1].mayStimulate = false },
        ConditionPair(.contactOrPair, "every cathode", given: { $0.share() }) {
            $0.limits.contacts[2].mayStimulate = false
        },
        ConditionPair(.waveformClass, "of the list") { $0.segment.waveform = .passiveRecharge },
        ConditionPair(.waveformClass, "list") { $0.limits.waveforms = 2 },
        ConditionPair(
            .amplitude, "least", given: { $0.limits.amplitude = Nanoamperes(100_000)...Nanoamperes(3_500_000) },
            { $0.segment.amplitude = Nanoamperes(99_999) }),
        ConditionPair(
            .amplitude, "most", given: { $0.limits.amplitude = Nanoamperes(0)...Nanoamperes(100_000) },
            { $0.limits.amplitude = Nanoamperes(0)...Nanoamperes(99_999) }),
        ConditionPair(.amplitude, "patient's bound", given: { $0.evidence.patientMaximum = Nanoamperes(100_000) }) {
            $0.evidence.patientMaximum = Nanoamperes(99_999)
        },
        ConditionPair(
            .amplitude, "share of each cathode",
            given: {
                $0.share()
                $0.limits.amplitude = Nanoamperes(0)...Nanoamperes(50_000)
            }, { $0.limits.amplitude = Nanoamperes(0)...Nanoamperes(49_999) }),
        ConditionPair(
            .amplitude, "a return case has none",
            given: {
                $0.share()
                $0.insulateReturn()
                $0.limits.amplitude = Nanoamperes(0)...Nanoamperes(50_000)
            }, { $0.limits.contacts[1].kind = .scalp }),
        ConditionPair(.summedAmplitude, "total", given: { $0.limits.totalAmplitude = Nanoamperes(100_000) }) {
            $0.limits.totalAmplitude = Nanoamperes(99_999)
        },
        ConditionPair(.pulseWidth, "least", given: { $0.limits.width = Microseconds(60)...Microseconds(110) }) {
            $0.limits.width = Microseconds(61)...Microseconds(110)
        },
        ConditionPair(.pulseWidth, "most", given: { $0.limits.width = Microseconds(30)...Microseconds(60) }) {
            $0.limits.width = Microseconds(30)...Microseconds(59)
        },
        ConditionPair(
            .interphase, "least",
            given: {
                $0.segment.interphase = Microseconds(10)
                $0.limits.interphase = Microseconds(10)...Microseconds(100)
            }, { $0.limits.interphase = Microseconds(11)...Microseconds(100) }),
        ConditionPair(.interphase, "most", given: { $0.segment.interphase = Microseconds(100) }) {
            $0.segment.interphase = Microseconds(101)
        },
    ]

    private static let density: [ConditionPair] = [
        ConditionPair(.chargePerPhase, "limit", given: { $0.limits.chargePerPhase = Femtocoulombs(6_000_000) }) {
            $0.limits.chargePerPhase = Femtocoulombs(5_999_999)
        },
        ConditionPair(.chargeDensity, "compiled ceiling") { $0.limits.chargeDensity = 301 },
        ConditionPair(.chargeDensity, "cathode", given: { $0.limits.chargeDensity = 4 }) {
            $0.limits.contacts[0].area = SquareMicrometres(1_499_999)
        },
        ConditionPair(
            .chargeDensity, "return",
            given: {
                $0.limits.chargeDensity = 4
                $0.limits.contacts[1].area = SquareMicrometres(1_500_000)
            }, { $0.limits.contacts[1].area = SquareMicrometres(1_499_999) }),
        ConditionPair(
            .chargeDensity, "share of each cathode",
            given: {
                $0.share()
                $0.limits.chargeDensity = 2
            }, { $0.limits.contacts[2].area = SquareMicrometres(1_499_999) }),
        ConditionPair(
            .chargeDensity, "a microelectrode has none",
            given: {
                $0.micro()
                $0.limits.contacts[0].chargeInjectionDensity = 1_000_000
                $0.limits.contacts[0].area = SquareMicrometres(1_000)
            }, { $0.limits.contacts[0].kind = .scalp }),
        ConditionPair(.shannon, "compiled ceiling", given: { $0.limits.shannonK = 707_945_784_384 }) {
            $0.limits.shannonK = 707_945_784_385
        },
        // Q² = 3.6·10¹³ fC².
        ConditionPair(
            .shannon, "line",
            given: {
                $0.limits.shannonK = 1
                $0.limits.contacts[0].area = SquareMicrometres(36_000_000_000_000)
            }, { $0.limits.contacts[0].area = SquareMicrometres(35_999_999_999_999) }),
        ConditionPair(
            .shannon, "share of each cathode",
            given: {
                $0.limits.shannonK = 1
                $0.limits.contacts[0].area = SquareMicrometres(9_000_000_000_000)
                $0.share()
            }, { $0.limits.contacts[2].area = SquareMicrometres(8_999_999_999_999) }),
        ConditionPair(
            .shannon, "of macroelectrodes",
            given: {
                $0.limits.shannonK = 1
                $0.limits.contacts[0].kind = .scalp
            }, { $0.limits.contacts[0].kind = .macroRing }),
    ]

    private static let charge: [ConditionPair] = [
        ConditionPair(.imbalance, "as commanded", given: { $0.segment.imbalance = PartsPerMillion(4_000) }) {
            $0.segment.imbalance = PartsPerMillion(4_001)
        },
        ConditionPair(
            .imbalance, "as measured",
            given: { ($0.limits.measuresBalance, $0.evidence.measuredImbalance) = (true, PartsPerMillion(4_000)) },
            { $0.evidence.measuredImbalance = PartsPerMillion(4_001) }),
        ConditionPair(
            .imbalance, "measured is a magnitude", given: { $0.limits.measuresBalance = true },
            { $0.evidence.measuredImbalance = PartsPerMillion(-1) }),
        ConditionPair(
            .imbalance, "read only where it is measured",
            given: { $0.evidence.measuredImbalance = PartsPerMillion(4_001) }, { $0.limits.measuresBalance = true }),
        ConditionPair(.chargeInjection, "material", given: { $0.limits.contacts[0].chargeInjectionDensity = 4 }) {
            $0.limits.contacts[0].area = SquareMicrometres(1_499_999)
        },
        ConditionPair(.chargeInjection, "material known") { $0.limits.contacts[0].chargeInjectionDensity = nil },
        ConditionPair(.chargeInjection, "a return case needs none") { $0.limits.contacts[1].kind = .scalp },
        ConditionPair(
            .chargeInjection, "share of each cathode",
            given: {
                $0.limits.contacts[0].chargeInjectionDensity = 2
                $0.share()
            }, { $0.limits.contacts[2].area = SquareMicrometres(1_499_999) }),
        ConditionPair(.acknowledgement, "amplitude", given: { $0.limits.soft?.amplitude = Nanoamperes(100_000) }) {
            $0.limits.soft?.amplitude = Nanoamperes(99_999)
        },
        ConditionPair(.acknowledgement, "density", given: { $0.limits.soft?.chargeDensity = 4 }) {
            $0.limits.soft?.chargeDensity = 3
        },
        ConditionPair(.acknowledgement, "Shannon", given: { $0.limits.soft?.shannonK = 24_000_000 }) {
            $0.limits.soft?.shannonK = 23_999_999
        },
        ConditionPair(
            .acknowledgement, "on record",
            given: {
                $0.limits.soft?.amplitude = Nanoamperes(99_999)
                $0.evidence.acknowledged = .amplitude
            },
            { $0.evidence.acknowledged = [.chargeDensity, .shannon, .residualVoltage] }),
        ConditionPair(
            .acknowledgement, "of soft limits that there are", given: { $0.limits.soft = nil },
            {
                $0.limits.soft = SoftLimits(
                    amplitude: Nanoamperes(99_999), chargeDensity: 300, shannonK: 1_000_000_000_000)
            }),
        ConditionPair(.operandDomain, "imbalance") { $0.segment.imbalance = PartsPerMillion(-1) },
        ConditionPair(.operandDomain, "amplitude", with: uncounted.union(.amplitude)) {
            $0.segment.amplitude = Nanoamperes(-1)
        },
        ConditionPair(.operandDomain, "width", with: uncounted.union(.pulseWidth)) {
            $0.segment.width = Microseconds(0)
        },
        ConditionPair(.operandDomain, "interphase", with: uncounted.union(.interphase)) {
            $0.segment.interphase = Microseconds(-1)
        },
        ConditionPair(.operandDomain, "period", with: uncounted) { $0.segment.period = Microseconds(0) },
        ConditionPair(.operandDomain, "pulses", with: uncounted) { $0.segment.pulses = 0 },
        ConditionPair(
            .operandDomain, "charge that fits",
            with: uncounted.union([.amplitude, .summedAmplitude, .ramp]).subtracting([.leaseExpired, .frequencyOrGap])
        ) { $0.segment.amplitude = Nanoamperes(.max) },
    ]

    /// What needs a pair, and has none.
    private static let unpaired: InterlockSet = [
        .chargeDensity, .shannon, .microCharge, .netCurrent, .doseWindow, .impedance, .chargeInjection,
        .acknowledgement,
    ]

    /// What needs the charge or the length of a pulse, and has neither.
    private static let uncounted: InterlockSet = [
        .leaseExpired, .frequencyOrGap, .chargePerPhase, .chargeDensity, .shannon, .microCharge, .netCurrent,
        .doseWindow,
        .chargeInjection, .acknowledgement,
    ]
}
