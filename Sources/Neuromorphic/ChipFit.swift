/// One population in integers.
struct ChipFit {
    let population: LoihiPopulation
    let weights: [LoihiWeights]
    /// Chip units per unit of each neuron's membrane, corrected for the rounding of its decay.
    let units: [Double]
    let report: QuantisationReport.Population
    let notes: [String]

    init(_ node: NIRNode, _ drive: ChipDrive, dt: Double, scheme: Scheme) throws(NIRError) {
        let constants = NeuronConstants(node, dt: dt, scheme: scheme)
        let isCuba = node.kind == .cubaLI || node.kind == .cubaLIF
        let leaks = node.kind != .integrator && node.kind != .integrateAndFire
        try ChipFit.checkRanges(node, constants, leaks: leaks)
        let (gain, bias) = ChipFit.drives(constants, drive, isCuba: isCuba)
        let real = drive.paths.map { path in ChipFit.scaled(path.matrix, rows: gain) }
        let fit = ChipWeights(real, limit: try ChipFit.largestScale(node, constants, drive, bias))
        guard fit.largest > 0 else { throw .chip(node: node.name, reason: "weights vanish beside thresholds") }
        let registers = ChipRegisters(constants, scale: fit.scale, kind: node.kind, isCuba: isCuba, leaks: leaks)
        let biases = ChipBias(bias.map { $0 * fit.scale })
        population = LoihiPopulation(
            currentDecay: registers.currentDecay, voltageDecay: registers.voltageDecay,
            threshold: registers.threshold, biasMantissa: biases.mantissas, biasExponent: biases.exponent,
            fires: node.kind.fires)
        weights = zip(fit.integers, drive.paths).map { rows, path in
            let delays = path.delay == 0 ? nil : rows.map { $0.map { _ in path.delay } }
            return LoihiWeights(given: rows, exponent: fit.exponent, delays: delays)
        }
        units = registers.rounding.map { fit.scale * $0 }
        report = QuantisationReport.Population(
            name: node.name, neurons: constants.r.count, scale: fit.scale, weightExponent: fit.exponent,
            weightError: fit.largestError, decayError: registers.decayError,
            thresholdError: registers.thresholdError, biasError: biases.largestError)
        notes =
            isCuba && drive.bias.contains { $0 != 0 }
            ? ["node '\(node.name)': a constant input passes the membrane only, not the synapse"] : []
    }

    /// Per neuron: membrane per unit of weighted input in a step, and membrane per step without input.
    private static func drives(
        _ constants: NeuronConstants, _ drive: ChipDrive, isCuba: Bool
    ) -> (gain: [Double], bias: [Double]) {
        var gain: [Double] = []
        var bias: [Double] = []
        for i in constants.r.indices {
            let weightIn: Double = isCuba ? constants.weightIn[i] : 1
            let synapse: Double = isCuba ? constants.synapseGain[i] * weightIn : 1
            let input: Double = constants.r[i] * weightIn * drive.bias[i]
            gain.append(constants.membraneGain[i] * constants.r[i] * synapse)
            bias.append(constants.membrane[i] * constants.leak[i] + constants.membraneGain[i] * input)
        }
        return (gain, bias)
    }

    private static func scaled(_ matrix: [[Double]], rows gain: [Double]) -> [[Double]] {
        var result = matrix
        for row in result.indices {
            for column in result[row].indices { result[row][column] *= gain[row] }
        }
        return result
    }

    private static func checkRanges(_ node: NIRNode, _ constants: NeuronConstants, leaks: Bool) throws(NIRError) {
        guard node.kind.fires || leaks else {
            throw .chip(node: node.name, reason: "a readout without leak leaves 24 bits")
        }
        guard !node.kind.fires || constants.reset.allSatisfy({ $0 == 0 }) else {
            throw .chip(node: node.name, reason: "v_reset must be 0")
        }
        guard constants.threshold.allSatisfy({ $0 >= 0 }) else {
            throw .chip(node: node.name, reason: "v_threshold must not be negative")
        }
        guard !leaks || constants.membrane.allSatisfy({ $0 * 4096 >= 0.5 }) else {
            throw .chip(node: node.name, reason: "its time constant exceeds 8,192 steps")
        }
    }

    /// The largest S that thresholds, biases and readouts allow.
    private static func largestScale(
        _ node: NIRNode, _ constants: NeuronConstants, _ drive: ChipDrive, _ bias: [Double]
    ) throws(NIRError) -> Double {
        var limit = Double.infinity
        let largestBias = bias.reduce(0) { max($0, abs($1)) }
        if largestBias > 0 { limit = min(limit, 4095 * 128 / largestBias) }
        if node.kind.fires {
            let theta = constants.threshold.max() ?? 0
            if theta > 0 { limit = min(limit, Double(1 << 20) / theta) }
        } else {
            for i in constants.r.indices {
                var sum = abs(drive.bias[i])
                for path in drive.paths {
                    for weight in path.matrix[i] { sum += abs(weight) }
                }
                let weightIn: Double = node.kind == .cubaLI ? abs(constants.weightIn[i]) : 1
                let bound: Double = abs(constants.leak[i]) + abs(constants.r[i]) * weightIn * sum
                if bound > 0 { limit = min(limit, Double(1 << 23 - 1) / bound) }
            }
        }
        guard limit.isFinite else { throw .chip(node: node.name, reason: "nothing sets its scale") }
        return limit
    }
}
