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
