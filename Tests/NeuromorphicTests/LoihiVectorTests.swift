import Neuromorphic
import Testing

/// Expected values: lava-nc 0.10.0, fixed_pt models, run for these vectors (see the data's own README).
@Suite struct LoihiVectorTests {
    static let cases = [
        "recurrent_0", "recurrent_2", "recurrent_3", "recurrent_5", "mixed_odd", "exc_8b", "inh_8b", "wrap_u",
        "neg_exp", "delay_short", "graded_8b", "silicon_lif",
    ]

    private func weights(_ synapse: [String: Any]) -> LoihiWeights {
        let delays = synapse.table("delays")
        return LoihiWeights(
            given: synapse.table("weights_given"),
            signMode: LoihiSignMode(rawValue: synapse["sign_mode"] as? String ?? ""),
            bits: synapse.int("num_weight_bits"), exponent: synapse.int("weight_exp"),
            delays: delays.isEmpty ? nil : delays)
    }

    private func network(_ file: [String: Any]) -> LoihiNetwork {
        let neuron = file.dictionary("neuron")
        let population = LoihiPopulation(
            currentDecay: neuron.int("du"), voltageDecay: neuron.int("dv"), threshold: neuron.int("vth"),
            biasMantissa: neuron.ints("bias_mant"), biasExponent: neuron.int("bias_exp"))
        var connections = [LoihiConnection(source: nil, target: 0, weights: weights(file.dictionary("synapse")))]
        let recurrent = file.dictionary("recurrent_synapse")
        if !recurrent.isEmpty { connections.append(LoihiConnection(source: 0, target: 0, weights: weights(recurrent))) }
        return LoihiNetwork(inputs: file.int("inputs"), populations: [population], connections: connections)
    }

    @Test(
        "Every u, v and spike of the fixed-point chip equals lava-nc's on every step",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"), arguments: cases)
    func vectors(_ name: String) throws {
        let file = try Data.json("loihi/\(name).json")
        let network = network(file)
        let (steps, inputs, neurons) = (file.int("steps"), file.int("inputs"), file.int("neurons"))
        var payloads = [[Int32]](repeating: [Int32](repeating: 0, count: inputs), count: steps)
        for event in file.table("input_events") { payloads[event[0]][event[1]] = event.count > 2 ? Int32(event[2]) : 1 }
        let expected = file.dictionary("expected")
        let (u, v) = (expected.table("u"), expected.table("v"))
        let spikes = Set(expected.table("spike_events"))
        #expect(steps > 0 && u.count == steps && v.count == steps)
        for step in 0..<steps {
            unsafe payloads[step].withUnsafeBufferPointer { list in
                if let base = list.baseAddress { unsafe network.step(input: base) }
            }
            let found = (0..<neurons).map { Int(network.current(0, $0)) }
            let membranes = (0..<neurons).map { Int(network.voltage(0, $0)) }
            let fired = (0..<neurons).filter { network.fired(0, $0) }
            try #require(found == u[step] && membranes == v[step], "step \(step)")
            try #require(fired == (0..<neurons).filter { spikes.contains([step, $0]) }, "step \(step)")
        }
        #expect(network.operations.spikes == Int64(spikes.count))
        #expect(network.operations.updates == Int64(steps * neurons))
    }

    @Test(
        "Weights after clipping and truncation equal lava-nc's",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"), arguments: cases)
    func effectiveWeights(_ name: String) throws {
        let file = try Data.json("loihi/\(name).json")
        for key in ["synapse", "recurrent_synapse"] where file[key] != nil {
            let synapse = file.dictionary(key)
            guard !synapse.isEmpty else { continue }
            #expect(weights(synapse).effective.map { Int($0) } == synapse.table("weights_effective").flatMap { $0 })
        }
    }

    /// By hand from the rule: −165 arithmetically right by 1 is −83, times 2 is −166.
    @Test("A mixed weight of −165 is stored as −166, and 300 as 254")
    func mixedTruncation() {
        #expect(LoihiWeights(given: [[-165, 300, -300]]).effective == [-166, 254, -256])
    }
}
