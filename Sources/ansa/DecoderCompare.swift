import Foundation
import Neuromorphic

extension Command {
    static let decoderCompare = Command(
        name: "compare",
        overview: "Runs a network in floating point and in the chip's integers, and says where they part.",
        arguments: [.network], options: [.networkInput, .scheme, .networkStep, .rename, .format],
        examples: ["ansa decoder compare net.nir --input counts.npy --dt 4"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let task = try NetworkTask(arguments)
            let comparison: BackendComparison
            do throws(NIRError) {
                comparison = try BackendComparison(
                    task.graph, input: task.input.values, dt: task.dt, scheme: task.scheme
                ) { showProgress($0, "comparing") }
            } catch { throw Failure(error, file: arguments.word("network")) }
            showProgress(1, "")
            let report = ComparisonReport(comparison, task: task, file: arguments.word("network"))
            let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        }
    }
}

/// What `ansa decoder compare` reports.
private struct ComparisonReport: Encodable {
    struct Layer: Encodable {
        let run: BackendComparison.Population
        /// Largest relative errors of what quantisation rounded.
        let weightError: Double
        let decayError: Double
        let thresholdError: Double
        let biasError: Double
        let weightExponent: Int
    }

    let network: String
    let scheme: String
    let dtMs: Double
    let steps: Int
    let layers: [Layer]
    let floatOperations: Int64
    let fixedOperations: Int64
    let notes: [String]

    init(_ comparison: BackendComparison, task: NetworkTask, file: String) {
        network = file
        scheme = task.scheme.description
        dtMs = task.dt * 1_000
        steps = comparison.steps
        layers = zip(comparison.populations, comparison.quantisation.populations).map { run, rounded in
            Layer(
                run: run, weightError: rounded.weightError, decayError: rounded.decayError,
                thresholdError: rounded.thresholdError, biasError: rounded.biasError,
                weightExponent: rounded.weightExponent)
        }
        floatOperations = comparison.floatOperations.synaptic
        fixedOperations = comparison.fixedOperations.synaptic
        let broken = task.input.values.count { $0 != $0.rounded() }
        let rounding =
            broken == 0
            ? [] : ["the chip takes whole payloads: \(broken) of \(task.input.values.count) inputs were rounded"]
        notes = task.graph.notes + comparison.quantisation.notes + rounding
    }

    var text: String {
        var lines = ["\(network): \(steps) steps of \(fixed(dtMs, 3)) ms, \(scheme), float beside loihi-fixed"]
        for layer in layers {
            let run = layer.run
            lines.append("  \(run.name): \(run.neurons) neurons, the chip \(run.shift) steps later")
            if let error = run.largestError {
                let share = run.relativeError.map { " (\(fixed($0 * 100, 2)) % of the largest)" } ?? ""
                lines.append("    membranes differ by at most \(fixed(error, 6))\(share)")
            } else {
                lines.append(
                    "    spikes \(run.floatSpikes) and \(run.fixedSpikes): \(run.gained) gained, \(run.lost) lost")
            }
            lines.append(
                "    rounding: weights \(percent(layer.weightError)), decays \(percent(layer.decayError)), thresholds "
                    + "\(percent(layer.thresholdError)), biases \(percent(layer.biasError)); "
                    + "\(run.saturated) saturated neuron-steps")
        }
        lines.append("  synaptic operations: \(floatOperations) and \(fixedOperations)")
        return (lines + notes.map { "  note: \($0)" }).joined(separator: "\n")
    }

    private func percent(_ share: Double) -> String { fixed(share * 100, 3) + " %" }
}
