import Interlocks
import Signal

/// Evidence as bytes: mode u8, acknowledged u8, 2 zeros, controller i32, latch u64, flags u64, then each number i64.
///
/// One list of flags and one of numbers serve both directions, so that they cannot drift apart.
extension Evidence {
    /// Bytes of encoded evidence: 24 of head, 20 numbers of 8.
    static let length = 184

    func encode(into buffer: RecordBuffer) {
        var copy = self
        buffer.put(mode.rawValue)
        buffer.put(acknowledged.rawValue)
        buffer.put(UInt16(0))
        buffer.put(controller)
        buffer.put(latch)
        var (flags, place) = (UInt64(0), UInt64(0))
        copy.forEachFlag { flag in
            if flag { flags |= 1 << place }
            place += 1
        }
        if target != nil { flags |= 1 << 62 }
        if patientMaximum != nil { flags |= 1 << 63 }
        buffer.put(flags)
        copy.forEachNumber { buffer.put($0) }
        buffer.put(target?.value ?? 0)
        buffer.put(patientMaximum?.value ?? 0)
    }

    /// Nil where the mode, an acknowledgement or a flag has no meaning.
    init?(decoding buffer: RecordBuffer) {
        self.init()
        guard let mode = Mode(rawValue: buffer.take()) else { return nil }
        self.mode = mode
        acknowledged = SoftLimitSet(rawValue: buffer.take())
        guard acknowledged.rawValue < 16, buffer.take(UInt16.self) == 0 else { return nil }
        controller = buffer.take()
        latch = buffer.take()
        let flags = buffer.take(UInt64.self)
        var place = UInt64(0)
        forEachFlag { flag in
            flag = flags >> place & 1 == 1
            place += 1
        }
        guard flags & ~(3 << 62) < 1 << place else { return nil }
        forEachNumber { $0 = buffer.take() }
        let (aim, bound) = (buffer.take(Int64.self), buffer.take(Int64.self))
        target = flags >> 62 & 1 == 1 ? Nanoamperes(aim) : nil
        patientMaximum = flags >> 63 == 1 ? Nanoamperes(bound) : nil
    }

    private mutating func forEachFlag(_ body: (inout Bool) -> Void) {
        body(&isArmed)
        body(&limitsValid)
        body(&limitsExpired)
        body(&consentExpired)
        body(&actorsHealthy)
        body(&sequenceValid)
        body(&stopRequested)
        body(&samplesInOrder)
        body(&signalSaturatedOrFlat)
        body(&signalDisturbed)
        body(&decoderValid)
        body(&decisionIsCurrent)
        body(&spikeStorm)
        body(&complianceReached)
        body(&deviceMatches)
        body(&readBackMatches)
        body(&logHealthy)
        body(&clocksAgree)
        body(&realtimeOrVirtual)
        body(&armingEvidenceValid)
        body(&verdictsAgree)
    }

    private mutating func forEachNumber(_ body: (inout Int64) -> Void) {
        body(&tokenAge.value)
        body(&leaseEnd.value)
        body(&acknowledgementsMissing)
        body(&sampleAge.value)
        body(&gap.value)
        body(&rateDeviation.value)
        body(&validChannels)
        body(&deadlineMissesInWindow)
        body(&nonFiniteDecisions)
        body(&confidence)
        body(&outOfDistribution)
        body(&uncertainDeliveries)
        body(&complianceEvents)
        body(&residualVoltage)
        body(&electrodeVoltageLow)
        body(&electrodeVoltageHigh)
        body(&measuredImbalance.value)
        body(&measuredNetCharge.value)
    }
}
