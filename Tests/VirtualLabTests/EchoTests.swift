import Acquisition
import Glibc
import Signal
import Testing
import VirtualLab

private func patient(frames: Int = 10) throws -> VirtualPatient {
    try VirtualPatient(montage: Montage([Channel(label: "lfp")]), frames: frames, seed: 1)
}

private func echo(_ first: Int64, pulses: Int64, cancelledFrom: Int64 = .max) -> SegmentEcho {
    SegmentEcho(
        firstPulse: Microseconds(first), period: Microseconds(1_000), width: Microseconds(60),
        amplitude: Nanoamperes(2_000_000), pulses: pulses, cancelledFrom: Microseconds(cancelledFrom))
}

/// By hand: 2 mA × 60 µs = 120 nC = 120,000,000 fC a pulse.
@Test("A pulse acts in the block that contains it, once, however often it is announced")
func pulseOnce() throws {
    let patient = try patient()
    let block = Block(format: patient.format)
    patient.stimulate(echo(10_000, pulses: 3))
    patient.stimulate(echo(10_000, pulses: 3))
    #expect(try patient.next(into: block) == .block)
    #expect(patient.feltPulses == 0)
    #expect(patient.efficacy == 0)
    #expect(try patient.next(into: block) == .block)
    #expect(patient.feltPulses == 3)
    #expect(patient.feltCharge.value == 360_000_000)
    #expect(patient.efficacy > 0)
    patient.stimulate(echo(10_000, pulses: 3))
    #expect(try patient.next(into: block) == .block)
    #expect(patient.feltPulses == 3)
    #expect(patient.latePulses == 0)
}

@Test("A cancellation takes the pulses from its time on and no others")
func cancellation() throws {
    let patient = try patient()
    let block = Block(format: patient.format)
    patient.stimulate(echo(10_000, pulses: 8))
    patient.stimulate(echo(10_000, pulses: 8, cancelledFrom: 13_000))
    for _ in 0..<3 { #expect(try patient.next(into: block) == .block) }
    #expect(patient.feltPulses == 3)
}

@Test("After a cancellation before its start a run can be announced anew")
func announcedAnew() throws {
    let patient = try patient()
    let block = Block(format: patient.format)
    patient.stimulate(echo(10_000, pulses: 4))
    patient.stimulate(.cancel(from: Microseconds(5_000)))
    patient.stimulate(echo(10_000, pulses: 2))
    for _ in 0..<3 { #expect(try patient.next(into: block) == .block) }
    #expect(patient.feltPulses == 2)
}

/// By hand: of pulses at 10, 11 … 17 ms those before 13 ms stay, and two more come.
@Test("A new run takes the place of what an earlier one still had from there on")
func newRunReplaces() throws {
    let patient = try patient()
    let block = Block(format: patient.format)
    patient.stimulate(echo(10_000, pulses: 8))
    patient.stimulate(echo(13_000, pulses: 2))
    for _ in 0..<3 { #expect(try patient.next(into: block) == .block) }
    #expect(patient.feltPulses == 5)
}

@Test("A pulse that is announced after its time acts at once and is counted as late")
func latePulse() throws {
    let patient = try patient()
    let block = Block(format: patient.format)
    for _ in 0..<2 { #expect(try patient.next(into: block) == .block) }
    patient.stimulate(echo(15_000, pulses: 6))
    #expect(try patient.next(into: block) == .block)
    #expect(patient.feltPulses == 6)
    #expect(patient.latePulses == 5)
}

/// By hand: 300 µV at 2 mA; at the pulse, 1 ms and 1.5 ms later (1 − t/τ)·e^(−t/τ), τ 0.25 ms: 1, −3·e⁻⁴, −5·e⁻⁶; from
/// 2 ms on nought.
///
/// The circuit itself cannot answer within the sample of the pulse.
@Test("The artefact is biphasic, lasts less than 2 ms and leaves the circuit alone")
func artefact() throws {
    let (quiet, struck) = (try patient(), try patient())
    let (still, block) = (Block(format: quiet.format), Block(format: struck.format))
    struck.stimulate(echo(3_000, pulses: 1))
    #expect(try quiet.next(into: still) == .block)
    #expect(try struck.next(into: block) == .block)
    let differences = (0..<10).map { unsafe Double(block.float32[$0]) - Double(still.float32[$0]) }
    for index in 0..<3 { #expect(differences[index] == 0) }
    #expect(abs(differences[3] - 300) < 1e-3)
    #expect(abs(differences[4] + 300 * 3 * exp(-4)) < 0.05)
    for index in 5..<10 { #expect(abs(differences[index]) < 0.5) }
    let circuit = (0..<4).map { unsafe struck.lastBlockCircuit[$0] - quiet.lastBlockCircuit[$0] }
    #expect(circuit == [0, 0, 0, 0])
}

/// By hand: 130 Hz × 120 nC = 15.6 µC/s; E∞ = 0.4 · 15.6²/(15.6² + 7.8²) = 0.32.
@Test("Two milliamperes at 130 Hz settle at an efficacy of .32, and no charge exceeds .4")
func chargeEffect() {
    func settled(nanocoulombs: Double) -> ChargeEffect {
        var effect = ChargeEffect(PatientParameters())
        for step in 0..<30_000 {
            if step * 130 % 10_000 < 130 { effect.add(nanocoulombs: nanocoulombs) }
            effect.advance()
        }
        return effect
    }
    #expect(abs(settled(nanocoulombs: 120).efficacy - 0.32) < 0.01)
    #expect(settled(nanocoulombs: -120).efficacy == settled(nanocoulombs: 120).efficacy)
    let flooded = settled(nanocoulombs: 1e6).efficacy
    #expect(flooded > 0.399 && flooded <= 0.4)
}

@Test("The registry makes the patient, and refuses a rate or a sample kind that its equations do not give")
func patientDriver() throws {
    var registry = SourceRegistry.builtIn
    registry.registerVirtualLab()
    #expect(registry.isVirtual(driver: "virtual-patient") == true)
    var request = SourceRequest(montage: Montage([Channel(label: "lfp")]), frames: 10, rateNumerator: 1_000, seed: 3)
    #expect(try registry.make(driver: "virtual-patient", request).format.rate == 1_000)
    request.rateNumerator = 2_000
    #expect(throws: SourceError.self) { _ = try registry.make(driver: "virtual-patient", request) }
    request.rateNumerator = 1_000
    request.kind = .int16
    #expect(throws: SourceError.self) { _ = try registry.make(driver: "virtual-patient", request) }
}
