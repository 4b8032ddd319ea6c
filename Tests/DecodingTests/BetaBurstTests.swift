import Decoding
import Neuromorphic
import Signal
import Testing

@Suite struct BetaBurstTests {
    private func decoder(
        _ backend: ChipNetwork.Backend, rate: Double = 1000, threshold: Double = 1
    ) throws -> BetaBurstDecoder {
        try BetaBurstDecoder(
            channel: 0, rate: rate, network: BetaBurstNetwork.graph(), backend: backend,
            thresholdMicrovolts: threshold)
    }

    /// The reference is the exponential mean of the rectified signal itself; the first second settles.
    @Test(
        "The decoded envelope follows the reference within 6 % of the mean, correlation above 0.99",
        arguments: ChipNetwork.Backend.allCases, [2.0, 5.0, 10.0, 30.0])
    func tracksEnvelope(_ backend: ChipNetwork.Backend, _ mean: Double) throws {
        let signal = Synthetic.bursts(seconds: 8, rate: 1000, mean: mean, seed: 7)
        let decisions = Synthetic.decide(try decoder(backend), signal, frames: 10, rate: 1000)
        let reference = Synthetic.envelope(signal, rate: 1000)
        let found = decisions.dropFirst(100).map(\.value)
        let wanted = (100..<decisions.count).map { reference[$0 * 10 + 9] }
        let (a, b) = (found.reduce(0, +) / Float(found.count), wanted.reduce(0, +) / Float(wanted.count))
        #expect(abs(a / b - 1) < 0.06, "ratio \(a / b)")
        #expect(Synthetic.correlation(found, wanted) > 0.99)
        #expect(decisions.dropFirst(20).allSatisfy { $0.isValid && $0.confidence > 0.7 })
        #expect(decisions.last?.endSample == 8000 && decisions.last?.firstSample == 7990)
    }

    @Test(
        "Other sample rates give the same envelope: 250 Hz interpolated, 1375 Hz, 4 and 30 kHz decimated",
        arguments: [(250.0, 5), (1375.0, 11), (4000.0, 40), (30_000.0, 300)])
    func otherRates(_ rate: Double, _ frames: Int) throws {
        let signal = Synthetic.bursts(seconds: 4, rate: rate, mean: 8, seed: 3)
        let decisions = Synthetic.decide(try decoder(.loihiFixed, rate: rate), signal, frames: frames, rate: rate)
        let reference = Synthetic.envelope(signal, rate: rate)
        let skip = decisions.count / 4
        let found = decisions.dropFirst(skip).map(\.value)
        let wanted = (skip..<decisions.count).map { reference[($0 + 1) * frames - 1] }
        let (a, b) = (found.reduce(0, +) / Float(found.count), wanted.reduce(0, +) / Float(wanted.count))
        #expect(abs(a / b - 1) < 0.08, "ratio \(a / b)")
        #expect(Synthetic.correlation(found, wanted) > 0.98)
    }

    @Test("A threshold of 4 µV still follows an envelope of 10 µV", arguments: ChipNetwork.Backend.allCases)
    func coarseThreshold(_ backend: ChipNetwork.Backend) throws {
        let signal = Synthetic.bursts(seconds: 8, rate: 1000, mean: 10, seed: 11)
        let decisions = Synthetic.decide(try decoder(backend, threshold: 4), signal, frames: 10, rate: 1000)
        let reference = Synthetic.envelope(signal, rate: 1000)
        let found = decisions.dropFirst(100).map(\.value)
        #expect(Synthetic.correlation(found, (100..<decisions.count).map { reference[$0 * 10 + 9] }) > 0.95)
    }

    @Test(
        "Silence gives no spike, no synaptic operation, value 0 and no valid decision",
        arguments: ChipNetwork.Backend.allCases)
    func silence(_ backend: ChipNetwork.Backend) throws {
        let decoder = try decoder(backend)
        let decisions = Synthetic.decide(decoder, [Float](repeating: 0, count: 1000), frames: 10, rate: 1000)
        #expect(decisions.allSatisfy { $0.spikes == 0 && $0.synapticOperations == 0 && $0.value == 0 && !$0.isValid })
        #expect(decisions.allSatisfy { $0.neuronUpdates == 10 * 89 })
    }

