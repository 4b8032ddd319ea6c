import Conditioning
import Signal
import Testing

@Suite struct ValidityTests {
    @Test("A channel at an end of the converter's range is saturated, one count inside is not")
    func saturated() throws {
        var rig = try Rig(channels: 3, frames: 4, kind: .int16)
        rig.feed { n, c in [n == 2 ? 32767 : 0, n == 2 ? 32766 : 1, n == 3 ? -32768 : 1][c] }
        #expect(rig.conditioner.validity.saturatedChannels == 2)
        #expect(rig.conditioner.validity.validChannels == 1)
        #expect(rig.conditioner.faults(ofSelected: 2) == .saturated)
    }

    @Test("Configured saturation limits replace those of the sample kind")
    func configured() throws {
        var rig = try Rig(channels: 2, frames: 4) { $0.validity.saturationHigh = 500 }
        rig.feed { n, c in Float(n) + (c == 1 ? 500 : 0) }
        #expect(rig.conditioner.validity.saturatedChannels == 1)
    }

    /// By hand: 20 ms at 1 kHz are 20 equal samples, the last of which is in the second block of 10.
    @Test("A channel that stands still for the flatline time is flat from then on, and not before")
    func flat() throws {
        var rig = try Rig(channels: 2, frames: 10) { $0.validity.flatline = 0.02 }
        let value: (Int64, Int) -> Float = { n, c in c == 0 ? 5 : Float(n) }
        rig.feed(value: value)
        #expect(rig.conditioner.validity.flatChannels == 0)
        rig.feed(value: value)
        #expect(rig.conditioner.validity.flatChannels == 1)
        #expect(rig.conditioner.validity.validChannels == 1)
    }

    @Test(
        "A non-finite sample is replaced by the last finite one and does not poison the filter",
        arguments: [Float.nan, .infinity, -3e38])
    func nonFinite(_ bad: Float) throws {
        let biquads = try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 4, rate: 1000)
        var rig = try Rig(channels: 2, frames: 10) { $0.biquads = biquads }
        var held = try Rig(channels: 2, frames: 10) { $0.biquads = biquads }
        for _ in 0..<3 {
            rig.feed { n, c in n == 13 && c == 1 ? bad : Float(n) }
            held.feed { n, c in n == 13 && c == 1 ? 12 : Float(n) }
            #expect(rig.digests == held.digests)
            #expect(rig.conditioner.validity.nonFiniteChannels == (rig.nextSample == 20 ? 1 : 0))
        }
        #expect(rig.envelope[1].isFinite)
    }

    @Test("Missing samples are held, counted across blocks, and excuse no channel")
    func gap() throws {
        var rig = try Rig(channels: 1, frames: 10)
        rig.feed(header: { ($0.missingStart, $0.missingCount, $0.flags) = (6, 4, .gap) }) { n, _ in
            n < 6 ? Float(n) : .nan
        }
        #expect(rig.output(9, 0) == 5)
        #expect(rig.conditioner.validity.gapSamples == 4)
        #expect(rig.conditioner.validity.validChannels == 1)
        rig.feed(header: { ($0.missingStart, $0.missingCount, $0.flags) = (0, 10, .disconnected) }) { _, _ in .nan }
        #expect(rig.conditioner.validity.gapSamples == 14)
        #expect(rig.conditioner.validity.validChannels == 0)
        rig.feed { n, _ in Float(n) }
        #expect(rig.conditioner.validity.gapSamples == 14)
        rig.feed { n, _ in Float(n) }
        #expect(rig.conditioner.validity.gapSamples == 0)
    }

    @Test("Blocks that never came count as a gap")
    func lostBlocks() throws {
        var rig = try Rig(channels: 1, frames: 10)
        rig.feed { n, _ in Float(n) }
        rig.nextSample = 40
        rig.feed { n, _ in Float(n) }
        #expect(rig.conditioner.validity.gapSamples == 30)
    }

    @Test("Blanked samples are neither saturated, flat, non-finite nor a gap")
    func blanked() throws {
        var rig = try Rig(channels: 4, frames: 10, kind: .float32) {
            $0.validity.flatline = 0.005
            $0.validity.saturationHigh = 1000
        }
        rig.feed([StimulationMark(firstSample: 2, endSample: 9)]) { n, c in
            guard n >= 2 && n < 9 else { return Float(n) }
            return [5000, 1, .nan, .infinity][c]
        }
        #expect(rig.conditioner.validity.validChannels == 4)
        #expect(rig.conditioner.validity.gapSamples == 0)
        #expect(rig.output(5, 2) == 5)
    }
}
