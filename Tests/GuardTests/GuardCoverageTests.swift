import Interlocks
import Signal
import Stimulation
import Testing

@testable import Guard

/// A stimulator that fails as a test says, order by order.
private struct FailingStimulator: LeasedStimulator, ~Copyable {
    final class Faults {
        var zero: DeliveryError?
        var poll: DeliveryError?
        var power: DeliveryError?
        var isActiveAfterZero = false
        var clockOffset: Int64 = 0
        var powerRemoved = 0
    }

    var now = Microseconds(0)
    var report = StimulatorReport()
    let faults: Faults

    init(_ faults: Faults) { self.faults = faults }

    mutating func deliver(_ permit: consuming Permit) throws(DeliveryError) {
        (report.echo, report.isActive, report.now) = (permit.segment, true, now)
    }

    mutating func renew(until leaseEnd: Microseconds) throws(DeliveryError) { report.now = now }

    mutating func zero() throws(DeliveryError) {
        if let failure = faults.zero { throw failure }
        (report.isActive, report.now) = (faults.isActiveAfterZero, now)
    }

    mutating func poll() throws(DeliveryError) {
        if let failure = faults.poll { throw failure }
        (report.isActive, report.now) = (faults.isActiveAfterZero, Microseconds(now.value + faults.clockOffset))
    }

    mutating func removePower() throws(DeliveryError) {
        faults.powerRemoved += 1
        if let failure = faults.power { throw failure }
        report.isActive = false
    }
}

/// A core over a failing device, armed where `isArmed`.
private func failing(
    _ faults: FailingStimulator.Faults, isVirtual: Bool = true, isRealtime: Bool = true
) -> GuardCore<FailingStimulator> {
    var settings = GuardSettings(
        isVirtual: isVirtual, virtualTime: false, limitsArmable: true, tokenTimeout: Microseconds(20_000),
        session: Bench.session, amplitudeStep: Nanoamperes(1000))
    settings.runtimeIsRealtime = isRealtime
    return GuardCore(limits: testLimits(), settings: settings, latch: [], device: FailingStimulator(faults))
}

private func record(_ order: RuntimeOrder, sequence: UInt64, at now: Int64) -> RuntimeRecord {
    var record = RuntimeRecord()
    (record.order, record.session) = (order, Bench.session)
    (record.sequence, record.counter, record.now) = (sequence, sequence, Microseconds(now))
    (record.health, record.mode) = (.max, .closedLoop)
    record.evidence = .healthy(mode: .closedLoop, leaseEnd: Microseconds(now + 250_000), validChannels: 2)
    return record
}

@Suite struct GuardCoverageTests {
    /// Armed and in the closed loop since 10 ms, with a pulse of 100 µA every 10 ms, the last permitted at 80 ms.
    static func running(_ change: (inout Limits) -> Void = { _ in }) -> Bench {
        var limits = testLimits()
        change(&limits)
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        for step in 1...8 {
            let time = Int64(step) * 10_000
            _ = bench.token(at: time, proposing: pulse(100_000, at: time + 10_000))
        }
        return bench
    }

