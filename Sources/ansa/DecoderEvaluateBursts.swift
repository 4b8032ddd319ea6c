import Campaigns
import Decoding

/// Bursts that the shipped burst decoder finds in virtual patients, against the circuit that made them.
func evaluateBursts(_ arguments: ParsedArguments) throws -> EvaluationReport {
    let (first, seeds) = (UInt64(arguments.integer("seed") ?? 1), Int(arguments.integer("seeds") ?? 5))
    let seconds = Int(arguments.integer("seconds") ?? 60)
    guard first + UInt64(seeds) <= 1_001 else {
        throw Failure(
            ExitCode.usage,
            "seeds 1001 to 1005 set the thresholds; the scored ones are \(first) to "
                + "\(first + UInt64(seeds) - 1): choose a lower --seed")
    }
    let found = try burstDetection(
        program: executablePath, profiles: "Profiles", first: first, seeds: seeds, seconds: seconds
    ) { what, share in showProgress(share, what) }
    showProgress(1, "")
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(max(1, values.count)) }
    let gain = PairedDifference(found.recalls, found.chance)
    var details: [String: Double] = [
        "bursts of the circuit": Double(found.bursts), "false detections a minute": found.falsePerMinute,
        "threshold, µV": found.threshold, "recall, least": found.recalls.min() ?? 0,
        "bursts that began without pulses, armed": Double(found.armedBursts),
        "of these without a pulse before their end": Double(found.unansweredBursts),
    ]
    details["onset to detection, median ms"] = found.onsetToDetection
    details["onset to first pulse, median ms"] = found.onsetToPulse
    return EvaluationReport(
        profile: "adaptive-dbs", metric: "recall: bursts detected within 150 ms of their onset",
        value: mean(found.recalls),
        baseline: BaselineScore(name: "another patient's detections", value: mean(found.chance)), seed: first,
        split: "thresholds from five other seeds, \(seeds) patients of \(seconds) s; the first 5 s not scored",
        activity: found.activity, operations: found.operations, energy: EnergyEstimate(operations: found.operations),
        ci95: [gain.low, gain.high], ci95Of: "recall − another patient's, paired by patient", details: details,
        notes: [
            "truth: the subthalamic rate of the twin, enveloped without phase shift, above its 75th percentile for "
                + "100 ms or longer"
        ])
}
