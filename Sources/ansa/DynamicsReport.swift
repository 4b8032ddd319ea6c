import Campaigns
import Decoding
import VirtualLab

/// What `ansa decoder dynamics` reports.
struct DynamicsReport: Encodable {
    /// One real eigenvalue or complex pair.
    struct Mode: Encodable {
        let real: Double
        let imaginary: Double
        /// Absent where the mode does not decay, as is the upper end of its interval.
        let timeConstantMs: Double?
        let timeConstantCi95Ms: [Double?]
        let frequencyHz: Double
        let frequencyCi95Hz: [Double?]
    }

    struct Surrogates: Encodable {
        let statistic = "share of the lagged covariances that knows the direction of time"
        let value: Double
        let median: Double
        let percentile95: Double
        let p: Double
        let isAbove: Bool
        let slowestTimeConstantMs: Double?
    }

    struct Recording: Encodable {
        let bins: Int
        let units: Int
        let explained: Double
        let singularShares: [Double]
        let modes: [Mode]
        let surrogates: Surrogates
        /// Never: nobody pushed.
        let lineAttractorClaimed = false
    }

    let metric = "time_constant_ms"
    let data: String
    let binMs: Double
    let transform: String
    let smoothing: Int
    let dimensions: Int
    let recording: Recording?
    let twins: [Twin]

    /// A recording.
    init(data: String, activity: PopulationActivity, dynamics: LinearDynamics, surrogates: DynamicsSurrogates) {
        self.data = data
        binMs = activity.bin * 1_000
        transform = activity.transform.rawValue
        smoothing = activity.smoothing
        dimensions = dynamics.settings.dimensions
        recording = Recording(
            bins: activity.values.rows, units: activity.values.columns, explained: dynamics.explained,
            singularShares: dynamics.singularShares, modes: dynamics.modes.map(Mode.init),
            surrogates: Surrogates(surrogates))
        twins = []
    }

    /// Populations of known dynamics.
    init(_ twins: [Twin], _ trial: DynamicsTrial) {
        data = "virtual populations, \(trial.parameters.units) units, \(fixed(trial.seconds, 0)) s undisturbed"
        binMs = trial.parameters.bin * 1_000
        transform = trial.transform.rawValue
        smoothing = trial.smoothing
        dimensions = trial.settings.dimensions
        recording = nil
        self.twins = twins
    }

    var title: String { recording == nil ? "Eigenvalues of virtual populations" : "Eigenvalues of \(data)" }

    /// Points of the figure.
    var series: [EigenvalueFigure.Series] {
        if let recording { return [EigenvalueFigure.Series(name: "fitted", points: points(recording.modes))] }
        return twins.map { EigenvalueFigure.Series(name: $0.kind, points: points($0.runs.flatMap(\.modes))) }
    }

    /// Both of each pair.
    private func points(_ modes: [Mode]) -> [(x: Double, y: Double)] {
        modes.flatMap { mode in
            mode.imaginary == 0
                ? [(mode.real, 0)] : [(mode.real, mode.imaginary), (mode.real, -mode.imaginary)]
        }
    }
}

extension DynamicsReport.Mode {
    init(_ mode: DynamicMode) {
        func milliseconds(_ seconds: Double?) -> Double? {
            seconds.flatMap { $0.isFinite ? $0 * 1_000 : nil }
        }
        (real, imaginary) = (mode.eigenvalue.real, mode.eigenvalue.imaginary)
        timeConstantMs = milliseconds(mode.timeConstant)
        timeConstantCi95Ms = [
            milliseconds(mode.timeConstantInterval?.low), milliseconds(mode.timeConstantInterval?.high),
        ]
        frequencyHz = mode.frequency
        frequencyCi95Hz = [mode.frequencyInterval?.low, mode.frequencyInterval?.high]
    }

    /// `1474 ms (1376 to 1587)`, and the frequency where it turns.
    var text: String {
        func number(_ value: Double?) -> String { value.map { fixed($0, 0) } ?? "without end" }
        let time =
            "\(number(timeConstantMs)) ms (\(number(timeConstantCi95Ms[0])) to \(number(timeConstantCi95Ms[1])))"
        guard frequencyHz > 0 else { return time }
        return time + ", \(fixed(frequencyHz, 2)) Hz (\(fixed(frequencyCi95Hz[0] ?? 0, 2)) to "
            + "\(fixed(frequencyCi95Hz[1] ?? 0, 2)))"
    }
}

extension DynamicsReport.Surrogates {
    /// The p value at which a recording is called above its surrogates; half of the 5 % that are allowed.
    static let level = 0.025

    init(_ surrogates: DynamicsSurrogates) {
        value = surrogates.rotation.value
        median = surrogates.rotation.median
        percentile95 = surrogates.rotation.upper
        p = surrogates.rotation.p
        isAbove = surrogates.rotation.p <= Self.level
        slowestTimeConstantMs = surrogates.slowest.isFinite ? surrogates.slowest * 1_000 : nil
    }
}