    @Test("Arming names what stands against it: no real time, no consent, a failed folder, an armed guard")
    func arming() {
        var core = failing(FailingStimulator.Faults(), isVirtual: false, isRealtime: false)
        #expect(
            InterlockSet(rawValue: core.handle(record(.arm, sequence: 1, at: 0), at: Microseconds(0)).verdict)
                == .realtime)
        for (isExpired, isFailed, expected) in [(true, false, InterlockSet.consent), (false, true, .logAndDisk)] {
            var bench = Bench()
            (bench.core.consentExpired, bench.core.stateFailed) = (isExpired, isFailed)
            #expect(InterlockSet(rawValue: bench.arm(at: 0).verdict) == expected)
        }
        var limits = testLimits()
        limits.consentsToStimulation = false
        var bench = Bench(limits: limits)
        #expect(InterlockSet(rawValue: bench.arm(at: 0).verdict) == .consent)
        bench = Bench()
        #expect(bench.arm(at: 0).verdict == 0)
        #expect(InterlockSet(rawValue: bench.arm(at: 1000).verdict) == .sequence)
    }

    @Test("A device that does not answer, or is active before it was armed, fails the self-test")
    func selfTest() {
        let faults = FailingStimulator.Faults()
        faults.poll = .uncertain
        var core = failing(faults)
        #expect(
            InterlockSet(rawValue: core.handle(record(.arm, sequence: 1, at: 0), at: Microseconds(0)).verdict)
                == .armingEvidence)
        faults.poll = nil
        faults.isActiveAfterZero = true
        core = failing(faults)
        let answer = core.handle(record(.arm, sequence: 1, at: 0), at: Microseconds(0))
        #expect(InterlockSet(rawValue: answer.verdict).contains(.armingEvidence))
        #expect(core.mode != .armed)
    }

    @Test("A device that cannot be told to be off latches the guard by its lease")
    func offFails() {
        let faults = FailingStimulator.Faults()
        var core = failing(faults)
        _ = core.handle(record(.arm, sequence: 1, at: 0), at: Microseconds(0))
        #expect(core.mode == .armed)
        faults.zero = .disconnected
        _ = core.handle(record(.disarm, sequence: 2, at: 1000), at: Microseconds(1000))
        #expect(core.mode == .latched && core.latch == .leaseExpired)
    }

    @Test("Output after off costs the device its power, once; a device that refuses that is asked no more")
    func outputAfterOff() {
        for failure in [nil, DeliveryError.refused(code: 1)] {
            let faults = FailingStimulator.Faults()
            var core = failing(faults)
            (faults.isActiveAfterZero, faults.power) = (true, failure)
            core.advance(to: Microseconds(100_000))
            #expect(core.latch.contains(.readBack) && core.mode == .latched)
            #expect(faults.powerRemoved == 1)
            let report = core.handle(record(.token, sequence: 1, at: 110_000), at: Microseconds(110_000))
            #expect(report.flags.contains(.powerRemoved) == (failure == nil))
        }
    }

    @Test("A poll that fails while output is off changes nothing")
    func silentWhileOff() {
        let faults = FailingStimulator.Faults()
        faults.poll = .uncertain
        var core = failing(faults)
        core.advance(to: Microseconds(100_000))
        #expect(core.mode == .off && core.latch.isEmpty)
    }

    @Test("A stop order ends output in the same record")
    func stopOrder() {
        var bench = Self.running()
        let report = bench.send(bench.record(.stop, at: 85_000), at: 85_000)
        #expect(report.mode == .latched && bench.core.latch == .stop && bench.notes.zeros == [85_000])
    }

    @Test("In virtual time a malformed record ends output at the last good time")
    func malformedInVirtualTime() {
        var bench = Bench(virtualTime: true)
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000, proposing: pulse(100_000, at: 15_000))
        let report = bench.core.handleMalformed(at: Microseconds(9_000_000))
        #expect(report.mode == .latched && report.now == Microseconds(5000))
        #expect(bench.core.latch == [.tokenStale, .sequence])
    }

    @Test("Nothing is acknowledged while output runs; without a latch an acknowledgement disarms")
    func acknowledging() {
        var bench = Self.running()
        var order = bench.record(.acknowledge, at: 85_000)
        order.reason = Reason("seen")
        #expect(InterlockSet(rawValue: bench.send(order, at: 85_000).verdict) == .sequence)
        #expect(bench.core.mode == .closedLoop)
        bench = Bench()
        _ = bench.arm(at: 0)
        order = bench.record(.acknowledge, at: 1000)
        order.reason = Reason("seen")
        #expect(bench.send(order, at: 1000).verdict == 0)
        #expect(bench.core.mode == .off)
    }

    @Test("A clock that jumped ends output and latches; while off it only refuses arming's trust")
    func clockJumps() {
        var bench = Self.running()
        bench.core.clockJumped(at: Microseconds(85_000))
        #expect(bench.core.mode == .latched && bench.core.latch == .clock && bench.notes.zeros == [85_000])
        bench = Bench()
        bench.core.clockJumped(at: Microseconds(0))
        #expect(bench.core.mode == .off && bench.core.latch.isEmpty)
        #expect(!bench.token(at: 1000).flags.contains(.clocksAgree))
    }

    @Test("Consent's end and a residual voltage to be alarmed at are told in every report")
    func flags() {
        var bench = Self.running()
        bench.core.consentExpired = true
        bench.notes.measured.residualVoltage = 60_000
        #expect(bench.token(at: 85_000).flags.contains(.consentExpired))
        #expect(!bench.token(at: 86_000).flags.contains(.residualAlarm))
    }

    @Test("Open loop starts from armed, goes on to closed loop and may be gone back to")
    func openLoop() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        #expect(bench.token(at: 5000, mode: .openLoop).mode == .openLoop)
        #expect(bench.token(at: 10_000, mode: .closedLoop).mode == .closedLoop)
        #expect(bench.token(at: 15_000, mode: .openLoop).mode == .openLoop)
        var limits = testLimits()
        limits.allowsClosedLoop = false
        bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        #expect(bench.token(at: 5000, mode: .closedLoop).mode == .armed)
        #expect(bench.token(at: 10_000, mode: .openLoop).mode == .openLoop)
        #expect(bench.token(at: 15_000, mode: .closedLoop).mode == .openLoop)
    }

    @Test(
        "A runtime that latched latches the guard, with its reasons where it has some",
        arguments: [
            (UInt64(0), InterlockSet.latchSet), (.max, .latchSet),
            (InterlockSet.signalQuality.rawValue, .signalQuality),
        ])
    func runtimeLatched(latch: UInt64, expected: InterlockSet) {
        var bench = Self.running()
        var told = bench.record(at: 85_000, mode: .latched)
        told.evidence.latch = latch
        #expect(bench.send(told, at: 85_000).mode == .latched)
        #expect(bench.core.latch == expected && bench.notes.zeros == [85_000])
    }

    @Test("What the device's answer shows ends output: a pressed stop, another identity, another clock")
    func answers() {
        let changes: [(InterlockSet, (inout Bench) -> Void)] = [
            (.stop, { $0.core.device.report.stopPressed = true }),
            (.deviceIdentity, { $0.core.device.report.identity.serial = Words32(9, 9, 9, 9) }),
        ]
        for (expected, change) in changes {
            var bench = Self.running()
            change(&bench)
            #expect(bench.token(at: 85_000).mode == .latched)
            #expect(bench.core.latch == expected && bench.notes.zeros.first == 85_000)
        }
    }

    @Test("Compliance reached three times, and a residual voltage over the file's bound, end output")
    func measurements() {
        for change: (inout DeviceMeasurements) -> Void in [
            { $0.complianceEvents = 3 }, { $0.residualVoltage = 100_001 }, { $0.residualVoltage = -100_001 },
        ] {
            var bench = Self.running { $0.residualVoltage = 100_000 }
            change(&bench.notes.measured)
            #expect(bench.token(at: 85_000).mode == .latched)
            #expect(bench.core.latch == .compliance)
        }
        var bench = Self.running()
        bench.core.device.report.complianceReached = true
        #expect(bench.token(at: 85_000).flags.contains(.compliance))
    }

    @Test("Contacts whose impedance nobody measured, and a residual voltage, stand against arming")
    func armingMeasurements() {
        var limits = testLimits()
        limits.contacts[0].impedance = ImpedanceBounds(
            range: 250_000...3_500_000, maximumAge: Microseconds(1_000_000), maximumStep: PartsPerMillion(300_000))
        var bench = Bench(limits: limits)
        #expect(InterlockSet(rawValue: bench.arm(at: 0).verdict) == .impedance)
        limits = testLimits()
        limits.residualVoltage = 100_000
        for (voltage, isRefused) in [(100_000, false), (100_001, true), (-1, true)] {
            bench = Bench(limits: limits)
            bench.notes.measured.residualVoltage = Int64(voltage)
            #expect(InterlockSet(rawValue: bench.arm(at: 0).verdict) == (isRefused ? .compliance : []))
        }
        // Compliance that was counted before arming is no reason, where no residual voltage is bounded.
        bench = Bench()
        bench.notes.measured.complianceEvents = 5
        #expect(bench.arm(at: 0).verdict == 0)
    }

    @Test("A device whose clock is a second apart from the guard's fails the self-test")
    func clockApart() {
        let faults = FailingStimulator.Faults()
        faults.clockOffset = 1_000_000
        var core = failing(faults)
        #expect(
            InterlockSet(rawValue: core.handle(record(.arm, sequence: 1, at: 0), at: Microseconds(0)).verdict) == .clock
        )
    }

    @Test("A device that reads output after off and goes quiet again keeps its power, and stays latched")
    func outputWasOn() {
        var bench = Bench()
        bench.core.device.report.deliveredPulses = 5
        bench.core.advance(to: Microseconds(100_000))
        #expect(bench.core.mode == .latched && bench.core.latch.contains(.readBack))
        #expect(!bench.token(at: 110_000).flags.contains(.powerRemoved))
    }
}
