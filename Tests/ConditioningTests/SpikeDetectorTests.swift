import Conditioning
import Signal
import Testing

@Suite struct SpikeDetectorTests {
    /// 2 s of unit noise at 10 kHz on 11 channels, with a trough of −12 planted on channel c each 500 samples, at 137 +
    /// c.
    private func found(frames: Int) throws -> [Spike] {
        var rig = try Rig(channels: 11, frames: frames, rate: 10_000) {
            $0.spikeDetection = SpikeDetection(threshold: 7, refractory: 0.001, rmsTimeConstant: 1)
        }
        var noise = SplitMix(state: 9), spikes: [Spike] = []
        for _ in 0..<20_000 / frames {
            rig.feed { n, c in
                let background = Float(noise.normal())
                return Int(n) % 500 == 137 + c ? -12 : background
            }
            spikes += (0..<rig.conditioner.spikes.count).map { rig.conditioner.spikes[$0] }
        }
        return spikes
    }

    /// By hand: 40 planted on each channel, 2 of them in the first 1,000 samples, in which the RMS still settles.
    @Test("Every planted spike is found at its sample, and nothing else, in whatever blocks")
    func planted() throws {
        let spikes = try found(frames: 10)
        var expected: [Spike] = []
        for n in 1000..<20_000 where (137..<148).contains(n % 500) {
            expected.append(Spike(sample: Int64(n), unit: Int32(n % 500 - 137)))
        }
        #expect(expected.count == 38 * 11)
        #expect(spikes == expected)
        #expect(try found(frames: 50) == expected)
    }

    /// By hand: troughs 5 samples apart, refractory 1 ms = 10 samples at 10 kHz: every second one counts.
    @Test("A spike silences its channel for the refractory time")
    func refractory() throws {
        var rig = try Rig(channels: 1, frames: 100, rate: 10_000) {
            $0.spikeDetection = SpikeDetection(threshold: 3, refractory: 0.001, rmsTimeConstant: 0.1)
        }
        for _ in 0..<20 { rig.feed { n, _ in n % 2 == 0 ? 1 : -1 } }
        rig.feed { n, _ in [2000, 2005, 2010, 2015].contains(n) ? -50 : (n % 2 == 0 ? 1 : -1) }
        #expect((0..<rig.conditioner.spikes.count).map { rig.conditioner.spikes[$0].sample } == [2000, 2010])
    }

    @Test("A blanked trough is no spike")
    func blanked() throws {
        var rig = try Rig(channels: 1, frames: 100, rate: 10_000) { $0.spikeDetection = SpikeDetection() }
        for _ in 0..<20 { rig.feed { n, _ in n % 2 == 0 ? 1 : -1 } }
        rig.feed([StimulationMark(firstSample: 2050, endSample: 2060)]) { n, _ in n == 2055 ? -50 : Float(n % 2) }
        #expect(rig.conditioner.spikes.count == 0)
    }
}
