import Interlocks
import Signal

extension Rig {
    /// Contact 0 may be at -600 to 800 mV.
    fileprivate mutating func water(low: Int64 = 0, high: Int64 = 0) {
        limits.measuresElectrodeVoltage = true
        limits.contacts[0].waterWindow = -600...800
        (evidence.electrodeVoltageLow, evidence.electrodeVoltageHigh) = (low, high)
    }
}

extension ConditionPair {
    /// IL-21, 26 to 32, 35 to 37, 42, 43, 45, 46: what signal, decoder, device, log, clocks and the other gate say.
    static let device: [ConditionPair] = sensing + decoding + hardware + feedback

    private static let sensing: [ConditionPair] = [
        ConditionPair(.changeRate, "target known") { $0.evidence.target = nil },
        ConditionPair(
            .changeRate, "judged in closed loop only",
            given: {
                open(&$0)
                $0.evidence.target = nil
            }, closed),
        ConditionPair(
            .changeRate, "not too many changes",
            given: {
                $0.aim(changes: 1)
                ($0.evidence.target, $0.limits.changeWindow) = (Nanoamperes(2), Microseconds(100_000))
            }, { $0.limits.changeWindow = Microseconds(100_001) }),
        ConditionPair(
            .changeRate, "held long enough",
            given: {
                $0.aim(changes: 9)
                ($0.evidence.target, $0.limits.minimumHold) = (Nanoamperes(2), Microseconds(100_000))
            }, { $0.limits.minimumHold = Microseconds(100_001) }),
        ConditionPair(
            .changeRate, "the same target is no change",
            given: {
                $0.aim(changes: 9)
                $0.limits.minimumHold = Microseconds(100_001)
            }, { $0.evidence.target = Nanoamperes(2) }),

        ConditionPair(.sampleAge, "not too old", given: { $0.evidence.sampleAge = Microseconds(20_000) }) {
            $0.evidence.sampleAge = Microseconds(20_001)
        },
        ConditionPair(.sampleAge, "not from the future") { $0.evidence.sampleAge = Microseconds(-1) },
        ConditionPair(.sampleAge, "no gap", given: { $0.evidence.gap = Microseconds(2_000) }) {
            $0.evidence.gap = Microseconds(2_001)
        },
        ConditionPair(.sampleAge, "no gap below nothing") { $0.evidence.gap = Microseconds(-1) },
        ConditionPair(.sampleAge, "in order") { $0.evidence.samplesInOrder = false },
        ConditionPair(.sampleAge, "rate", given: { $0.evidence.rateDeviation = PartsPerMillion(10_000) }) {
            $0.evidence.rateDeviation = PartsPerMillion(10_001)
        },
        ConditionPair(.sampleAge, "rate known") { $0.evidence.rateDeviation = PartsPerMillion(-1) },
        ConditionPair(
            .sampleAge, "judged in closed loop only",
            given: {
                open(&$0)
                $0.evidence.sampleAge = Microseconds(.max)
            }, closed),

        ConditionPair(.signalQuality, "neither saturated nor flat") { $0.evidence.signalSaturatedOrFlat = true },
        ConditionPair(.signalQuality, "not disturbed") { $0.evidence.signalDisturbed = true },
        ConditionPair(.signalQuality, "enough channels", given: { $0.evidence.validChannels = 6 }) {
            $0.evidence.validChannels = 5
        },
        ConditionPair(
            .signalQuality, "judged in closed loop only",
            given: {
                open(&$0)
                $0.evidence.validChannels = 0
            }, closed),
        ConditionPair(.deadlineMisses, "few", given: { $0.evidence.deadlineMissesInWindow = 3 }) {
            $0.evidence.deadlineMissesInWindow = 4
        },
        ConditionPair(.deadlineMisses, "counted") { $0.evidence.deadlineMissesInWindow = -1 },
        ConditionPair(
            .deadlineMisses, "judged in closed loop only",
            given: {
                open(&$0)
                $0.evidence.deadlineMissesInWindow = 4
            }, closed),
    ]

    private static let decoding: [ConditionPair] = [
        ConditionPair(.decoderValidity, "confident", given: { $0.evidence.confidence = 700_000 }) {
            $0.evidence.confidence = 699_999
        },
        ConditionPair(.decoderValidity, "in distribution", given: { $0.evidence.outOfDistribution = 3_000_000 }) {
            $0.evidence.outOfDistribution = 3_000_001
        },
        ConditionPair(.decoderValidity, "distance known") { $0.evidence.outOfDistribution = -1 },
        ConditionPair(.decoderValidity, "finite") { $0.evidence.decoderValid = false },
        ConditionPair(.decoderValidity, "of this tick") { $0.evidence.decisionIsCurrent = false },
        ConditionPair(.decoderValidity, "no storm of spikes") { $0.evidence.spikeStorm = true },
        ConditionPair(
            .decoderValidity, "judged in closed loop only",
            given: {
                open(&$0)
                $0.evidence.decoderValid = false
            }, closed),
        ConditionPair(.realtime, "or every driver virtual") { $0.evidence.realtimeOrVirtual = false },
        ConditionPair(
            .realtime, "judged in closed loop only",
            given: {
                open(&$0)
                $0.evidence.realtimeOrVirtual = false
            }, closed),
    ]

