import Decoding
import Foundation
import Neuromorphic

extension Command {
    static let decoderSimulate = Command(
        name: "simulate", overview: "Runs a network on given input, and writes what it answers.",
        arguments: [.network],
        options: [
            .networkInput, .scheme, .networkStep,
            Option(
                "backend", .choice(ChipNetwork.Backend.allCases.map(\.rawValue)), initial: "float",
                help: "NIR's equations in double precision, or the chip's integers."),
            Option(
                "output", .path, placeholder: "folder",
                help: "A new folder for output.npy (steps × outputs), spikes.csv and raster.svg."),
            .rename, .format,
        ],
        examples: ["ansa decoder simulate net.nir --input counts.npy --backend loihi-fixed --output Runs/one"]
    ) { arguments in
        Failure.code { () throws(Failure) in try simulate(arguments) }
    }
}

/// What a run came to.
private struct SimulationReport: Encodable {
    let network: String
    let backend: String
    let scheme: String
    let dtMs: Double
    let steps: Int
    let outputs: Int
    let spikes: Int64
    let synapticOperations: Int64
    let neuronUpdates: Int64
    let energyNj: Double
    let energySource: String
    let hostJoules = "not measured"
    let output: String?
    let notes: [String]

    var text: String {
        var lines = ["\(network): \(steps) steps of \(fixed(dtMs, 3)) ms, \(backend), \(scheme)"]
        lines.append("  \(outputs) outputs, \(spikes) spikes, \(synapticOperations) synaptic operations")
        lines.append("  energy: \(fixed(energyNj, 1)) nJ (\(energySource)); host: not measured")
        if let output { lines.append("  wrote \(output)/output.npy, spikes.csv, raster.svg") }
        return (lines + notes.map { "  note: \($0)" }).joined(separator: "\n")
    }
}

private func simulate(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let task = try NetworkTask(arguments)
    let backend = ChipNetwork.Backend(rawValue: arguments.text("backend") ?? "") ?? .float
    let chip: ChipNetwork
    do throws(NIRError) {
        chip = try ChipNetwork(graph: task.graph, backend: backend, dt: task.dt, scheme: task.scheme)
    } catch { throw Failure(error, file: arguments.word("network")) }
    let interruption = Interruption()
    defer { interruption.restore() }
    var outputs: [Double] = []
    outputs.reserveCapacity(task.input.steps * chip.outputCount)
    var spikes: [(step: Int, neuron: Int)] = []
    var answer = [Double](repeating: 0, count: max(1, chip.outputCount))
    for step in 0..<task.input.steps {
        let row = Array(task.input.values[(step * chip.inputCount)..<((step + 1) * chip.inputCount)])
        unsafe chip.step(input: row, output: &answer)
        outputs += answer.prefix(chip.outputCount)
        for neuron in 0..<chip.firingCount where chip.fired(neuron) { spikes.append((step, neuron)) }
        guard step % 1_024 == 0 else { continue }
        showProgress(Double(step) / Double(task.input.steps), "step \(step)")
        if interruption.isAsked { throw Failure(ExitCode.failed, "stopped; nothing was written") }
    }
    showProgress(1, "")
    if let folder = arguments.text("output") {
        let raster = RasterFigure(
            title: "\(arguments.word("network")), \(backend.rawValue)", steps: task.input.steps,
            neurons: chip.firingCount, step: task.dt * 1_000, spikes: spikes)
        let table = "step,neuron\n" + spikes.map { "\($0.step),\($0.neuron)\n" }.joined()
        try writeFolder(
            folder,
            [
                ("output.npy", NumpyArray.bytes(shape: [task.input.steps, chip.outputCount], values: outputs)),
                ("spikes.csv", Array(table.utf8)), ("raster.svg", Array(raster.text.utf8)),
            ])
    }
    let spent = chip.operations
    let energy = EnergyEstimate(operations: Double(spent.synaptic))
    let report = SimulationReport(
        network: arguments.word("network"), backend: backend.rawValue, scheme: task.scheme.description,
        dtMs: task.dt * 1_000, steps: task.input.steps, outputs: chip.outputCount, spikes: spent.spikes,
        synapticOperations: spent.synaptic, neuronUpdates: spent.updates, energyNj: energy.nanojoules ?? 0,
        energySource: energy.source, output: arguments.text("output"),
        notes: task.graph.notes + (chip.quantisation?.notes ?? []))
    let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
    return isWritten ? ExitCode.done : ExitCode.inputOutput
}
