import Acquisition
import Signal

/// Collects hits, misses and delays over patients.
struct DetectionTally {
    /// Decoded envelope in µV above which a detection starts.
    let threshold: Double
    private var patients: [(bursts: [Range<Int>], starts: [Int])] = []
    private var pulseDelays: [Int] = []
    private var armedBursts = 0
    private var unanswered = 0
    private var cost = AdaptiveCost()

    init(threshold: Double) { self.threshold = threshold }

    /// A patient without stimulation: bursts of the circuit and what the decoder said.
    mutating func add(bursts: [Range<Int>], decisions: [AdaptiveDecision], from start: Int, cost spent: AdaptiveCost) {
        patients.append((bursts, detectionStarts(decisions, above: threshold).filter { $0 >= start }))
        cost.add(spent)
    }

    /// A patient under stimulation: bursts of the circuit and the times in ms of all pulses.
    mutating func addArmed(bursts: [Range<Int>], pulses: [Double]) {
        for burst in bursts {
            let onset = Double(burst.lowerBound)
            // A burst that begins while pulses run says nothing about how fast the loop answers.
            guard !pulses.contains(where: { $0 > onset - 100 && $0 < onset }) else { continue }
            armedBursts += 1
            if let first = pulses.first(where: { $0 >= onset && $0 < Double(burst.upperBound) }) {
                pulseDelays.append(Int(first - onset))
            } else {
                unanswered += 1
            }
        }
    }

    /// The scores over `minutes` minutes of all patients together.
    func report(minutes: Double) -> BurstDetectionReport {
        let found = patients.map { detectionDelays($0.bursts, $0.starts) }
        let chance = patients.indices.map { index in
            detectionDelays(patients[index].bursts, patients[(index + 1) % patients.count].starts)
        }
        let strays = patients.map { patient in
            patient.starts.count { start in
                !patient.bursts.contains { $0.contains(start) || start - $0.lowerBound == detectionWindow }
            }
        }
        let delays = found.flatMap { $0 }.compactMap(\.self).map(Double.init)
        return BurstDetectionReport(
            bursts: patients.reduce(0) { $0 + $1.bursts.count }, recalls: found.map(recall), chance: chance.map(recall),
            falsePerMinute: Double(strays.reduce(0, +)) / max(minutes, 1e-9),
            onsetToDetection: delays.isEmpty ? nil : quantile(delays, 0.5),
            onsetToPulse: pulseDelays.isEmpty ? nil : quantile(pulseDelays.map(Double.init), 0.5),
            armedBursts: armedBursts, unansweredBursts: unanswered, threshold: threshold,
            activity: Double(cost.spikes) / Double(max(1, cost.neuronUpdates)),
            operations: Double(cost.synapticOperations) / Double(max(1, cost.decisions)))
    }

    private func recall(_ delays: [Int?]) -> Double {
        Double(delays.count { $0 != nil }) / Double(max(1, delays.count))
    }
}

/// Times in ms of the pulses that `echoes` announce and that no later echo takes away, in order.
func pulseTimes(_ echoes: [SegmentEcho]) -> [Double] {
    var runs: [Int64: SegmentEcho] = [:]
    for echo in echoes {
        if echo.cancelledFrom.value < Int64.max {
            for (first, run) in runs {
                var kept = run
                while kept.pulses > 0, kept.time(ofPulse: kept.pulses - 1).value >= echo.cancelledFrom.value {
                    kept.pulses -= 1
                }
                runs[first] = kept
            }
        }
        if echo.pulses > 0 { runs[echo.firstPulse.value] = echo }
    }
    return runs.values.flatMap { run in
        (0..<run.pulses).map { Double(run.time(ofPulse: $0).value) / 1_000 }
    }.sorted()
}
