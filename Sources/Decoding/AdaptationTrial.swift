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
        let settled = Int((settling / movement.bin).rounded())
        let span = Int((window / movement.bin).rounded())
        let test = movement.counts.rows - start
        guard test >= settled + span else {
            throw .tooFew(what: "bins after the change", found: test, least: settled + span)
        }
        let prepared = try PreparedTrial(self, movement, change, start: start, settled: settled, seed: seed, gate: gate)
        var outcomes: [Arm: ArmOutcome] = [:]
        for arm in arms { outcomes[arm] = try prepared.outcome(arm) }
        return AdaptationResult(
            truth: prepared.truth, outcomes: outcomes, settled: settled, window: span, bin: movement.bin)
    }
}

/// What one arm of a trial decoded and learnt.
public struct ArmOutcome: Sendable {
    /// Bins × 2, m/s.
    public let prediction: Matrix
    /// Steps of learning that were taken.
    public let steps: Int64
    /// Steps that were refused.
    public let refusals: [AdaptationRefusal: Int64]
    /// The mean factor on the learning rate.
    public let meanFactor: Double

    fileprivate init(_ prediction: Matrix, _ adaptive: AdaptiveReadout? = nil) {
        self.prediction = prediction
        steps = adaptive?.steps ?? 0
        refusals = adaptive?.refusals ?? [:]
        meanFactor = adaptive?.meanFactor ?? 1
    }
}

/// A movement whose population changes, and the readout that was calibrated before.
private struct PreparedTrial {
    private let trial: AdaptationTrial
    private let change: NonStationarity
    private let seed: UInt64
    private let gate: AdaptiveReadout.Gate
    private let start: Int
    private let settled: Int
    private let base: Calibrated
    private let course: SteeredMovement
    /// Features of the changed population, all bins.
    private let features: Matrix

    init(
        _ trial: AdaptationTrial, _ movement: SteeredMovement, _ change: NonStationarity, start: Int, settled: Int,
        seed: UInt64, gate: AdaptiveReadout.Gate
    ) throws(CalibrationError) {
        (self.trial, self.change, self.seed, self.gate) = (trial, change, seed, gate)
        (self.start, self.settled) = (start, settled)
        var course = movement
        course.apply(
            change, seconds: { Double($0 - start) * movement.bin }, rows: start..<movement.counts.rows, seed: seed)
        self.course = course
        base = try Calibrated(movement, penalty: trial.penalty, bins: start)
        features = base.features.features(of: course.counts)
    }

    private var rows: Range<Int> { start..<course.counts.rows }
    var truth: Matrix { course.velocity.rows(rows) }

    func outcome(_ arm: AdaptationTrial.Arm) throws(CalibrationError) -> ArmOutcome {
        switch arm {
        case .fixed: return ArmOutcome(base.readout.predict(features.rows(rows)))
        case .recalibrated: return try recalibrated()
        case .recursive, .wrongLabels: return try adapt(try squares(), isWrong: arm == .wrongLabels)
        case .threeFactor:
            let rule = try ThreeFactorRule(inputs: base.readout.inputs + 1, rate: trial.rate)
            return try adapt(.threeFactor(rule), isWrong: false)
        }
    }

    private func squares() throws(CalibrationError) -> AdaptiveReadout.Rule {
        let inverse = base.readout.inverseGram
        let wide = Matrix(
            rows: inverse.rows, columns: inverse.columns, values: inverse.values.map { $0 * trial.widening })
        return .recursiveLeastSquares(
            try RecursiveLeastSquares(
                covariance: wide, forgetting: change.isLasting ? trial.lastingForgetting : trial.forgetting))
    }

    private func recalibrated() throws(CalibrationError) -> ArmOutcome {
        let seconds = Double(settled) * course.bin
        var past = course
        past.counts = course.counts.rows(0..<start)
        past.velocity = course.velocity.rows(0..<start)
        past.apply(change, seconds: { _ in seconds }, rows: 0..<start, seed: seed)
        let fresh = try Calibrated(past, penalty: trial.penalty, bins: start)
        return ArmOutcome(fresh.readout.predict(fresh.features.features(of: course.counts).rows(rows)))
    }

    /// Decodes each bin, then learns from it where there are labels.
    private func adapt(_ rule: AdaptiveReadout.Rule, isWrong: Bool) throws(CalibrationError) -> ArmOutcome {
        var adaptive = try AdaptiveReadout(base.readout, rule: rule, gate: gate, calibratedError: base.error)
        var prediction = Matrix(rows: rows.count, columns: 2)
        let labelled = change.isLasting ? rows : start..<(start + settled)
        for bin in rows {
            let row = Array(features.row(bin))
            let decoded = adaptive.readout.predict(row)
            (prediction[bin - start, 0], prediction[bin - start, 1]) = (decoded[0], decoded[1])
            guard labelled.contains(bin) else { continue }
            // A wrong label is that of another movement: the one at the recording's beginning.
            let label = course.intention(isWrong ? bin - start : bin)
            _ = adaptive.learn(bin: Int64(bin), features: row, label: label)
        }
        return ArmOutcome(prediction, adaptive)
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
