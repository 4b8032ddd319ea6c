/// A population's decays and thresholds in integers, and what rounding did to them.
struct ChipRegisters {
    var currentDecay: [Int32] = []
    var voltageDecay: [Int32] = []
    var threshold: [Int32] = []
    /// Wanted over stored decay of the membrane, by which a readout's steady value is off.
    var rounding: [Double] = []
    /// Largest relative error of a decay.
    var decayError = 0.0
    /// Largest relative error of a threshold.
    var thresholdError = 0.0

    init(_ constants: NeuronConstants, scale: Double, kind: NIRKind, isCuba: Bool, leaks: Bool) {
        for i in constants.r.indices {
            let membrane: Double = min(4095, (constants.membrane[i] * 4096).rounded())
            let synapse: Double = max(1, min(4096, (constants.synapse[i] * 4096).rounded()))
            let wanted: Double = constants.threshold[i] * scale / 64
            let stored: Double = min(131_071, wanted.rounded())
            voltageDecay.append(leaks ? Int32(membrane) : 0)
            currentDecay.append(isCuba ? Int32(synapse - 1) : 4095)
            threshold.append(kind.fires ? Int32(stored) : 131_071)
            rounding.append(leaks ? constants.membrane[i] * 4096 / membrane : 1)
            if leaks { decayError = max(decayError, abs(membrane / 4096 / constants.membrane[i] - 1)) }
            if isCuba { decayError = max(decayError, abs(synapse / 4096 / constants.synapse[i] - 1)) }
            if kind.fires && wanted > 0 { thresholdError = max(thresholdError, abs(stored / wanted - 1)) }
        }
    }
}

/// Biases as mantissas of 13 bits that share an exponent of 3 bits.
struct ChipBias {
    var mantissas: [Int32] = []
    var exponent = 0
    /// Largest error relative to the largest bias.
    var largestError = 0.0

    init(_ values: [Double]) {
        let top = values.reduce(0) { max($0, abs($1)) }
        while top / Double(1 << exponent) > 4095.5 && exponent < 7 { exponent += 1 }
        let unit = Double(1 << exponent)
        mantissas = values.map { Int32(max(-4096, min(4095, ($0 / unit).rounded()))) }
        guard top > 0 else { return }
        largestError = zip(values, mantissas).reduce(0) { max($0, abs($1.0 - Double($1.1) * unit) / top) }
    }
}
