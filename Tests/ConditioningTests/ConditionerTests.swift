import Conditioning
import Foundation
import Signal
import Testing

@Suite struct ConditionerTests {
    @Test(
        "Counts become µV by the channel's scale and the extra scale, in the order of selection",
        arguments: SampleKind.allCases)
    func scaling(_ kind: SampleKind) throws {
        var rig = try Rig(channels: 20, frames: 2, kind: kind, unitsPerCount: 0.25) {
            $0.channels = [19, 3] + Array(4..<14)
            $0.scale = 2
        }
        rig.feed { n, c in Float(100 * c) + Float(n) }
        #expect(rig.conditioner.outputChannels == 12 && rig.conditioner.stride == 16)
        #expect(rig.output(1, 0) == (1900 + 1) * 0.5)
        #expect(rig.output(0, 1) == 150)
        #expect(rig.output(1, 11) == (1300 + 1) * 0.5)
        #expect(rig.output(0, 12) == 0)
    }

    /// By hand: channels 1, 2, 6 have mean 3.
    @Test("The common average of three channels is taken from each")
    func commonAverage() throws {
        var rig = try Rig(channels: 3, frames: 1) { $0.rereference = .commonAverage }
        rig.feed { _, c in [1, 2, 6][c] }
        #expect((0..<4).map { rig.output(0, $0) } == [-2, -1, 3, 0])
    }

    @Test("A bipolar output is the first channel minus the second")
    func bipolar() throws {
        var rig = try Rig(channels: 3, frames: 1) {
            $0.rereference = .bipolar([ChannelDifference(plus: 2, minus: 0), ChannelDifference(plus: 0, minus: 1)])
        }
        rig.feed { _, c in [1, 2, 6][c] }
        #expect(rig.conditioner.outputChannels == 2)
        #expect((0..<2).map { rig.output(0, $0) } == [5, -1])
    }

    /// scipy 1.17.1: 10 µV at 20 Hz, `sosfilt(butter(2,[13,30],'bandpass',fs=1000))`, rectified, exponential mean of
    /// 100 ms: 6.409897723915694 at sample 3999; RMS of samples 3900 to 3999: 7.071065546403581.
    @Test("Envelope and band power of a sine are scipy's")
    func features() throws {
        var rig = try Rig(channels: 9, frames: 10) {
            $0.biquads = try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 4, rate: 1000)
        }
        for _ in 0..<400 { rig.feed { n, _ in 10 * Float(sin(2 * .pi * 20 * Double(n) / 1000)) } }
        #expect(abs(rig.envelope[8] - 6.409898) < 1e-3)
        #expect(abs(rig.bandPower[8] - 7.071066) < 1e-3)
    }

    @Test("One changed sample changes its channel's digest and no other")
    func digest() throws {
        func digests(_ changed: Bool) throws -> [UInt32] {
            var rig = try Rig(channels: 10, frames: 10)
            rig.feed { n, c in Float(n) + Float(c) + (changed && n == 4 && c == 8 ? 1e-3 : 0) }
            return rig.digests
        }
        let plain = try digests(false), changed = try digests(true)
        #expect((0..<10).filter { plain[$0] != changed[$0] } == [8])
    }

    @Test("Warming up and resetting leave no bit behind")
    func warmUp() throws {
        func run(_ prepare: (Conditioner) -> Void) throws -> [UInt32] {
            var rig = try Rig(channels: 5, frames: 10) {
                $0.blanking.fill = .template
                $0.rereference = .commonAverage
                $0.biquads = try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 4, rate: 1000)
                $0.spikeDetection = SpikeDetection(threshold: 2)
            }
            prepare(rig.conditioner)
            var noise = SplitMix(state: 3), all: [UInt32] = []
            for k in 0..<30 {
                let start = Int64(k * 10 + 7)
                rig.feed([StimulationMark(firstSample: start, endSample: start + 5)]) { _, _ in Float(noise.normal()) }
                all += rig.digests + [UInt32(rig.conditioner.spikes.count)]
            }
            return all
        }
        let fresh = try run { _ in }
        #expect(fresh == (try run { $0.warmUp() }))
        let used = try run { conditioner in
            let block = Block(format: conditioner.configuration.format)
            for index in 0..<50 { unsafe block.float32[index] = Float(index * index % 17) }
            for _ in 0..<5 { unsafe conditioner.process(block, marks: UnsafeBufferPointer(start: nil, count: 0)) }
            conditioner.reset()
        }
        #expect(fresh == used)
    }

    @Test("A configuration that cannot be is refused with what was found")
    func refusals() {
        #expect(throws: ConditioningError.channel(found: 4, count: 4)) {
            _ = try Rig(channels: 4, frames: 1) { $0.channels = [0, 4] }
        }
        #expect(throws: ConditioningError.noChannels) { _ = try Rig(channels: 4, frames: 1) { $0.channels = [] } }
        #expect(throws: ConditioningError.unstable(section: 0)) {
            _ = try Rig(channels: 4, frames: 1) { $0.biquads = [Biquad(b0: 1, b1: 0, b2: 0, a1: 0, a2: 1)] }
        }
        #expect(throws: ConditioningError.channel(found: 1, count: 1)) {
            _ = try Rig(channels: 4, frames: 1) {
                $0.channels = [2]
                $0.rereference = .bipolar([ChannelDifference(plus: 0, minus: 1)])
            }
        }
    }
}
