import Conditioning
import Foundation
import Signal
import Testing

/// 40 s of a field potential at 1 kHz in µV: bursts at 20 Hz in pink noise of 12 µV and white noise of 2 µV.
///
/// The noise is that of the virtual patient: a normed sum of six Ornstein–Uhlenbeck processes, τ = 1.6 · 4ⁿ ms.
private let potential: [Float] = {
    var noise = SplitMix(state: 1), processes = [Double](repeating: 0, count: 6)
    var amplitude = 0.0
    return (0..<40_000).map { n in
        if n % 300 == 0 { amplitude = 8 * noise.uniform() }
        for index in 0..<6 {
            let kept = exp(-1 / (1.6 * pow(4, Double(index))))
            processes[index] = kept * processes[index] + (1 - kept * kept).squareRoot() * noise.normal()
        }
        let pink = 12 * processes.reduce(0, +) / 6.0.squareRoot()
        return Float(amplitude * sin(2 * .pi * 20 * Double(n) / 1000) + pink + 2 * noise.normal())
    }
}()

private struct Train {
    var marks: [StimulationMark] = []
    /// What the pulses add to each sample: 3 mV within 60 µs and 2 ms of decay, all of it inside the marks.
    var artefact = [Float](repeating: 0, count: 40_000)

    init(rate: Double, blanking: Blanking, format: BlockFormat) {
        var time = 12_345.0
        while time < 39_990_000 {
            let mark = blanking.mark(
                start: Microseconds(Int64(time)), duration: Microseconds(60), format: format)
            marks.append(mark)
            for sample in mark.firstSample..<mark.endSample {
                artefact[Int(sample)] += 3000 * Float(exp(-Double(sample - mark.firstSample)))
            }
            time += 1_000_000 / rate
        }
    }
}

/// Mean of the 13 to 30 Hz envelope over 40 s, from 2 s on, in blocks of `frames`.
private func feature(
    _ fill: BlankingFill, pulses rate: Double?, frames: Int, blanks: Bool = true
) throws -> Double {
    var rig = try Rig(channels: 1, frames: frames) {
        $0.blanking = Blanking(fill: fill, after: Microseconds(2000))
        $0.biquads = try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 4, rate: 1000)
    }
    let train = rate.map { Train(rate: $0, blanking: Blanking(fill: fill), format: rig.block.format) }
    var sum = 0.0, count = 0.0
    for start in stride(from: 0, to: 40_000, by: frames) {
        let end = Int64(start + frames)
        let marks = train?.marks.filter { $0.endSample > Int64(start) && $0.firstSample < end } ?? []
        rig.feed(blanks ? marks : []) { sample, _ in
            potential[Int(sample)] + (train?.artefact[Int(sample)] ?? 0)
        }
        guard start >= 2000 else { continue }
        sum += Double(rig.envelope[0])
        count += 1
    }
    return sum / count
}

@Suite struct BlankingTests {
    @Test(
        "The beta envelope with pulses on differs from pulses off by at most 5 %",
        arguments: [BlankingFill.linear, .template], [20.0, 60, 130, 185])
    func onAndOff(_ fill: BlankingFill, _ rate: Double) throws {
        let off = try feature(fill, pulses: nil, frames: 10)
        let on = try feature(fill, pulses: rate, frames: 10)
        #expect(abs(on / off - 1) <= 0.05, "\(fill) at \(rate) Hz: \(on / off)")
    }

    @Test("Without blanking the same pulses more than double the envelope: the tests above can fail")
    func withoutBlanking() throws {
        let off = try feature(.linear, pulses: nil, frames: 10)
        #expect(try feature(.linear, pulses: 20, frames: 10, blanks: false) > 2 * off)
    }

    @Test("The envelope hardly depends on where blocks end, although a blank may be open there")
    func partition() throws {
        let short = try feature(.linear, pulses: 130, frames: 10)
        let long = try feature(.linear, pulses: 130, frames: 50)
        #expect(abs(short / long - 1) < 0.01)
    }

    /// By hand: samples 4 to 6 between 3 and 7 on a line from 30 to 70.
    @Test("A linear fill inside a block lies on the line between its neighbours")
    func line() throws {
        var rig = try Rig(channels: 1, frames: 10)
        rig.feed([StimulationMark(firstSample: 4, endSample: 7)]) { n, _ in n >= 4 && n < 7 ? 9999 : Float(10 * n) }
        #expect((0..<10).map { rig.output($0, 0) } == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    }

    @Test("A blank over a block's end holds until its far side is known, and then leaves no trace in the filter")
    func open() throws {
        let ramp: (Int64, Int) -> Float = { n, _ in Float(n) }
        let highpass = try FilterDesign.butterworthHighpass(corner: 10, order: 2, rate: 1000)
        var blanked = try Rig(channels: 1, frames: 10) { $0.biquads = highpass }
        var plain = try Rig(channels: 1, frames: 10) { $0.biquads = highpass }
        let mark = [StimulationMark(firstSample: 8, endSample: 12)]
        for _ in 0..<3 {
            blanked.feed(mark) { n, c in n >= 8 && n < 12 ? 1e6 : ramp(n, c) }
            plain.feed(value: ramp)
        }
        #expect(abs(blanked.output(9, 0) - plain.output(9, 0)) < 1e-4)
        #expect(abs(blanked.envelope[0] - plain.envelope[0]) < 1e-4)
    }

    @Test("A blank that outlasts several blocks ends without harm")
    func long() throws {
        var rig = try Rig(channels: 1, frames: 10)
        let mark = [StimulationMark(firstSample: 5, endSample: 75)]
        for _ in 0..<9 { rig.feed(mark) { n, _ in n >= 5 && n < 75 ? .nan : 7 } }
        #expect(rig.output(0, 0) == 7)
        #expect(rig.envelope[0].isFinite)
        #expect(rig.conditioner.validity.nonFiniteChannels == 0)
    }

    /// By hand: at 1 kHz a pulse of 60 µs at 12.3 ms disturbs until 14.36 ms: samples 12, 13 and 14.
    @Test("A mark covers the samples from a pulse's start to the end of its blanking")
    func marks() {
        let format = BlockFormat(channels: 1, frames: 10, rateNumerator: 1000, kind: .float32)
        let mark = Blanking(after: Microseconds(2000))
            .mark(start: Microseconds(12_300), duration: Microseconds(60), format: format)
        #expect(mark == StimulationMark(firstSample: 12, endSample: 15))
    }
}
