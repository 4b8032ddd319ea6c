import Acquisition
import Interlocks
import Signal
import Testing
import VirtualLab

/// 8 mA and 10 V at most, 1.5 kΩ, leases up to 250 ms, steps of 50 µA.
private func device() -> VirtualStimulator {
    VirtualStimulator(
        StimulatorSpecification(
            ceilingAmplitude: Nanoamperes(8_000_000), ceilingCompliance: 10_000, impedance: 1_500_000,
            leaseMaximum: Microseconds(250_000), amplitudeStep: Nanoamperes(50_000)))
}

private func segment(
    _ first: Int64, pulses: Int64 = 3, amplitude: Int64 = 2_000_000, width: Int64 = 60, period: Int64 = 7_692
) -> Segment {
    Segment(
        pair: 0, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(amplitude),
        width: Microseconds(width), interphase: Microseconds(0), period: Microseconds(period), pulses: pulses,
        firstPulse: Microseconds(first))
}

private func lines(_ device: VirtualStimulator) -> [String] {
    var lines: [String] = []
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: StimulatorEvent.longestLine)
    defer { unsafe buffer.deallocate() }
    while let event = device.nextEvent() {
        let count = unsafe event.writeJSON(into: buffer)
        lines.append(unsafe String(decoding: buffer[..<count], as: UTF8.self))
    }
    return lines
}

/// By hand: pulses at 1,000, 8,692 and 16,384 µs, 120,000,000 fC each.
@Test("Pulses leave when the clock has passed their start, and not before")
func pulsesLeave() {
    let device = device()
    #expect(device.grantLease(until: Microseconds(100_000)) == [])
    #expect(device.accept(segment(1_000)) == [])
    #expect(device.advance(to: Microseconds(1_000)).pulses == 0)
    #expect(device.advance(to: Microseconds(1_001)).pulses == 1)
    let rest = device.advance(to: Microseconds(50_000))
    #expect(rest.pulses == 2)
    #expect(rest.charge.value == 240_000_000)
    #expect(device.deliveredPulses == 3)
    #expect(device.deliveredCharge.value == 360_000_000)
    #expect(device.largestAmplitude.value == 2_000_000)
    #expect(!device.isActive)
}

@Test("When the lease ends output ends with it, and a new lease does not bring it back")
func leaseEnds() {
    let device = device()
    #expect(device.grantLease(until: Microseconds(100_000)) == [])
    #expect(device.accept(segment(1_000, pulses: 12)) == [])
    #expect(device.grantLease(until: Microseconds(10_000)) == [])
    device.advance(to: Microseconds(60_000))
    #expect(device.deliveredPulses == 2)
    #expect(device.flags.contains(.leaseExpired))
    #expect(device.echo?.cancelledFrom.value == 10_000)
    #expect(!device.hasLease)
    #expect(device.accept(segment(70_000)).contains(.noLease))
    #expect(device.grantLease(until: Microseconds(200_000)) == [])
    device.advance(to: Microseconds(190_000))
    #expect(device.deliveredPulses == 2)
}

/// By hand: the lease ends at 10 ms, and the new segment begins at 70 ms.
@Test("A cancellation is told once, even where a new segment was accepted before anybody asked")
func cancellationIsTold() {
    let device = device()
    #expect(device.grantLease(until: Microseconds(10_000)) == [])
    #expect(device.accept(segment(1_000, pulses: 2)) == [])
    #expect(device.takeCancellation().value == .max)
    device.advance(to: Microseconds(60_000))
    #expect(device.grantLease(until: Microseconds(200_000)) == [])
    #expect(device.accept(segment(70_000)) == [])
    #expect(device.takeCancellation().value == 10_000)
    #expect(device.takeCancellation().value == .max)
    #expect(device.echo?.cancelledFrom.value == .max)
}

@Test("A renewed lease lets output go on")
func leaseRenewed() {
    let device = device()
    #expect(device.grantLease(until: Microseconds(100_000)) == [])
    #expect(device.accept(segment(1_000, pulses: 12)) == [])
    for time in stride(from: Int64(5_000), through: 100_000, by: 5_000) {
        device.advance(to: Microseconds(time))
        #expect(device.grantLease(until: Microseconds(time + 10_000)) == [])
    }
    #expect(device.deliveredPulses == 12)
    #expect(!device.flags.contains(.leaseExpired))
}

@Test("A lease longer than the device gives, or already over, is refused and counted")
func leaseRefused() {
    let device = device()
    device.advance(to: Microseconds(1_000))
    #expect(device.grantLease(until: Microseconds(251_001)) == .leaseLength)
    #expect(device.grantLease(until: Microseconds(1_000)) == .leaseLength)
    #expect(device.grantLease(until: Microseconds(251_000)) == [])
    #expect(device.refusals == 2)
}