    @Test(
        "A gap makes the decision invalid at once, confidence falls below 0.7 in 40 ms and returns within 100 ms",
        arguments: ChipNetwork.Backend.allCases)
    func gap(_ backend: ChipNetwork.Backend) throws {
        let signal = Synthetic.bursts(seconds: 2, rate: 1000, mean: 8, seed: 5)
        let decisions = Synthetic.decide(try decoder(backend), signal, frames: 10, rate: 1000) { block in
            var validity = SignalValidity(channels: 1)
            if (100..<110).contains(block) { validity.gapSamples = 10 }
            return validity
        }
        #expect(decisions[99].isValid)
        #expect(decisions[100..<110].allSatisfy { !$0.isValid && $0.spikes < 200 })
        #expect(decisions[103].confidence < 0.7 && decisions[109].confidence < 0.4)
        #expect(decisions[119].isValid && decisions[119].confidence > 0.7)
        #expect(decisions[150].value < 40)
    }

    @Test("Samples that are not finite make the decision invalid and the value stays finite")
    func notFinite() throws {
        var signal = Synthetic.bursts(seconds: 1, rate: 1000, mean: 8, seed: 5)
        for index in 500..<520 { signal[index] = index % 2 == 0 ? .nan : .infinity }
        let decisions = Synthetic.decide(try decoder(.float), signal, frames: 10, rate: 1000)
        #expect(!decisions[50].isValid && !decisions[51].isValid && decisions[60].isValid)
        #expect(decisions.allSatisfy { $0.value.isFinite })
    }

    @Test("Warm-up and reset leave a decoder bit-equal to a new one", arguments: ChipNetwork.Backend.allCases)
    func warmUp(_ backend: ChipNetwork.Backend) throws {
        let signal = Synthetic.bursts(seconds: 1, rate: 1000, mean: 8, seed: 2)
        let (new, used) = (try decoder(backend), try decoder(backend))
        used.warmUp()
        _ = Synthetic.decide(used, signal, frames: 10, rate: 1000)
        used.reset()
        let fresh = Synthetic.decide(new, signal, frames: 10, rate: 1000)
        let again = Synthetic.decide(used, signal, frames: 10, rate: 1000)
        for (a, b) in zip(fresh, again) {
            #expect(a.value.bitPattern == b.value.bitPattern && a.confidence == b.confidence && a.spikes == b.spikes)
        }
        #expect(new.spikes.count == used.spikes.count && new.spikes.dropped == 0)
    }

    @Test("What cannot be decoded is refused by name: another network shape, a rate of 50 Hz, a threshold of 0")
    func refusals() throws {
        let graph = try BetaBurstNetwork.graph()
        #expect(throws: DecoderError.rate(found: 50, allowed: "100 to 1000000 Hz")) {
            try BetaBurstDecoder(channel: 0, rate: 50, network: graph)
        }
        #expect(throws: DecoderError.threshold(found: 0, allowed: "0.01 to 1000 µV")) {
            try BetaBurstDecoder(channel: 0, rate: 1000, network: graph, thresholdMicrovolts: 0)
        }
        #expect(throws: DecoderError.channel(found: -1)) {
            try BetaBurstDecoder(channel: -1, rate: 1000, network: graph)
        }
    }

    @Test("The baseline gives the conditioner's envelope unchanged and is sure after 130 ms")
    func baseline() throws {
        let signal = Synthetic.bursts(seconds: 1, rate: 1000, mean: 8, seed: 2)
        let reference = Synthetic.envelope(signal, rate: 1000)
        let decisions = Synthetic.decide(try ThresholdDecoder(channel: 0, rate: 1000), signal, frames: 10, rate: 1000)
        #expect((0..<100).allSatisfy { decisions[$0].value == reference[$0 * 10 + 9] })
        #expect(decisions[12].confidence > 0.7 && !decisions[3].isValid)
    }
}
