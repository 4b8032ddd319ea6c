public import Signal

/// A stimulator process's answer to one command.
///
/// 512 bytes, little-endian.
public struct StimulatorReport: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of an encoded report.
    public static let length = 512
    static let magic: UInt32 = 0x4453_4e41

    /// The sequence of the command that this answers.
    public var sequence: UInt64 = 0
    /// The device's time.
    public var now = Microseconds(0)
    /// 0: accepted; else the device's refusal code.
    public var refusal: Int32 = 0
    /// The voltage at the electrode would have passed the compliance limit since the last report.
    public var complianceReached = false
    /// Output is running or pulses wait in the queue.
    public var isActive = false
    /// The device's own stop button was pressed; it stays set until the device is told to be off.
    public var stopPressed = false
    /// What the device accepted, as it will deliver it; a rest where the command carried no segment.
    public var echo = Segment.rest(at: Microseconds(0))
    /// Pulses at or after this time were cancelled since the last report; `Int64.max` where none.
    public var cancelledFrom = Microseconds(.max)
    /// Pulses delivered up to ``now`` since the hello.
    public var deliveredPulses: Int64 = 0
    /// Leading-phase charge delivered up to ``now``.
    public var deliveredCharge = Femtocoulombs(0)
    public var maximumAmplitude = Nanoamperes(0)
    public var leaseEnd = Microseconds(0)
    public var measured = DeviceMeasurements()
    public var identity = ReportedIdentity()
    /// What left the device, lead by lead, up to ``now`` since the hello.
    public var leads = LeadTable()

    /// A report of a device that has done nothing.
    public init() {}

    /// Writes the report.
    public func encode(into buffer: RecordBuffer) {
        buffer.rewind()
        buffer.put(Self.magic)
        buffer.put(RuntimeRecord.version)
        buffer.put(UInt8(complianceReached ? 1 : 0))
        buffer.put(UInt8(isActive ? 1 : 0))
        buffer.put(sequence)
        buffer.put(now.value)
        buffer.put(refusal)
        buffer.put(UInt32(stopPressed ? 1 : 0))
        echo.encode(into: buffer)
        buffer.put(cancelledFrom.value)
        buffer.put(deliveredPulses)
        buffer.put(deliveredCharge.value)
        buffer.put(maximumAmplitude.value)
        buffer.put(leaseEnd.value)
        measured.encode(into: buffer)
        identity.encode(into: buffer)
        leads.encode(into: buffer)
        buffer.pad(to: Self.length)
    }

    /// Nil when length, magic, version or a field is wrong.
    public init?(decoding buffer: RecordBuffer, length: Int) {
        buffer.rewind()
        guard length == Self.length, buffer.take(UInt32.self) == Self.magic,
            buffer.take(UInt16.self) == RuntimeRecord.version
        else { return nil }
        complianceReached = buffer.take(UInt8.self) == 1
        isActive = buffer.take(UInt8.self) == 1
        sequence = buffer.take()
        now = Microseconds(buffer.take())
        refusal = buffer.take()
        stopPressed = buffer.take(UInt32.self) != 0
        guard let echo = Segment(decoding: buffer) else { return nil }
        self.echo = echo
        cancelledFrom = Microseconds(buffer.take())
        deliveredPulses = buffer.take()
        deliveredCharge = Femtocoulombs(buffer.take())
        maximumAmplitude = Nanoamperes(buffer.take())
        leaseEnd = Microseconds(buffer.take())
        measured = DeviceMeasurements(decoding: buffer)
        identity = ReportedIdentity(decoding: buffer)
        leads = LeadTable(decoding: buffer)
    }
}