/// By hand: 6.65 mA × 1.5 kΩ = 9.975 V fits into 10 V; 6.7 mA needs 10.05 V.
@Test("A current that needs more voltage than there is raises the compliance flag and is refused")
func compliance() {
    let device = device()
    #expect(device.grantLease(until: Microseconds(100_000)) == [])
    #expect(device.accept(segment(1_000, amplitude: 6_650_000)) == [])
    #expect(!device.flags.contains(.compliance))
    #expect(device.accept(segment(40_000, amplitude: 6_700_000)) == .compliance)
    #expect(device.flags.contains(.compliance))
    device.advance(to: Microseconds(90_000))
    #expect(device.largestAmplitude.value == 6_650_000)
}

@Test("What the device cannot do it refuses with every reason, and delivers none of it")
func refusals() {
    let device = device()
    #expect(device.accept(segment(1_000)) == [.noLease, .beyondLease])
    device.advance(to: Microseconds(2_000))
    #expect(device.grantLease(until: Microseconds(20_000)) == [])
    #expect(device.accept(segment(1_000, pulses: 1)) == .late)
    #expect(device.accept(segment(5_000, pulses: 3)) == .beyondLease)
    #expect(device.accept(segment(5_000, pulses: 1, amplitude: 2_000_001)) == .step)
    #expect(device.accept(segment(5_000, pulses: 1, amplitude: 9_000_000)) == [.amplitude, .compliance])
    #expect(device.accept(segment(5_000, pulses: 2, period: 119)) == .malformed)
    #expect(device.accept(segment(5_000, pulses: .max)) == .malformed)
    #expect(device.accept(.rest(at: Microseconds(5_000))) == .malformed)
    #expect(device.accept(segment(5_000, pulses: 2)) == [])
    #expect(device.accept(segment(12_692, pulses: 1)) == .overlap)
    device.advance(to: Microseconds(19_000))
    #expect(device.deliveredPulses == 2)
    #expect(device.refusals == 9)
}

@Test("A stop takes what waits and the lease; a cancellation leaves the lease")
func stopAndCancel() {
    let device = device()
    #expect(device.grantLease(until: Microseconds(200_000)) == [])
    #expect(device.accept(segment(1_000, pulses: 10)) == [])
    device.advance(to: Microseconds(10_000))
    device.cancel(from: Microseconds(16_384))
    #expect(device.hasLease)
    #expect(device.accept(segment(30_000)) == [])
    device.advance(to: Microseconds(31_000))
    #expect(device.deliveredPulses == 3)
    device.stop()
    #expect(!device.hasLease)
    #expect(device.echo?.cancelledFrom.value == 31_000)
    device.advance(to: Microseconds(150_000))
    #expect(device.deliveredPulses == 3)
    #expect(device.flags.contains(.stopped))
}

@Test("A booted device has no lease, no output and counters at nought")
func boot() {
    let device = device()
    #expect(device.grantLease(until: Microseconds(200_000)) == [])
    #expect(device.accept(segment(1_000, pulses: 10)) == [])
    device.advance(to: Microseconds(10_000))
    device.boot()
    device.advance(to: Microseconds(100_000))
    #expect(device.deliveredPulses == 0)
    #expect(!device.hasLease)
    #expect(device.echo == nil)
}

@Test("A clock that goes back is ignored and flagged")
func clockBack() {
    let device = device()
    device.advance(to: Microseconds(10_000))
    device.advance(to: Microseconds(9_999))
    #expect(device.now.value == 10_000)
    #expect(device.flags == .clockWentBack)
}

@Test("The device's own record names each pulse, refusal and end, one JSON object a line")
func deviceRecord() {
    let device = device()
    #expect(device.accept(segment(1_000, pulses: 1)) == [.noLease, .beyondLease])
    #expect(device.grantLease(until: Microseconds(9_000)) == [])
    #expect(device.accept(segment(1_000, pulses: 1)) == [])
    device.advance(to: Microseconds(10_000))
    let head = "\"pair\":0,\"amplitude_na\":2000000,\"width_us\":60"
    let tail = "\"first_pulse_us\":1000,\"period_us\":7692,\"pulses\":1"
    #expect(
        lines(device) == [
            "{\"event\":\"boot\",\"at_us\":0}\n",
            "{\"event\":\"refused\",\"at_us\":0,\(head),\(tail),\"reasons\":3}\n",
            "{\"event\":\"accepted\",\"at_us\":0,\(head),\(tail),\"lease_end_us\":9000}\n",
            "{\"event\":\"pulse\",\"at_us\":1000,\(head),\"charge_fc\":120000000}\n",
            "{\"event\":\"lease-ended\",\"at_us\":9000,\"lease_end_us\":9000}\n",
        ])
}