    private static let hardware: [ConditionPair] = [
        ConditionPair(.uncertainDelivery, "settled") { $0.evidence.uncertainDeliveries = 1 },
        ConditionPair(.compliance, "below it") { $0.evidence.complianceReached = true },
        ConditionPair(.compliance, "residual", given: { $0.evidence.residualVoltage = 100_000 }) {
            $0.evidence.residualVoltage = 100_001
        },
        ConditionPair(.compliance, "residual is a magnitude") { $0.evidence.residualVoltage = -1 },
        ConditionPair(
            .compliance, "residual read only where it is measured",
            given: { ($0.limits.residualVoltage, $0.evidence.residualVoltage) = (nil, 100_001) },
            { $0.limits.residualVoltage = 100_000 }),
        ConditionPair(.deviceIdentity, "the file's device") { $0.evidence.deviceMatches = false },
        ConditionPair(.logAndDisk, "healthy") { $0.evidence.logHealthy = false },
        ConditionPair(
            .logAndDisk, "excused for a ramp-off only",
            given: {
                $0.rampOff()
                $0.evidence.logHealthy = false
            }, open),
        ConditionPair(.clock, "agree") { $0.evidence.clocksAgree = false },
        ConditionPair(.readBack, "the permit's") { $0.evidence.readBackMatches = false },
        ConditionPair(
            .electrodeVoltage, "not too low", given: { $0.water(low: -600) },
            { $0.evidence.electrodeVoltageLow = -601 }),
        ConditionPair(
            .electrodeVoltage, "not too high", given: { $0.water(high: 800) },
            { $0.evidence.electrodeVoltageHigh = 801 }),
        ConditionPair(
            .electrodeVoltage, "read only where it is measured",
            given: {
                $0.water(high: 801)
                $0.limits.measuresElectrodeVoltage = false
            }, { $0.limits.measuresElectrodeVoltage = true }),
        ConditionPair(
            .electrodeVoltage, "read only where a window is known",
            given: {
                $0.water(high: 801)
                $0.limits.contacts[0].waterWindow = nil
            }, { $0.limits.contacts[0].waterWindow = -600...800 }),
        ConditionPair(.verdictsDiffer, "agree") { $0.evidence.verdictsAgree = false },
    ]

    private static let feedback: [ConditionPair] = [
        ConditionPair(feedback: "loudness", given: { $0.feedback.soundLevel = 85_000 }) {
            $0.feedback.soundLevel = 85_001
        },
        // 40 h at the dose's level; a second of it comes before.
        ConditionPair(
            feedback: "dose",
            given: {
                $0.before = [$0.feedback]
                $0.feedback.duration = Microseconds(143_999_000_000)
            }, { $0.feedback.duration = Microseconds(143_999_000_001) }),
        // +3 dB: 1,995,263 millionths of a µs for each; 1.44·10¹⁷ of them, over 1,995,263, are 72,170,936,863.96.
        ConditionPair(
            feedback: "dose of a louder sound",
            given: { ($0.feedback.soundLevel, $0.feedback.duration) = (83_000, Microseconds(72_170_936_863)) },
            { $0.feedback.duration = Microseconds(72_170_936_864) }),
        ConditionPair(
            feedback: "silence is not loud",
            given: { ($0.feedback.soundLevel, $0.feedback.duration) = (85_001, Microseconds(0)) },
            { $0.feedback.duration = Microseconds(1) }),
        ConditionPair(feedback: "duration not below nothing") { $0.feedback.duration = Microseconds(-1) },
        ConditionPair(
            feedback: "flashes",
            given: {
                $0.before = [$0.feedback]
                $0.feedback.flashes = 2
            }, { $0.feedback.flashes = 3 }),
        ConditionPair(feedback: "flashes not below none") { $0.feedback.flashes = -1 },
        ConditionPair(feedback: "red") { $0.feedback.isRed = true },
        ConditionPair(
            feedback: "red allowed",
            given: { ($0.limits.allowsRed, $0.feedback.isRed) = (true, true) }, { $0.limits.allowsRed = false }),
    ]
}
