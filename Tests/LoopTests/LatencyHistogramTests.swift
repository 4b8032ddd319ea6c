import Testing

@testable import Loop

@Suite struct LatencyHistogramTests {
    /// Quantiles of 1…100,000 ns by counting: the q-quantile is q × 100,000.
    @Test("Quantiles are never below the truth and at most 1.6 % above", arguments: [0.5, 0.9, 0.99, 0.999])
    func quantiles(quantile: Double) throws {
        let histogram = LatencyHistogram()
        for value in 1...100_000 { histogram.add(Int64(value)) }
        let truth = quantile * 100_000
        let found = try Double(#require(histogram.value(at: quantile)))
        #expect(found >= truth)
        #expect(found <= truth * 1.016)
    }

    @Test("An empty histogram has no quantile, and the largest value is exact")
    func extremes() {
        let histogram = LatencyHistogram()
        #expect(histogram.value(at: 0.5) == nil)
        histogram.add(1_234_567)
        #expect(histogram.value(at: 1) == 1_234_567)
        #expect(histogram.maximum == 1_234_567)
    }
}
