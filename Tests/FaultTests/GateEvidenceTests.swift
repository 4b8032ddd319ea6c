import Interlocks
import Signal
import Testing

/// One thing is wrong and all else is well: the gate denies with that interlock alone.
///
/// It latches only where the catalogue says so, and goes on once the thing is well again.
///
/// Expected from the catalogue of interlocks in Safety.md.
struct GateEvidenceTests {
    /// At 0.3 mA since two pulses; the third meets the fault.
    private func expect(
        _ expected: InterlockSet, latches: Bool = false, closedLoop: Bool = false,
        _ location: SourceLocation = #_sourceLocation, _ fault: (GateRig) -> Void
    ) throws {
        let rig = try GateRig()
        try rig.ramp(to: 300_000)
        rig.segment.amplitude = Nanoamperes(300_000)
        if closedLoop {
            let isClosed = rig.machine.start(closedLoop: true)
            try #require(isClosed, sourceLocation: location)
            rig.state.modeChanged()
        }
        let (evidence, segment, limits) = (rig.evidence, rig.segment, rig.limits)
        fault(rig)
        #expect(rig.offer() == expected, sourceLocation: location)
        #expect((rig.machine.mode == .latched) == latches, sourceLocation: location)
        (rig.evidence, rig.segment, rig.limits) = (evidence, segment, limits)
        if latches { #expect(rig.recover(), sourceLocation: location) }
        #expect(rig.offer() == [], sourceLocation: location)
        try rig.checkRecord(atLeast: 3)
    }

    @Test("FI-60 limits of another subject, device or purpose deny each pulse by IL-02")
    func invalid() throws {
        try expect(.limitsInvalid) { $0.evidence.limitsValid = false }
        try expect(.limitsInvalid, closedLoop: true) { $0.limits.allowsClosedLoop = false }
    }

    @Test("FI-61 limits that expire in the session deny the closed loop by IL-02")
    func expired() throws { try expect(.limitsInvalid, closedLoop: true) { $0.evidence.limitsExpired = true } }

    @Test("FI-39 an actor that does not answer makes the token stale: IL-03 denies")
    func actor() throws { try expect(.tokenStale) { $0.evidence.actorsHealthy = false } }

    @Test("FI-57 FI-58 a stop that was asked for denies by IL-05 and latches")
    func stop() throws { try expect(.stop, latches: true) { $0.evidence.stopRequested = true } }

    @Test("FI-30 a waveform that is not allowed is denied by IL-08 and latches")
    func waveform() throws { try expect(.waveformClass, latches: true) { $0.segment.waveform = .passiveRecharge } }

    @Test("FI-15 an impedance over its bound, or a step of more than its share, denies the contact by IL-25")
    func impedance() throws {
        for milliohms in [1_000_000_000, 1] as [Int64] {
            let rig = try GateRig()
            try rig.ramp(to: 300_000)
            for contact in rig.limits.contacts.indices {
                rig.state.measured(milliohms, contact: contact, at: rig.segment.firstPulse)
            }
            #expect(rig.offer() == .impedance)
            #expect(rig.machine.mode == .openLoop)
            try rig.checkRecord(atLeast: 2)
        }
    }

    @Test("FI-48 a delivery that no read-back has settled denies by IL-30; the third in sequence latches")
    func uncertain() throws {
        try expect(.uncertainDelivery) { $0.evidence.uncertainDeliveries = 1 }
        try expect(.uncertainDelivery, latches: true) { $0.evidence.uncertainDeliveries = 3 }
    }

    @Test("FI-51 a contact at its compliance limit is denied by IL-31")
    func compliance() throws { try expect(.compliance) { $0.evidence.complianceReached = true } }

    @Test("FI-52 120 mV left on a contact are denied by IL-31 and latch")
    func residual() throws {
        try expect(.compliance, latches: true) {
            $0.limits.residualVoltage = 100_000
            $0.evidence.residualVoltage = 120_000
        }
    }

    @Test("FI-56 a device that is not the file's is denied by IL-32 and latches")
    func identity() throws { try expect(.deviceIdentity, latches: true) { $0.evidence.deviceMatches = false } }

    @Test("FI-67 consent that is missing or has ended denies by IL-34")
    func consent() throws {
        try expect(.consent) { $0.evidence.consentExpired = true }
        try expect(.consent) { $0.limits.consentsToStimulation = false }
        try expect(.consent, closedLoop: true) { $0.limits.consentsToClosedLoop = false }
    }

    @Test("FI-65 a journal that cannot be written denies by IL-35")
    func log() throws { try expect(.logAndDisk) { $0.evidence.logHealthy = false } }

    @Test("FI-43 clocks that disagree are denied by IL-36 and latch")
    func clock() throws { try expect(.clock, latches: true) { $0.evidence.clocksAgree = false } }

    @Test("FI-46 a message out of sequence is denied by IL-40")
    func sequence() throws { try expect(.sequence) { $0.evidence.sequenceValid = false } }

    @Test("FI-50 FI-53 an echo that is not the permit, or output after off, is denied by IL-42 and latches")
    func readBack() throws { try expect(.readBack, latches: true) { $0.evidence.readBackMatches = false } }

    @Test("FI-71 a closed loop without real-time priority is denied by IL-43")
    func realtime() throws {
        try expect(.realtime, closedLoop: true) { $0.evidence.realtimeOrVirtual = false }
    }

    @Test("FI-13 FI-22 FI-55 a self-test, montage or network that is not the one of arming is denied by IL-44")
    func arming() throws { try expect(.armingEvidence) { $0.evidence.armingEvidenceValid = false } }

    @Test("FI-70 verdicts that differ are denied by IL-46 and latch")
    func verdicts() throws { try expect(.verdictsDiffer, latches: true) { $0.evidence.verdictsAgree = false } }

    /// Two changes are allowed; the target that stands first is none.
    @Test("FI-18 the third change of target in a window of two is denied by IL-21")
    func changes() throws {
        let rig = try GateRig { $0.maximumChanges = 2 }
        try rig.ramp(to: 300_000)
        let isClosed = rig.machine.start(closedLoop: true)
        try #require(isClosed)
        rig.state.modeChanged()
        rig.segment.amplitude = Nanoamperes(300_000)
        for (index, target) in [300_000, 400_000, 300_000, 400_000].enumerated() {
            rig.evidence.target = Nanoamperes(Int64(target))
            #expect(rig.offer() == (index < 3 ? [] : .changeRate), "\(index)")
            rig.segment.firstPulse.value += 7_692
        }
        try rig.checkRecord(atLeast: 5)
    }
}
