/// A planned network on the fixed-point chip, with float values at its ends.
@safe final class FixedNetwork {
    let chip: LoihiNetwork
    let firingCount: Int
    let neuronCount: Int
    private let names: [String]
    private let units: [[Double]]
    private let outputs: [FixedPlan.Output]
    private let inputCount: Int
    private let firing: [(population: Int, neuron: Int)]
    private let payloads: UnsafeMutablePointer<Int32>

    init(plan: FixedPlan, inputCount: Int) {
        chip = LoihiNetwork(inputs: inputCount, populations: plan.populations, connections: plan.connections)
        outputs = plan.outputs
        names = plan.report.populations.map(\.name)
        units = plan.units
        self.inputCount = inputCount
        firing = plan.populations.indices.flatMap { index in
            plan.populations[index].fires ? (0..<plan.populations[index].count).map { (index, $0) } : []
        }
        firingCount = firing.count
        neuronCount = plan.populations.reduce(0) { $0 + $1.count }
        unsafe payloads = .allocate(capacity: max(1, inputCount))
        unsafe payloads.initialize(repeating: 0, count: max(1, inputCount))
    }

    deinit { unsafe payloads.deallocate() }

    var operations: Operations { chip.operations }

    func step(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
        for i in 0..<inputCount {
            let rounded = unsafe input[i].rounded()
            unsafe payloads[i] = rounded.isFinite ? Int32(max(-65_536, min(65_536, rounded))) : 0
        }
        unsafe chip.step(input: payloads)
        for i in 0..<outputs.count {
            let source = outputs[i]
            if source.unit == 0 {
                unsafe output[i] = chip.fired(source.population, source.neuron) ? 1 : 0
            } else {
                unsafe output[i] = Float(Double(chip.voltage(source.population, source.neuron)) / source.unit)
            }
        }
    }

    func step(input: UnsafePointer<Double>, output: UnsafeMutablePointer<Double>) {
        for i in 0..<inputCount {
            let rounded = unsafe input[i].rounded()
            unsafe payloads[i] = rounded.isFinite ? Int32(max(-65_536, min(65_536, rounded))) : 0
        }
        unsafe chip.step(input: payloads)
        for i in 0..<outputs.count {
            let source = outputs[i]
            if source.unit == 0 {
                unsafe output[i] = chip.fired(source.population, source.neuron) ? 1 : 0
            } else {
                unsafe output[i] = Double(chip.voltage(source.population, source.neuron)) / source.unit
            }
        }
    }

    /// Spikes or membranes of a population by its node's name; `name#v` in graph units.
    func values(of name: String) -> [Double]? {
        let base = name.split(separator: "#").first.map(String.init) ?? name
        guard let index = names.firstIndex(of: base), !name.hasSuffix("#I") else { return nil }
        let population = chip.populations[index]
        return (0..<population.count).map { i in
            let unit = units[index][i]
            if name.hasSuffix("#v") || !population.fires { return Double(chip.voltage(index, i)) / unit }
            return chip.fired(index, i) ? 1 : 0
        }
    }

    func fired(_ index: Int) -> Bool { chip.fired(firing[index].population, firing[index].neuron) }

    func reset() { chip.reset() }
}
