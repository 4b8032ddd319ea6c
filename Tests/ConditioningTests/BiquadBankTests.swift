import Conditioning
import Testing

/// x[n] = (37 n mod 101) − 50, the same in the command that made the expected values.
private func input(_ n: Int) -> Float { Float((n * 37) % 101 - 50) }

private func notch(_ rate: Double) throws -> [Biquad] {
    [try FilterDesign.notch(centre: 50, quality: 30, rate: rate)]
}
private func beta() throws -> [Biquad] {
    try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 4, rate: 1000)
}
private func spikes() throws -> [Biquad] {
    try FilterDesign.butterworthBandpass(from: 250, to: 5000, order: 8, rate: 30000)
}

private struct Response: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var cascade: @Sendable () throws -> [Biquad]
    var expected: [Double]
}

/// scipy 1.17.1, `sosfilt(sos, x)` in double precision at samples 0, 1, 10, 99, 500 and 1999.
private let responses: [Response] = [
    Response(
        testDescription: "1 section",
        cascade: { try FilterDesign.butterworthHighpass(corner: 300, order: 1, rate: 30000) },
        expected: [
            -48.47656264543731, -9.649866033619396, 17.742365973656234, -24.297181138192254, -33.293433452226964,
            -20.01206622231803,
        ]),
    Response(
        testDescription: "2 sections", cascade: { try beta() },
        expected: [
            -0.13249224955282524, -0.5405122596163527, -0.9855701248691551, 2.06608183574467, 2.044025393516461,
            -1.3886408180485823,
        ]),
    Response(
        testDescription: "3 sections", cascade: { try notch(1000) + beta() },
        expected: [
            -0.13180212891293006, -0.5363910097276372, -0.9583367369178444, 2.024286245561404, 1.9224627077958973,
            -1.3977492434234,
        ]),
    Response(
        testDescription: "4 sections", cascade: { try spikes() },
        expected: [
            -1.1055537578991113, -6.1207507631559475, 12.774640910026969, 5.290761140921839, -14.953727473344367,
            8.864930555762811,
        ]),
    Response(
        testDescription: "5 sections", cascade: { try notch(30000) + spikes() },
        expected: [
            -1.1053608360370382, -6.119296921785091, 12.776770849943622, 5.290641364845403, -14.959591871909097,
            8.874470153749439,
        ]),
    Response(
        testDescription: "7 sections, two passes",
        cascade: { try FilterDesign.butterworthLowpass(corner: 3000, order: 6, rate: 30000) + spikes() },
        expected: [
            -0.00037648268167087955, -0.0056908373995371245, -8.25313146363295, 11.782947273287718, 6.934839971288739,
            -4.553580417355626,
        ]),
]

/// Filters 2,000 frames of 19 channels in blocks of `frames`; channel c gets (c + 1) × x.
private func filtered(_ biquads: [Biquad], frames: Int) -> [Float] {
    let bank = BiquadBank(biquads: biquads, channels: 19)
    let rows = UnsafeMutablePointer<SIMD8<Float>>.allocate(capacity: 2000 * 3)
    defer { unsafe rows.deallocate() }
    for n in 0..<2000 {
        for group in 0..<3 {
            let factors = SIMD8<Float>(1, 2, 3, 4, 5, 6, 7, 8) + Float(8 * group)
            unsafe (rows + 3 * n + group).initialize(to: factors * input(n))
        }
    }
    for start in stride(from: 0, to: 2000, by: frames) {
        let row = unsafe rows + 3 * start
        unsafe bank.process(input: UnsafePointer(row), output: row, frames: min(frames, 2000 - start))
    }
    return (0..<2000 * 24).map { unsafe rows[$0 / 8][$0 % 8] }
}

@Suite struct BiquadBankTests {
    @Test("A cascade answers as scipy's sosfilt does, on every channel", arguments: responses)
    private func response(_ response: Response) throws {
        let found = filtered(try response.cascade(), frames: 2000)
        for channel in [0, 7, 8, 18] {
            for (n, expected) in zip([0, 1, 10, 99, 500, 1999], response.expected) {
                let value = Double(found[n * 24 + channel]) / Double(channel + 1)
                #expect(abs(value - expected) < 2e-3 * max(1, abs(expected)), "channel \(channel), sample \(n)")
            }
        }
    }

    @Test("How the signal is cut into blocks changes no bit", arguments: responses)
    private func partition(_ response: Response) throws {
        let whole = filtered(try response.cascade(), frames: 2000).map(\.bitPattern)
        #expect(whole == filtered(try response.cascade(), frames: 10).map(\.bitPattern))
        #expect(whole == filtered(try response.cascade(), frames: 37).map(\.bitPattern))
    }

    @Test("A restored bank goes on as if what followed its save had not happened")
    func restore() throws {
        let bank = BiquadBank(biquads: try beta(), channels: 8)
        func run(_ value: Float) -> UInt32 {
            let input = SIMD8<Float>(repeating: value)
            var output = SIMD8<Float>(repeating: 0)
            unsafe withUnsafePointer(to: input) { unsafe bank.process(input: $0, output: &output, frames: 1) }
            return output[3].bitPattern
        }
        _ = run(5)
        bank.save()
        let first = run(-3)
        _ = run(100)
        bank.restore()
        #expect(run(-3) == first)
    }
}
