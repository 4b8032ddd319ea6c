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
        let count = constants.r.count
        let isCuba = node.kind == .cubaLI || node.kind == .cubaLIF
        let leaks = node.kind != .integrator && node.kind != .integrateAndFire
        try ChipFit.checkRanges(node, constants, leaks: leaks)
        var gain: [Double] = []
        var bias: [Double] = []
        for i in 0..<count {
            let weightIn: Double = isCuba ? constants.weightIn[i] : 1
            let synapse: Double = isCuba ? constants.synapse[i] * weightIn : 1
            let constant: Double = constants.leak[i] + constants.r[i] * weightIn * drive.bias[i]
            gain.append(constants.membrane[i] * constants.r[i] * synapse)
            bias.append(constants.membrane[i] * constant)
        }
        let real = drive.paths.map { path in ChipFit.scaled(path.matrix, rows: gain) }
        let limit = try ChipFit.largestScale(node, constants, drive, bias)
        let fit = ChipWeights(real, limit: limit)
        guard fit.largest > 0 else { throw .chip(node: node.name, reason: "weights vanish beside thresholds") }

        var voltageDecay: [Int32] = []
        var currentDecay: [Int32] = []
        var thresholds: [Int32] = []
        for i in 0..<count {
            let membrane: Double = min(4095, (constants.membrane[i] * 4096).rounded())
            let synapse: Double = max(1, min(4096, (constants.synapse[i] * 4096).rounded()))
            let theta: Double = min(131_071, (constants.threshold[i] * fit.scale / 64).rounded())
            voltageDecay.append(leaks ? Int32(membrane) : 0)
            currentDecay.append(isCuba ? Int32(synapse - 1) : 4095)
            thresholds.append(node.kind.fires ? Int32(theta) : 131_071)
        }
        let biases = ChipBias(bias.map { $0 * fit.scale })
        population = LoihiPopulation(
            currentDecay: currentDecay, voltageDecay: voltageDecay,
            threshold: thresholds, biasMantissa: biases.mantissas, biasExponent: biases.exponent,
            fires: node.kind.fires)
        weights = zip(fit.integers, drive.paths).map { rows, path in
            let delays = path.delay == 0 ? nil : rows.map { $0.map { _ in path.delay } }
            return LoihiWeights(given: rows, exponent: fit.exponent, delays: delays)
        }
        var units: [Double] = []
        for i in 0..<count {
            let rounding: Double = leaks ? constants.membrane[i] / (Double(voltageDecay[i]) / 4096) : 1
            units.append(fit.scale * rounding)
        }
        self.units = units
        var errors = QuantisationReport.Population(
            name: node.name, neurons: count, scale: fit.scale, weightExponent: fit.exponent,
            weightError: fit.largestError, decayError: 0, thresholdError: 0, biasError: biases.largestError)
        for i in 0..<count {
            let k = constants.membrane[i]
            if leaks { errors.decayError = max(errors.decayError, abs(Double(voltageDecay[i]) / 4096 - k) / k) }
            let s = constants.synapse[i]
            if isCuba { errors.decayError = max(errors.decayError, abs(Double(currentDecay[i] + 1) / 4096 - s) / s) }
            let theta = constants.threshold[i] * fit.scale / 64
            if node.kind.fires && theta > 0 {
                errors.thresholdError = max(errors.thresholdError, abs(Double(thresholds[i]) - theta) / theta)
            }
        }
        report = errors
        notes =
            isCuba && drive.bias.contains { $0 != 0 }
            ? ["node '\(node.name)': a constant input passes the membrane only, not the synapse"] : []
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

/// Weights rounded to what the chip stores, at the scale that rounds them best.
struct ChipWeights {
    var scale: Double
    var exponent = 0
    var integers: [[[Int]]] = []
    /// The largest integer magnitude.
    var largest = 0
    /// Largest error relative to the largest weight.
    var largestError = 0.0

    init(_ real: [[[Double]]], limit: Double) {
        scale = limit
        let flat = real.flatMap { $0.flatMap { $0 } }
        let top = flat.reduce(0) { max($0, abs($1)) }
        let mixed = real.contains { matrix in
            let values = matrix.flatMap { $0 }
            return values.contains { $0 > 0 } && values.contains { $0 < 0 }
        }
        guard top > 0 else {
            integers = real.map { matrix in matrix.map { row in row.map { _ in 0 } } }
            largest = 1
            return
        }
        var unit = limit * top / 64
        while unit > (mixed ? 255 : 256) && exponent < 7 { unit /= 2; exponent += 1 }
        let highest = min(mixed ? 254 : 255, Int(unit))
        var best = Double.infinity
        for candidate in stride(from: highest, to: max(0, highest / 2), by: -1) where !mixed || candidate % 2 == 0 {
            let error = ChipWeights.error(flat, top, candidate, mixed)
            if error < best - 1e-12 { (best, largest) = (error, candidate) }
        }
        guard largest > 0 else { return }
        scale = Double(largest) * Double(64 << exponent) / top
        let step = Double(largest) / top
        integers = real.map { matrix in
            matrix.map { row in row.map { Int(ChipWeights.rounded($0 * step, mixed)) } }
        }
        for weight in flat {
            let stored: Double = ChipWeights.rounded(weight * step, mixed) / step
            largestError = max(largestError, abs(stored - weight) / top)
        }
    }

    /// Sum of squared errors, relative to the largest weight, when that becomes `candidate`.
    private static func error(_ weights: [Double], _ top: Double, _ candidate: Int, _ mixed: Bool) -> Double {
        var sum = 0.0
        for weight in weights {
            let exact: Double = weight / top * Double(candidate)
            let difference: Double = (rounded(exact, mixed) - exact) / Double(candidate)
            sum += difference * difference
        }
        return sum
    }

    /// To the nearest integer, or to the nearest even one where signs are mixed.
    private static func rounded(_ value: Double, _ mixed: Bool) -> Double {
        mixed ? (value / 2).rounded() * 2 : value.rounded()
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
