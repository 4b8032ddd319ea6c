import Testing

@testable import Decoding

struct PairedDifferenceTests {
    /// A constant difference has no spread; twenty differences that alternate between −1 and 1 have mean 0, and the
    /// standard error of their mean is 1/√20 = 0.224, so that the interval is about ±0.44 (normal approximation).
    @Test("The interval of a constant difference is that difference, that of a symmetric one holds 0")
    func intervals() {
        let steady = PairedDifference([2, 3, 4], [1, 2, 3])
        #expect(steady.mean == 1 && steady.low == 1 && steady.high == 1 && steady.excludesZero)
        let values = (0..<20).map { $0 % 2 == 0 ? 1.0 : -1.0 }
        let even = PairedDifference(values, [Double](repeating: 0, count: 20))
        #expect(even.mean == 0 && !even.excludesZero && even.pairs == 20)
        #expect(abs(even.low + 0.44) < 0.07 && abs(even.high - 0.44) < 0.07)
    }
}
