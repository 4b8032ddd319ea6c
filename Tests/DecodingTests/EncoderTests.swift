import Decoding
import Testing

@Suite struct EncoderTests {
    /// By hand: 2.5 moves two whole steps; 1.2 is 0.8 below 2; 0.9 is 1.1 below; 0.9 again moves 0.1.
    @Test("A delta encoder gives one event for each threshold moved and keeps the rest")
    func delta() {
        var encoder = DeltaEncoder(threshold: 1)
        let events = [2.5, 1.2, 0.9, 0.9, -3].map { encoder.encode($0) }
        #expect(events == [2, 0, -1, 0, -4])
        #expect(encoder.reference == -3)
    }

    @Test("More than the limit is overload; what is left follows with the next samples")
    func bounded() {
        var encoder = DeltaEncoder(threshold: 1, limit: 4)
        #expect(encoder.encode(10) == 4 && encoder.isOverloaded)
        #expect(encoder.encode(10) == 4 && encoder.isOverloaded)
        #expect(encoder.encode(10) == 2 && !encoder.isOverloaded)
        #expect(encoder.encode(.nan) == 0 && encoder.reference == 10)
    }

    /// 1,000 samples of 0.3 at one event per unit: 300 events, within one for the remainder.
    @Test("A rate encoder's counts add up to the signal's sum within one event")
    func rate() {
        var encoder = RateEncoder(unit: 1)
        #expect(abs((0..<1000).reduce(0) { sum, _ in sum + encoder.encode(0.3) } - 300) <= 1)
        #expect(encoder.encode(-3) < 0)
    }
}
