import Interlocks
import Signal
import Testing

/// The outermost layer of limits.
///
/// Sources: Vercise manual p. 20 (12.7 mA a contact, 20 mA an area); RNS ranges (1,000 µs, 333 Hz); 0.4 % and 100 nA
/// from Sit & Sarpeshkar 2007; arithmetic by hand.
@Suite struct CeilingsTests {
    @Test("Currents, widths and rates end where the manuals do")
    func manuals() {
        #expect(CompiledCeilings.amplitude == Nanoamperes(12_700_000))
        #expect(CompiledCeilings.totalAmplitude == Nanoamperes(20_000_000))
        #expect(CompiledCeilings.width == Microseconds(1_000))
        // 10⁶ / 333 = 3,003.003…: rounded up, so that 333 Hz is not exceeded.
        #expect(CompiledCeilings.period == Microseconds(3_004))
    }

    @Test("Balance and net current end at 0.4 % and at 100 nA over one second")
    func balance() {
        #expect(CompiledCeilings.imbalance == PartsPerMillion(4_000))
        #expect(CompiledCeilings.netCharge.value == 100 * 1_000_000)
    }

    @Test("No lease is longer than 250 ms and no token older than 100 ms")
    func times() {
        #expect(CompiledCeilings.lease == Microseconds(250_000))
        #expect(CompiledCeilings.tokenTimeout == Microseconds(100_000))
    }

    @Test("A baseline keeps what it was given: 2 mA × 60 µs at 130 Hz")
    func baseline() {
        let baseline = Baseline(
            pair: 1, amplitude: Nanoamperes(2_000_000), width: Microseconds(60), period: Microseconds(7_693))
        #expect(baseline.pair == 1 && baseline.amplitude.value == 2_000_000)
        #expect(baseline.width.value == 60 && baseline.period.value == 7_693)
    }
}

/// Tables and counts that nothing else pins down.
@Suite struct TableTests {
    /// With Python's decimal to 40 digits: int(Decimal(10) ** (k + 10)).
    @Test("Shannon's table has ⌊10^(k+10)⌋ for each k")
    func shannon() {
        #expect(
            shannonTable.map(\.k) == [
                316_227_766_016, 354_813_389_233, 398_107_170_553, 446_683_592_150, 501_187_233_627, 562_341_325_190,
                630_957_344_480, 707_945_784_384,
            ])
    }

    /// 1.44 × 10¹⁷ / ⌈10⁶·10^(d/10)⌉, rounded down, with Python's decimal.
    @Test(
        "At each whole decibel above 80 a week's sound lasts as long as its energy says",
        arguments: [
            (82_000, 90_857_811_311), (84_000, 57_327_419_585), (85_000, 45_536_793_412), (86_000, 36_171_161_938),
            (87_000, 28_731_773_530), (88_000, 22_822_459_963), (89_000, 18_128_524_440),
        ] as [(Int64, Int64)])
    func decibels(level: Int64, longest: Int64) {
        var state = FeedbackState(limits: FeedbackTests.limits)
        #expect(state.judge(FeedbackTests.sound(level, longest + 1), at: Microseconds(0)) == .sensory)
        #expect(state.judge(FeedbackTests.sound(level, longest), at: Microseconds(0)) == [])
    }

    /// 100 dB are 10¹⁰: 10¹⁰ µs at −20 dB are 1 µs at 80 dB.
    @Test("100 dB below the dose's level the energy is divided by ten ten times")
    func faintest() {
        var limits = FeedbackTests.limits
        limits.doseDuration = Microseconds(1)
        var state = FeedbackState(limits: limits)
        #expect(state.judge(FeedbackTests.sound(-20_000, 10_000_000_001), at: Microseconds(0)) == .sensory)
        #expect(state.judge(FeedbackTests.sound(-20_000, 10_000_000_000), at: Microseconds(0)) == [])
    }

    @Test("Silence and darkness are permitted where light is not, and a loud sound without duration leaves no dose")
    func nothing() {
        var limits = FeedbackTests.limits
        limits.flashes = -1
        var state = FeedbackState(limits: limits)
        #expect(state.judge(Feedback(), at: Microseconds(0)) == [])
        state = FeedbackState(limits: FeedbackTests.limits)
        #expect(state.judge(FeedbackTests.sound(999_000, 0), at: Microseconds(0)) == [])
        #expect(state.judge(FeedbackTests.sound(80_000, 1), at: Microseconds(0)) == [])
    }

    @Test("There are as many leads as the pairs name, eight at most, whatever number a pair has")
    func leads() {
        for (lead, count) in [(0, 1), (1, 2), (7, 8), (8, 8), (Int.max, 8)] {
            var limits = Rig.exampleLimits
            limits.pairs[0].lead = lead
            #expect(GateState(limits: limits).leads.count == count)
        }
    }
}
