import Campaigns
import Decoding
import Foundation
import Neuromorphic
import VirtualLab

/// Reaching on the virtual motor cortex, closed loop: the cursor goes where the decoder says.
///
/// Filters are fitted to recorded reaching of the same population; trials of other noise and other targets score them.
func evaluateVirtualReach(_ arguments: ParsedArguments) throws -> EvaluationReport {
    let (first, trials) = (UInt64(arguments.integer("seed") ?? 1), Int(arguments.integer("seeds") ?? 5))
    let seconds = Int(arguments.integer("seconds") ?? 120)
    let calibration = VirtualReachCalibration()
    var rates: [[Double]] = []
    var efficiencies: [[Double]] = []
    let decoders = try calibration.decoders()
    for (index, decoder) in decoders.enumerated() {
        var (reached, straight): ([Double], [Double]) = ([], [])
        for trial in 0..<trials {
            let done = Double(index * trials + trial) / Double(decoders.count * trials)
            showProgress(done, "\(decoder.name), trial \(trial + 1) of \(trials)")
            let score = try calibration.reach(
                by: decoder.network, seconds: seconds, trial: first + UInt64(trial))
            reached.append(score.targetsPerMinute)
            straight.append(score.pathEfficiency)
        }
        rates.append(reached)
        efficiencies.append(straight)
    }
    showProgress(1, "")
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(max(1, values.count)) }
    let gain = PairedDifference(rates[0], rates[1])
    var details = ["targets/min, least": rates[0].min() ?? 0, "targets/min, most": rates[0].max() ?? 0]
    for (decoder, straight) in zip(decoders, efficiencies) {
        details["path efficiency, \(decoder.name)"] = mean(straight)
        details["R² on the calibration's last fifth, \(decoder.name)"] = decoder.explained
    }
    return EvaluationReport(
        profile: "reach", metric: "targets a minute in the closed loop, mean over trials", value: mean(rates[0]),
        baseline: BaselineScore(name: "Kalman filter", value: mean(rates[1])), seed: first,
        split:
            "fitted to \(calibration.seconds) s of intended reaching; \(trials) trials of \(seconds) s of other noise "
            + "and targets", ci95: [gain.low, gain.high], ci95Of: "Wiener filter − Kalman filter, paired by trial",
        details: details,
        notes: ["decoder: Wiener filter as a network, virtual motor cortex of \(calibration.units) units"])
}

/// The heading ring's goals, printed as its own report.
func evaluateHeading(_ arguments: ParsedArguments) -> Int32 {
    let report = evaluateHeadingRing(
        seed: UInt64(arguments.integer("seed") ?? 1), seeds: Int(arguments.integer("seeds") ?? 5),
        seconds: Int(arguments.integer("seconds") ?? 60)
    ) { showProgress($0, "walks") }
    let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
    return isWritten ? ExitCode.done : ExitCode.inputOutput
}

extension HeadingRingReport {
    /// For a person.
    fileprivate var text: String {
        var lines = ["heading-ring: error with landmarks \(fixed(value, 1))° RMS over \(seeds) seeds"]
        lines.append("  95 % interval of the mean error: \(fixed(confidence[0], 1))° to \(fixed(confidence[1], 1))°")
        lines.append("  \(baseline.name): \(fixed(baseline.value, 1))°")
        for goal in goals {
            let word = goal.holds ? "met" : "NOT met"
            lines.append("  \(word): \(goal.name): \(fixed(goal.value, 2)) \(goal.unit), goal \(fixed(goal.goal, 0))")
        }
        for other in others.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(other.key): \(fixed(other.value, 1))")
        }
        lines.append("  activity: \(fixed(activity, 4)) spikes a cell and step; \(split)")
        lines.append("  energy a second: \(fixed(energyNanojoules, 0)) nJ (\(energySource)); host: not measured")
        return lines.joined(separator: "\n")
    }
}
