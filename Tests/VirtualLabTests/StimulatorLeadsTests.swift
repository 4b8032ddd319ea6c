import Signal
import Stimulation
import Testing
import VirtualLab

/// One device, two leads: what overlaps on one lead does not on two.
@Suite("A stimulator with two leads")
struct StimulatorLeadsTests {
    private static func segment(_ first: Int64, pair: Int32 = 0, amplitude: Int64 = 1_000_000) -> Segment {
        Segment(
            pair: pair, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(amplitude),
            width: Microseconds(60), interphase: Microseconds(0), period: Microseconds(8_000), pulses: 2,
            firstPulse: Microseconds(first))
    }

    private static func device() -> VirtualStimulator {
        let device = VirtualStimulator(
            StimulatorSpecification(
                ceilingAmplitude: Nanoamperes(5_000_000), ceilingCompliance: 12_000, impedance: 1_200_000,
                leaseMaximum: Microseconds(250_000), amplitudeStep: Nanoamperes(1_000)))
        #expect(device.grantLease(until: Microseconds(200_000)) == [])
        return device
    }

    /// By hand: two pulses of 1 mA × 60 µs are 120 nC on the left, two of 2 mA 240 nC on the right.
    @Test("Segments of two leads run side by side, and each lead has its own totals")
    func sideBySide() {
        let device = Self.device()
        #expect(device.accept(Self.segment(10_000), lead: 0) == [])
        #expect(device.accept(Self.segment(10_000, pair: 1, amplitude: 2_000_000), lead: 1) == [])
        #expect(device.accept(Self.segment(12_000), lead: 0) == .overlap)
        device.advance(to: Microseconds(30_000))
        #expect(device.deliveredPulses == 4)
        #expect(device.leads[0].pulses == 2 && device.leads[1].pulses == 2)
        #expect(device.leads[0].charge.value == 120_000_000 && device.leads[1].charge.value == 240_000_000)
        #expect(device.leads[0].maximumAmplitude.value == 1_000_000)
        #expect(device.leads[1].maximumAmplitude.value == 2_000_000)
        #expect(device.leads[2] == LeadTotals())
    }

    @Test("A stop takes the pulses of every lead away")
    func stop() {
        let device = Self.device()
        #expect(device.accept(Self.segment(10_000), lead: 0) == [])
        #expect(device.accept(Self.segment(11_000, pair: 1), lead: 1) == [])
        device.advance(to: Microseconds(10_500))
        device.stop()
        device.advance(to: Microseconds(100_000))
        #expect(device.leads[0].pulses == 1 && device.leads[1].pulses == 0)
        #expect(!device.isActive)
    }

    @Test("A lead that no device has is refused")
    func noLead() {
        #expect(Self.device().accept(Self.segment(10_000), lead: 8).contains(.malformed))
    }
}
