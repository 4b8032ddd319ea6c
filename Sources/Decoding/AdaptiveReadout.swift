/// One step of learning: each output's weights move by `gains` times that output's error.
///
/// It is all that the journal needs: applied to the same weights it gives the same bits, without rule or labels.
public struct ReadoutChange: Hashable, Sendable {
    /// The bin it was learnt from.
    public var bin: Int64
    /// One an input and one for the intercept.
    public var gains: [Double]
    /// One an output: label less decoded value.
    public var errors: [Double]
}

/// Why a step was not taken.
public enum AdaptationRefusal: String, Hashable, Sendable, CaseIterable {
    /// An interlock holds, or a person said so.
    case frozen
    /// The weights would leave their bound around the calibrated ones.
    case drift
    /// A label or a feature is not a finite number.
    case notFinite = "not-finite"
}

/// A readout that may learn while the loop runs, inside a bound, and that can be put back.
///
/// Never called in a tick: features and labels are queued, and a step that was taken is handed to the tick as a
/// ``ReadoutChange``, whose arrival is a recorded input.
public struct AdaptiveReadout: Sendable {
    /// What says how far each weight moves.
    public enum Rule: Hashable, Sendable {
        case recursiveLeastSquares(RecursiveLeastSquares)
        case threeFactor(ThreeFactorRule)
    }

    /// What scales the learning rate.
    public enum Gate: Hashable, Sendable {
        case constant(Double)
        case astrocyte(AstrocyteGate)
    }

    /// As calibrated: where ``rollBack()`` returns to.
    public let calibrated: LinearReadout
    /// As it decodes now.
    public private(set) var readout: LinearReadout
    /// Largest distance of the weights from the calibrated ones, over ``driftScale``.
    public let driftLimit: Double
    /// What distances are measured by: the norm of the calibrated weights, unless it was given.
    public let driftScale: Double
    /// Mean square of the calibrated readout's error, which a gate measures errors by.
    public let calibratedError: Double
    /// True: nothing is learnt.
    public private(set) var isFrozen = false
    /// Steps that were taken.
    public private(set) var steps: Int64 = 0
    /// Steps that were refused, by reason.
    public private(set) var refusals: [AdaptationRefusal: Int64] = [:]
    /// Sum of the factors on the learning rate over all steps offered.
    private var factors = 0.0
    private var offered: Int64 = 0
    private var rule: Rule
    private var gate: Gate

    /// A readout that starts as calibrated.
    ///
    /// - Parameters:
    ///   - calibrated: The readout.
    ///   - rule: How it learns.
    ///   - gate: What scales the rate.
    ///   - driftLimit: Above 0; 1 allows a change as large as the weights themselves.
    ///   - calibratedError: Mean over bins of the squared error, above 0.
    ///   - driftScale: nil: the norm of the calibrated weights.
    /// - Throws: a limit or an error outside its range.
    public init(
        _ calibrated: LinearReadout, rule: Rule, gate: Gate = .constant(1), driftLimit: Double = 2,
        calibratedError: Double = 1, driftScale: Double? = nil
    ) throws(CalibrationError) {
        guard driftLimit > 0, driftLimit.isFinite else {
            throw .setting(name: "drift limit", found: "\(driftLimit)", allowed: "above 0")
        }
        guard calibratedError > 0, calibratedError.isFinite else {
            throw .setting(name: "calibrated error", found: "\(calibratedError)", allowed: "above 0")
        }
        self.calibrated = calibrated
        readout = calibrated
        self.rule = rule
        self.gate = gate
        self.driftLimit = driftLimit
        self.calibratedError = calibratedError
        self.driftScale = driftScale ?? Self.norm(calibrated)
    }

    /// Goes on from weights that were learnt earlier.
    mutating func begin(at weights: Matrix) {
        precondition(weights.rows == readout.weights.rows && weights.columns == readout.weights.columns)
        readout.weights = weights
    }

    /// The mean factor on the learning rate; 1 before the first step.
    public var meanFactor: Double { offered > 0 ? factors / Double(offered) : 1 }

    /// Learns nothing until ``thaw()``; what was learnt stays.
    public mutating func freeze() { isFrozen = true }

    /// Learns again.
    public mutating func thaw() { isFrozen = false }

    /// Takes back everything that was learnt.
    public mutating func rollBack() { readout = calibrated }

    /// Learns from one bin, or says why not.
    ///
    /// - Parameters:
    ///   - bin: Its number.
    ///   - features: One an input.
    ///   - label: One an output.
    /// - Returns: the step, for the journal; nil: refused, and counted.
    public mutating func learn(bin: Int64, features: [Double], label: [Double]) -> ReadoutChange? {
        guard !isFrozen else { return refuse(.frozen) }
        guard features.allSatisfy(\.isFinite), label.allSatisfy(\.isFinite) else { return refuse(.notFinite) }
        let errors = zip(label, readout.predict(features)).map { $0 - $1 }
        let rate = nextRate(errors.reduce(0) { $0 + $1 * $1 } / calibratedError)
        let change = ReadoutChange(bin: bin, gains: gains(features + [1], rate: rate), errors: errors)
        var moved = readout
        Self.add(change, to: &moved)
        guard Self.distance(moved, calibrated) <= driftLimit * driftScale else { return refuse(.drift) }
        readout = moved
        steps += 1
        return change
    }

    /// Applies a step that was learnt elsewhere, or earlier: a replay.
    public mutating func apply(_ change: ReadoutChange) {
        Self.add(change, to: &readout)
        steps += 1
    }

    private mutating func refuse(_ reason: AdaptationRefusal) -> ReadoutChange? {
        refusals[reason, default: 0] += 1
        return nil
    }

    private mutating func nextRate(_ square: Double) -> Double {
        let factor: Double
        switch gate {
        case .constant(let constant): factor = constant
        case .astrocyte(var astrocyte):
            factor = astrocyte.next(square)
            gate = .astrocyte(astrocyte)
        }
        factors += factor
        offered += 1
        return factor
    }

    private mutating func gains(_ row: [Double], rate: Double) -> [Double] {
        switch rule {
        case .recursiveLeastSquares(var squares):
            let gains = squares.gain(row, weight: rate)
            rule = .recursiveLeastSquares(squares)
            return gains
        case .threeFactor(var factors):
            let gains = factors.gain(row, gate: rate)
            rule = .threeFactor(factors)
            return gains
        }
    }

    private static func add(_ change: ReadoutChange, to readout: inout LinearReadout) {
        for (input, gain) in change.gains.enumerated() {
            for (output, error) in change.errors.enumerated() { readout.weights[input, output] += gain * error }
        }
    }

    private static func distance(_ a: LinearReadout, _ b: LinearReadout) -> Double {
        zip(a.weights.values, b.weights.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    private static func norm(_ readout: LinearReadout) -> Double {
        readout.weights.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}
