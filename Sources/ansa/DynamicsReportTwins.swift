import Campaigns
import Decoding
import VirtualLab

extension DynamicsReport {
    /// All populations of one kind.
    struct Twin: Encodable {
        struct Truth: Encodable {
            let timeConstantMs: Double
            let frequencyHz: Double
            /// Median of the fits.
            let medianMs: Double?
            /// Largest |τ − true τ| / true τ; absent where a fit has no mode of that kind.
            let largestError: Double?
            let within10Percent: Int
            /// Fits whose 95 % interval holds the truth.
            let covered: Int
        }

        struct Run: Encodable {
            let seed: UInt64
            let modes: [Mode]
            let surrogates: Surrogates?
            let push: Push?
        }

        struct Push: Encodable {
            /// Shares that are left 0.5 s after the first response.
            let along: Double
            let alongCi95: [Double]
            let off: Double
            let offCi95: [Double]
            let isClaimed: Bool
        }

        let kind: String
        let truth: [Truth]
        let runs: [Run]
        let aboveSurrogates: Int
        /// Absent where nothing was pushed.
        let lineAttractorsClaimed: Int?

        init(_ kind: LinearPopulationParameters.Kind, _ results: [DynamicsTrialResult]) {
            self.kind = kind.rawValue
            truth = (results.first?.truth ?? []).enumerated().map { index, known in
                let errors = results.map { $0.error(index) }
                let times = results.compactMap { $0.fitted(index)?.timeConstant }.sorted()
                return Truth(
                    timeConstantMs: known.time * 1_000, frequencyHz: known.frequency,
                    medianMs: times.isEmpty ? nil : times[times.count / 2] * 1_000,
                    largestError: errors.contains(nil) ? nil : errors.compactMap(\.self).max(),
                    within10Percent: errors.count { ($0 ?? 1) <= 0.1 },
                    covered: results.count {
                        $0.fitted(index)?.timeConstantInterval?.contains(known.time) ?? false
                    })
            }
            runs = results.map { result in
                Run(
                    seed: result.seed, modes: result.dynamics.modes.map(Mode.init),
                    surrogates: result.surrogates.map(Surrogates.init), push: result.test.map(Push.init))
            }
            aboveSurrogates = runs.count { $0.surrogates?.isAbove ?? false }
            lineAttractorsClaimed =
                runs.contains { $0.push != nil } ? runs.count { $0.push?.isClaimed ?? false } : nil
        }
    }
}

extension DynamicsReport.Twin.Push {
    init(_ test: AttractorTest) {
        along = test.along
        alongCi95 = [test.alongInterval.low, test.alongInterval.high]
        off = test.off
        offCi95 = [test.offInterval.low, test.offInterval.high]
        isClaimed = test.isClaimed
    }
}

extension DynamicsReport {
    var text: String {
        let smooth = smoothing > 1 ? ", means of \(smoothing) bins" : ""
        let head =
            "\(data); bins of \(fixed(binMs, 0)) ms, \(transform)\(smooth), \(dimensions) dimensions; "
            + "intervals 95 %, by blocks"
        return ([head, ""] + (recording.map(lines) ?? twins.flatMap(lines) + [Self.rule])).joined(separator: "\n")
    }

    private static let rule =
        "claimed: of pulses along the direction at least \(fixed(AttractorTest.leastKept * 100, 0)) % left after "
        + "\(fixed(AttractorTest.delay * 1_000, 0)) ms, of pulses off it at most "
        + "\(fixed(AttractorTest.mostKept * 100, 0)) % (bounds of 95 % intervals)"

    private func lines(_ recording: Recording) -> [String] {
        var lines = recording.modes.map { "mode  \($0.text)" }
        let surrogates = recording.surrogates
        let slowest = surrogates.slowestTimeConstantMs.map { fixed($0, 0) } ?? "endless"
        lines.append(
            "\(recording.units) units, \(recording.bins) bins; the components kept hold "
                + "\(fixed(recording.explained * 100, 1)) % of the variance")
        lines.append("")
        lines.append(
            "direction of time: \(fixed(surrogates.value, 4)) of the lagged covariances; surrogates of the same "
                + "smoothness and covariance \(fixed(surrogates.median, 4)), 95th percentile "
                + "\(fixed(surrogates.percentile95, 4)), p \(fixed(surrogates.p, 3))")
        lines.append(
            surrogates.isAbove
                ? "above surrogates: some units lead and others follow, by their own dynamics or by their input's"
                : "not above surrogates: smoothness and covariance are enough to make this")
        lines.append(
            "slowest time constant of the surrogates: \(slowest) ms; slowness alone proves nothing")
        lines.append("no line attractor is claimed: nobody pushed this population")
        return lines
    }

    private func lines(_ twin: Twin) -> [String] {
        let count = twin.runs.count
        var lines = ["\(twin.kind), \(count == 1 ? "one population" : "\(count) populations")"]
        for truth in twin.truth {
            let turn = truth.frequencyHz > 0 ? " at \(fixed(truth.frequencyHz, 1)) Hz" : ""
            let error = truth.largestError.map { "\(fixed($0 * 100, 1)) %" } ?? "not found in all"
            lines.append(
                "  true \(fixed(truth.timeConstantMs, 0)) ms\(turn): median \(fixed(truth.medianMs ?? 0, 0)) ms, "
                    + "largest error \(error), within 10 % \(truth.within10Percent), interval holds it \(truth.covered)"
            )
        }
        lines.append("  above surrogates \(twin.aboveSurrogates) of \(count)")
        if let claims = twin.lineAttractorsClaimed, let push = twin.runs.first?.push {
            lines.append(
                "  line attractor claimed \(claims) of \(count); seed \(twin.runs[0].seed): left along "
                    + "\(fixed(push.along, 2)) (\(fixed(push.alongCi95[0], 2)) to \(fixed(push.alongCi95[1], 2))), off "
                    + "\(fixed(push.off, 2)) (\(fixed(push.offCi95[0], 2)) to \(fixed(push.offCi95[1], 2)))")
        }
        return lines + [""]
    }
}
