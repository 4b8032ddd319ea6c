import Interlocks
import Signal
import Stimulation
import Testing

/// A record in which every field differs from its initial value.
private func exampleRecord() -> RuntimeRecord {
    var record = RuntimeRecord()
    record.order = .acknowledge
    record.sequence = 7
    record.counter = 0x0102_0304_0506_0708
    record.now = Microseconds(-5)
    record.tick = 1 << 40
    record.health = .max
    record.runtimeVerdict = 1 << 46
    record.mode = .closedLoop
    record.hasProposal = true
    record.segment = exampleSegment()
    record.evidence = .healthy(mode: .openLoop, leaseEnd: Microseconds(250_000), validChannels: 6)
    record.evidence.gap = Microseconds(1234)
    record.session = Words32(1, 2, 3, 4)
    record.reason = Reason("cable replaced, impedance measured")
    return record
}

private func exampleSegment() -> Segment {
    Segment(
        pair: 2, waveform: .biphasicCathodicFirstAsymmetric, amplitude: Nanoamperes(2_000_000),
        width: Microseconds(60), interphase: Microseconds(20), period: Microseconds(7692), pulses: 2,
        firstPulse: Microseconds(20_001), imbalance: PartsPerMillion(17))
}

@Suite struct RecordTests {
    let key = SessionKey(Words32(11, 22, 33, 44))

    @Test("A runtime record comes back from its bytes with every field")
    func runtimeRoundTrip() {
        let buffer = RecordBuffer(capacity: RuntimeRecord.length)
        exampleRecord().seal(into: buffer, key: key)
        #expect(RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: key) == exampleRecord())
        #expect(exampleRecord().reason.text == "cable replaced, impedance measured")
    }

    @Test("Every single-bit flip of a sealed runtime record is refused")
    func everyBitFlip() {
        let buffer = RecordBuffer(capacity: RuntimeRecord.length)
        exampleRecord().seal(into: buffer, key: key)
        var accepted = 0
        for bit in 0..<(RuntimeRecord.length * 8) {
            buffer[bit / 8] ^= UInt8(1 << (bit % 8))
            if RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: key) != nil { accepted += 1 }
            buffer[bit / 8] ^= UInt8(1 << (bit % 8))
        }
        #expect(accepted == 0)
        #expect(RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: key) != nil)
    }

    @Test("A record is refused under another key and at another length")
    func keyAndLength() {
        let buffer = RecordBuffer(capacity: RuntimeRecord.length)
        exampleRecord().seal(into: buffer, key: key)
        let other = SessionKey(Words32(11, 22, 33, 45))
        #expect(RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: other) == nil)
        #expect(RuntimeRecord.open(buffer, length: RuntimeRecord.length - 1, key: key) == nil)
    }

    @Test("A guard report comes back from its bytes with every field")
    func reportRoundTrip() {
        var report = GuardReport()
        report.mode = .latched
        report.flags = [.uncertain, .cancelled]
        report.sequence = 9
        report.counter = 10
        report.now = Microseconds(123)
        report.latch = 1 << 3
        report.verdict = 1 << 14
        report.segment = exampleSegment()
        report.cancelledFrom = Microseconds(456)
        report.deliveredPulses = 1300
        report.deliveredCharge = Femtocoulombs(156_000_000_000)
        report.maximumAmplitude = Nanoamperes(2_000_000)
        report.refusals = 3
        report.leaseEnd = Microseconds(250_123)
        report.measured.impedance = 1_000_000
        report.lead = 7
        for lead in 0..<8 { report.leads.add(Femtocoulombs(Int64(lead + 1)), at: Nanoamperes(9), lead: lead) }
        let buffer = RecordBuffer(capacity: GuardReport.length)
        report.seal(into: buffer, key: key)
        #expect(GuardReport.open(buffer, length: GuardReport.length, key: key) == report)
        buffer[40] ^= 1
        #expect(GuardReport.open(buffer, length: GuardReport.length, key: key) == nil)
    }

    @Test("Hello and welcome come back from their bytes")
    func handshakeRoundTrip() {
        let buffer = RecordBuffer(capacity: 512)
        let hello = GuardHello(
            session: Words32(1, 2, 3, 4), limitsHash: Words32(5, 6, 7, 8), epoch: 99, virtualTime: true, hasFIFO: false)
        hello.encode(into: buffer)
        #expect(GuardHello(decoding: buffer, length: GuardHello.length) == hello)
        let welcome = GuardWelcome(
            status: .limitsDiffer, limitsArmable: true, isVirtual: true, latch: 8, key: Words32(1, 1, 1, 1),
            limitsHash: Words32(5, 6, 7, 8), tokenTimeout: Microseconds(20_000))
        welcome.encode(into: buffer)
        #expect(GuardWelcome(decoding: buffer, length: GuardWelcome.length) == welcome)
        #expect(GuardHello(decoding: buffer, length: GuardHello.length) == nil)
    }

    @Test("Stimulator commands and reports come back from their bytes")
    func stimulatorRoundTrip() {
        let buffer = RecordBuffer(capacity: 512)
        let settings = DeviceSettings(
            epoch: 5, virtualTime: true, leaseMaximum: Microseconds(250_000), ceilingAmplitude: Nanoamperes(5_000_000),
            ceilingCompliance: 10_000, impedance: 1_000_000, amplitudeStep: Nanoamperes(10_000))
        let command = StimulatorCommand(
            order: .deliver, sequence: 4, now: Microseconds(10), leaseEnd: Microseconds(250_010),
            segment: exampleSegment(), lead: 3, settings: settings)
        command.encode(into: buffer)
        #expect(StimulatorCommand(decoding: buffer, length: StimulatorCommand.length) == command)
        var report = StimulatorReport()
        report.sequence = 4
        report.refusal = -115
        report.complianceReached = true
        report.echo = exampleSegment()
        report.deliveredPulses = 12
        report.leads.add(Femtocoulombs(5), at: Nanoamperes(6), lead: 1)
        report.encode(into: buffer)
        #expect(StimulatorReport(decoding: buffer, length: StimulatorReport.length) == report)
    }

    @Test("A record or a command for a lead that cannot be guarded is none")
    func leadOutOfRange() {
        let buffer = RecordBuffer(capacity: RuntimeRecord.length)
        var record = exampleRecord()
        record.lead = 7
        record.seal(into: buffer, key: key)
        #expect(RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: key)?.lead == 7)
        record.lead = 8
        record.seal(into: buffer, key: key)
        #expect(RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: key) == nil)
        #expect(LeadTable.capacity == CompiledCeilings.leads)
    }

    @Test("Totals are counted on their own lead, and a lead without a place is not counted")
    func leadTotals() {
        var table = LeadTable()
        table.add(Femtocoulombs(120), at: Nanoamperes(2), lead: 1)
        table.add(Femtocoulombs(60), at: Nanoamperes(1), lead: 1)
        table.add(Femtocoulombs(7), at: Nanoamperes(7), lead: 8)
        table.add(Femtocoulombs(7), at: Nanoamperes(7), lead: -1)
        #expect(table[1].pulses == 2 && table[1].charge.value == 180 && table[1].maximumAmplitude.value == 2)
        #expect((0..<8).allSatisfy { $0 == 1 || table[$0] == LeadTotals() } && table[8] == LeadTotals())
    }
}
