import Decoding
import Foundation

/// What `ansa decoder adapt` reports.
struct AdaptationReport: Encodable {
    struct Arm: Encodable {
        let arm: String
        /// R² after the settling time, one a seed.
        let scores: [Double]
        let median: Double
        /// As a share of the recalibrated decoder's, median over seeds.
        let recovery: Double?
        let steps: Int64
    }

    struct Course: Encodable {
        let arm: String
        let seconds: [Double]
        let score: [Double]
    }

    struct Gate: Encodable {
        /// Gate less a constant rate of equal mean.
        let gain: PairedDifference
        let gainOverPlain: PairedDifference
        /// Only where the interval of the gain lies above 0.
        let isWorthIt: Bool

        enum CodingKeys: String, CodingKey {
            case gain
            case gainOverPlain = "gain_over_no_gate"
            case isWorthIt = "on_by_default"
        }
    }

    let metric = "r2"
    let change: String
    let what: String
    let data: String
    /// Where the labels that are learnt from come from; recorded movement only scores.
    let labels: String
    let seeds: Int
    let arms: [Arm]
    let courses: [Course]
    let gate: Gate?

    init(_ results: [AdaptationResult], change: String, what: String, data: String, gate: GateTrial?) {
        (self.change, self.what, self.data) = (change, what, data)
        labels = "inferred intention: towards the known target, as fast as the cursor"
        seeds = results.count
        arms = AdaptationTrial.Arm.allCases.map { arm in
            let scores = results.compactMap { $0.score(arm) }
            let recoveries = results.compactMap { $0.recovery(arm) }
            return Arm(
                arm: arm.rawValue, scores: scores, median: median(scores) ?? 0, recovery: median(recoveries),
                steps: results.first?.outcomes[arm]?.steps ?? 0)
        }
        courses = AdaptationTrial.Arm.allCases.map { arm in
            let course = results.first?.course(arm) ?? []
            return Course(arm: arm.rawValue, seconds: course.map(\.seconds), score: course.map(\.score))
        }
        self.gate = gate.map {
            Gate(gain: $0.gain, gainOverPlain: $0.gainOverPlain, isWorthIt: $0.gain.low > 0)
        }
    }

    var text: String {
        var lines = ["\(what); \(data); \(seeds) seeds", "labels: \(labels)", ""]
        lines.append("\(padded("arm"))  R² median [least, most]      of a new calibration")
        for arm in arms {
            let spread = "[\(number(arm.scores.min() ?? 0)), \(number(arm.scores.max() ?? 0))]"
            let share = arm.recovery.map { "\(Int(($0 * 100).rounded())) %" } ?? "–"
            lines.append(
                "\(padded(arm.arm))  \(number(arm.median)) \(spread)".padding(toLength: 54, withPad: " ", startingAt: 0)
                    + share)
        }
        guard let gate else { return lines.joined(separator: "\n") }
        lines.append("")
        lines.append("astrocyte's gate less a constant rate of equal mean: \(interval(gate.gain))")
        lines.append("astrocyte's gate less no gate: \(interval(gate.gainOverPlain))")
        lines.append(
            gate.isWorthIt
                ? "the gate earns something here" : "the gate earns nothing that can be told from 0 here: it stays off")
        return lines.joined(separator: "\n")
    }

    private func interval(_ difference: PairedDifference) -> String {
        "\(number(difference.mean)), 95 % \(number(difference.low)) to \(number(difference.high)), "
            + "\(difference.pairs) seeds"
    }

    private func padded(_ text: String) -> String { text.padding(toLength: 24, withPad: " ", startingAt: 0) }

    private func number(_ value: Double) -> String {
        String(format: "%.3f", locale: Locale(identifier: "en_US_POSIX"), value)
    }
}

private func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
