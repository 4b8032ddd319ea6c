import Conditioning
import Testing

private struct Designed: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var design: @Sendable () throws -> [Biquad]
    /// b0 b1 b2 a1 a2 of each section.
    var expected: [[Double]]
    var scipy: String
}

/// Expected values: scipy 1.17.1, the expression in `scipy` with `output="sos"`, printed with full precision.
private let table: [Designed] = [
    Designed(
        testDescription: "13 to 30 Hz at 1 kHz",
        design: { try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 4, rate: 1000) },
        expected: [
            [0.002649844991056505, 0.00529968998211301, 0.002649844991056505, -1.878956678566231, 0.9063494604702668],
            [1, -2, 1, -1.9406197603623578, 0.9486387680947601],
        ], scipy: "butter(2,[13,30],'bandpass',fs=1000,output='sos')"),
    Designed(
        testDescription: "13 to 30 Hz at 250 Hz, one section",
        design: { try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 2, rate: 250) },
        expected: [[0.1782658075707696, 0, -0.1782658075707696, -1.442099578037978, 0.6434683848584609]],
        scipy: "butter(1,[13,30],'bandpass',fs=250,output='sos')"),
    Designed(
        testDescription: "300 to 3,000 Hz at 30 kHz, three sections",
        design: { try FilterDesign.butterworthBandpass(from: 300, to: 3000, order: 6, rate: 30000) },
        expected: [
            [
                0.013820073883791964, 0.027640147767583927, 0.013820073883791964, -1.3223846124069196,
                0.6102058802575732,
            ],
            [1, 0, -1, -1.5184254260899719, 0.5497546521927701],
            [1, -2, 1, -1.9420987399774692, 0.9462294917850195],
        ], scipy: "butter(3,[300,3000],'bandpass',fs=30000,output='sos')"),
    Designed(
        testDescription: "250 to 5,000 Hz at 30 kHz, four sections",
        design: { try FilterDesign.butterworthBandpass(from: 250, to: 5000, order: 8, rate: 30000) },
        expected: [
            [0.022111075157982225, 0.04422215031596445, 0.022111075157982225, -0.6369895274595273, 0.140658453995526],
            [1, 2, 1, -0.7799419100625097, 0.533654758975568],
            [1, -2, 1, -1.8988925971230104, 0.9019587652362153],
            [1, -2, 1, -1.960542441813988, 0.9632954484534988],
        ], scipy: "butter(4,[250,5000],'bandpass',fs=30000,output='sos')"),
    Designed(
        testDescription: "400 to 490 Hz at 1 kHz, near half the rate",
        design: { try FilterDesign.butterworthBandpass(from: 400, to: 490, order: 4, rate: 1000) },
        expected: [
            [0.05644846226073643, -0.11289692452147286, 0.05644846226073643, 1.2453222101297106, 0.49035941522107446],
            [1, 2, 1, 1.914141091989456, 0.9186025924534582],
        ], scipy: "butter(2,[400,490],'bandpass',fs=1000,output='sos')"),
    Designed(
        testDescription: "high-pass of first order at 0.5 Hz",
        design: { try FilterDesign.butterworthHighpass(corner: 0.5, order: 1, rate: 1000) },
        expected: [[0.998431665916719, -0.998431665916719, 0, -0.996863331833438, 0]],
        scipy: "butter(1,.5,'highpass',fs=1000,output='sos')"),
    Designed(
        testDescription: "high-pass of fifth order at 300 Hz",
        design: { try FilterDesign.butterworthHighpass(corner: 300, order: 5, rate: 30000) },
        expected: [
            [0.9033142753351562, -0.9033142753351562, 0, -0.9390625058174923, 0],
            [1, -2, 1, -1.899558547017649, 0.9033143030238702],
            [1, -2, 1, -1.958060546982665, 0.961931971567825],
        ], scipy: "butter(5,300,'highpass',fs=30000,output='sos')"),
    Designed(
        testDescription: "low-pass of third order at 100 Hz",
        design: { try FilterDesign.butterworthLowpass(corner: 100, order: 3, rate: 1000) },
        expected: [
            [0.018098933007514428, 0.036197866015028855, 0.018098933007514428, -0.5095254494944288, 0],
            [1, 1, 0, -1.2505164308487402, 0.5457233155094579],
        ], scipy: "butter(3,100,'lowpass',fs=1000,output='sos')"),
    Designed(
        testDescription: "notch at 50 Hz, quality 30",
        design: { [try FilterDesign.notch(centre: 50, quality: 30, rate: 1000)] },
        expected: [
            [0.9947912376593769, -1.8922053778585424, 0.9947912376593769, -1.8922053778585424, 0.9895824753187539]
        ], scipy: "tf2sos(*iirnotch(50,30,fs=1000))"),
]

@Suite struct FilterDesignTests {
    @Test("A designed filter has scipy's coefficients, section by section", arguments: table)
    private func coefficients(_ designed: Designed) throws {
        let sections = try designed.design()
        #expect(sections.count == designed.expected.count)
        for (section, expected) in zip(sections, designed.expected) {
            let found = [section.b0, section.b1, section.b2, section.a1, section.a2]
            for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-11) }
        }
    }

    @Test(
        "A designed filter equals what scipy computes beside it",
        .enabled(if: Oracle.isWanted, "needs scipy in .oracles"), arguments: table)
    private func beside(_ designed: Designed) throws {
        let values = try Oracle.numbers(
            "from scipy.signal import *\nfor r in \(designed.scipy): print(*[repr(float(v)) for v in r])")
        let sections = try designed.design()
        #expect(values.count == 6 * sections.count)
        for (index, section) in sections.enumerated() where values.count == 6 * sections.count {
            let row = values[6 * index..<6 * index + 6].map { $0 }
            let found = [section.b0, section.b1, section.b2, 1, section.a1, section.a2]
            for (a, b) in zip(found, row) { #expect(abs(a - b) < 1e-11) }
        }
    }

    @Test("Frequencies at or beyond half the rate, empty bands and odd band-pass orders are refused")
    func refusals() {
        #expect(throws: ConditioningError.frequency(found: 500, below: 500)) {
            try FilterDesign.notch(centre: 500, quality: 30, rate: 1000)
        }
        #expect(throws: ConditioningError.quality(found: 0)) {
            try FilterDesign.notch(centre: 50, quality: 0, rate: 1000)
        }
        #expect(throws: ConditioningError.band(from: 30, to: 13)) {
            try FilterDesign.butterworthBandpass(from: 30, to: 13, order: 4, rate: 1000)
        }
        #expect(throws: ConditioningError.order(found: 3)) {
            try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 3, rate: 1000)
        }
    }
}
