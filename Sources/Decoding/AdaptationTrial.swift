import Glibc

/// A decoder that adapts beside ones that do not, while the population changes.
///
/// The readout is calibrated on the first 80 % of a movement; the change begins with the rest. After ``settling``
/// seconds it is scored, against the recorded movement, which serves for nothing else. Where the change is over at
/// once, labels end when scoring begins; where it goes on, so do they, and each bin is decoded before it is learnt.
public struct AdaptationTrial: Sendable {
    /// The arms of a trial.
    public enum Arm: String, Hashable, Sendable, CaseIterable {
        /// As calibrated.
        case fixed
        /// Recursive least squares on inferred intentions.
        case recursive = "recursive-least-squares"
        /// The three-factor rule on inferred intentions.
        case threeFactor = "three-factor"
        /// Recursive least squares on intentions towards another movement's targets.
        case wrongLabels = "wrong-labels"
        /// Calibrated anew on the first 80 % as the population is when scoring begins.
        case recalibrated
    }

    /// Seconds from the beginning of the change to the first that is scored.
    public var settling = 60.0
    /// Seconds of each point of a course.
    public var window = 10.0
    public var penalty = 300.0
    /// Of recursive least squares, where the change is over at once.
    public var forgetting = 0.9999
    /// The same, where it goes on: a memory of 500 bins.
    public var lastingForgetting = 0.998
    /// By how much the calibrated covariance is widened, so that calibration weighs as that share of its data.
    public var widening = 10.0
    /// Of the three-factor rule.
    public var rate = 0.02

    /// A trial with the settings that the documentation quotes.
    public init() {}

    /// Runs the arms.
    ///
    /// - Throws: a movement too short for the learning time and one window after it.
    public func run(
        _ movement: SteeredMovement, _ change: NonStationarity, seed: UInt64, arms: [Arm] = Arm.allCases,
        gate: AdaptiveReadout.Gate = .constant(1)
    ) throws(CalibrationError) -> AdaptationResult {
        let start = movement.counts.rows * 8 / 10
        let test = start..<movement.counts.rows
        let settled = Int((settling / movement.bin).rounded())
        let span = Int((window / movement.bin).rounded())
        guard test.count >= settled + span else {
            throw .tooFew(what: "bins after the change", found: test.count, least: settled + span)
        }
        let course = changed(movement, change, from: start, seed: seed)
        let base = try Calibrated(movement, penalty: penalty, bins: start)
        var predictions: [Arm: Matrix] = [:]
        for arm in arms {
            predictions[arm] = try predict(arm, base, course, change, settled, start, seed: seed, gate)
        }
        return AdaptationResult(
            truth: course.velocity.rows(test), predictions: predictions, settled: settled, window: span,
            bin: movement.bin)
    }

    private func predict(
        _ arm: Arm, _ base: Calibrated, _ course: SteeredMovement, _ change: NonStationarity, _ settled: Int,
        _ start: Int, seed: UInt64, _ gate: AdaptiveReadout.Gate
    ) throws(CalibrationError) -> Matrix {
        let rows = start..<course.counts.rows
        switch arm {
        case .fixed: return base.readout.predict(base.features.features(of: course.counts).rows(rows))
        case .recalibrated:
            let seconds = Double(settled) * course.bin
            var past = course
            past.counts = course.counts.rows(0..<start)
            past.velocity = course.velocity.rows(0..<start)
            past.apply(change, seconds: { _ in seconds }, rows: 0..<start, seed: seed)
            let fresh = try Calibrated(past, penalty: penalty, bins: start)
            return fresh.readout.predict(fresh.features.features(of: course.counts).rows(rows))
        case .recursive, .wrongLabels:
            let wide = Matrix(
                rows: base.readout.inputs + 1, columns: base.readout.inputs + 1,
                values: base.readout.inverseGram.values.map { $0 * widening })
            let taught = change.isLasting ? rows.count : settled
            let rule = try RecursiveLeastSquares(
                covariance: wide, forgetting: change.isLasting ? lastingForgetting : forgetting)
            return try adapt(
                .recursiveLeastSquares(rule), base, course, taught, start, gate, isWrong: arm == .wrongLabels)
        case .threeFactor:
            let taught = change.isLasting ? rows.count : settled
            let rule = try ThreeFactorRule(inputs: base.readout.inputs + 1, rate: rate)
            return try adapt(.threeFactor(rule), base, course, taught, start, gate, isWrong: false)
        }
    }

    private func adapt(
        _ rule: AdaptiveReadout.Rule, _ base: Calibrated, _ course: SteeredMovement, _ taught: Int, _ start: Int,
        _ gate: AdaptiveReadout.Gate, isWrong: Bool
    ) throws(CalibrationError) -> Matrix {
        var adaptive = try AdaptiveReadout(base.readout, rule: rule, gate: gate, calibratedError: base.error)
        let features = base.features.features(of: course.counts)
        var result = Matrix(rows: course.counts.rows - start, columns: 2)
        for bin in start..<course.counts.rows {
            let row = Array(features.row(bin))
            let decoded = adaptive.readout.predict(row)
            (result[bin - start, 0], result[bin - start, 1]) = (decoded[0], decoded[1])
            guard bin < start + taught else { continue }
            let label = course.intention(bin, target: isWrong ? bin - start : bin)
            _ = adaptive.learn(bin: Int64(bin), features: row, label: label)
        }
        return result
    }

    private func changed(
        _ movement: SteeredMovement, _ change: NonStationarity, from start: Int, seed: UInt64
    ) -> SteeredMovement {
        var course = movement
        course.apply(
            change, seconds: { Double($0 - start) * movement.bin }, rows: start..<movement.counts.rows, seed: seed)
        return course
    }
}

/// A readout with its features, as calibrated on the beginning of a movement.
private struct Calibrated {
    let features: TraceFeatures
    let readout: LinearReadout
    /// Mean square of its error.
    let error: Double

    init(_ movement: SteeredMovement, penalty: Double, bins: Int) throws(CalibrationError) {
        features = TraceFeatures(counts: movement.counts, bins: bins)
        let rows = features.features(of: movement.counts).rows(0..<bins)
        let target = movement.velocity.rows(0..<bins)
        readout = try LinearReadout(features: rows, target: target, penalty: penalty)
        let missed = target - readout.predict(rows)
        error = max(1e-12, missed.values.reduce(0) { $0 + $1 * $1 } / Double(bins))
    }
}

extension SteeredMovement {
    /// Changes the population in `rows`; a turned tuning turns what moved instead.
    fileprivate mutating func apply(
        _ change: NonStationarity, seconds: (Int) -> Double, rows: Range<Int>, seed: UInt64
    ) {
        for bin in rows {
            let gains = change.gains(units: counts.columns, after: seconds(bin), seed: seed)
            for unit in gains.indices where gains[unit] != 1 { counts[bin, unit] *= gains[unit] }
            let angle = change.turn(after: seconds(bin))
            guard angle != 0 else { continue }
            turn(&velocity, bin, angle)
            if bin < cursor.rows {
                turn(&cursor, bin, angle)
                turn(&targets, bin, angle)
            }
        }
    }

    private func turn(_ matrix: inout Matrix, _ row: Int, _ angle: Double) {
        let (x, y) = (matrix[row, 0], matrix[row, 1])
        matrix[row, 0] = x * cos(angle) - y * sin(angle)
        matrix[row, 1] = x * sin(angle) + y * cos(angle)
    }
}
