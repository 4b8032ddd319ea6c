public import Signal

/// What the guard orders from a stimulator process.
public enum StimulatorOrder: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// First command: clock, ceilings and electrode; output off.
    case hello = 0
    /// The lease now ends at ``StimulatorCommand/leaseEnd``.
    case renew = 1
    /// Deliver ``StimulatorCommand/segment`` under the lease.
    case deliver = 2
    /// No pulse from ``StimulatorCommand/now`` on; the queue is empty afterwards.
    case zero = 3
    /// The session is over: zero, write the record, exit.
    case close = 4
    /// Say how you are; nothing changes.
    case poll = 5
    /// The last actuator: no power to the output stage until the next hello.
    case powerOff = 6
}

/// What the guard tells the device to hold itself to.
public struct DeviceSettings: Hashable, Sendable, BitwiseCopyable {
    /// CLOCK_MONOTONIC ns of session time 0.
    public var epoch: UInt64
    /// The device's clock is each command's ``StimulatorCommand/now``.
    public var virtualTime: Bool
    public var leaseMaximum: Microseconds
    public var ceilingAmplitude: Nanoamperes
    /// Millivolts.
    public var ceilingCompliance: Int64
    /// Milliohms.
    public var impedance: Int64
    public var amplitudeStep: Nanoamperes

    /// Settings; every field is said.
    public init(
        epoch: UInt64, virtualTime: Bool, leaseMaximum: Microseconds, ceilingAmplitude: Nanoamperes,
        ceilingCompliance: Int64, impedance: Int64, amplitudeStep: Nanoamperes
    ) {
        self.epoch = epoch
        self.virtualTime = virtualTime
        self.leaseMaximum = leaseMaximum
        self.ceilingAmplitude = ceilingAmplitude
        self.ceilingCompliance = ceilingCompliance
        self.impedance = impedance
        self.amplitudeStep = amplitudeStep
    }
}

/// One command to a stimulator process.
///
/// 192 bytes, little-endian.
public struct StimulatorCommand: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of an encoded command.
    public static let length = 192
    static let magic: UInt32 = 0x4353_4e41

    public var order: StimulatorOrder
    public var sequence: UInt64
    /// The guard's time, µs since the start of the session.
    public var now: Microseconds
    public var leaseEnd: Microseconds
    public var segment: Segment
    /// The lead that ``segment`` is for, by its place in the limits: a device runs each lead by itself.
    public var lead: UInt8
    public var settings: DeviceSettings

    /// A command; the segment matters for ``StimulatorOrder/deliver`` only, the settings for hello only.
    public init(
        order: StimulatorOrder, sequence: UInt64, now: Microseconds, leaseEnd: Microseconds, segment: Segment,
        lead: UInt8 = 0, settings: DeviceSettings
    ) {
        self.order = order
        self.sequence = sequence
        self.now = now
        self.leaseEnd = leaseEnd
        self.segment = segment
        self.lead = lead
        self.settings = settings
    }

    /// Writes the command.
    public func encode(into buffer: RecordBuffer) {
        buffer.rewind()
        buffer.put(Self.magic)
        buffer.put(RuntimeRecord.version)
        buffer.put(order.rawValue)
        buffer.put(UInt8(settings.virtualTime ? 1 : 0))
        buffer.put(sequence)
        buffer.put(now.value)
        buffer.put(leaseEnd.value)
        segment.encode(into: buffer)
        buffer.put(settings.epoch)
        buffer.put(settings.leaseMaximum.value)
        buffer.put(settings.ceilingAmplitude.value)
        buffer.put(settings.ceilingCompliance)
        buffer.put(settings.impedance)
        buffer.put(settings.amplitudeStep.value)
        buffer.put(lead)
        buffer.pad(to: Self.length)
    }

    /// Nil when length, magic, version or a field is wrong.
    public init?(decoding buffer: RecordBuffer, length: Int) {
        buffer.rewind()
        guard length == Self.length, buffer.take(UInt32.self) == Self.magic,
            buffer.take(UInt16.self) == RuntimeRecord.version, let order = StimulatorOrder(rawValue: buffer.take())
        else { return nil }
        let virtualTime = buffer.take(UInt8.self) == 1
        self.order = order
        sequence = buffer.take()
        now = Microseconds(buffer.take())
        leaseEnd = Microseconds(buffer.take())
        guard let segment = Segment(decoding: buffer) else { return nil }
        self.segment = segment
        settings = DeviceSettings(
            epoch: buffer.take(), virtualTime: virtualTime, leaseMaximum: Microseconds(buffer.take()),
            ceilingAmplitude: Nanoamperes(buffer.take()), ceilingCompliance: buffer.take(), impedance: buffer.take(),
            amplitudeStep: Nanoamperes(buffer.take()))
        lead = buffer.take()
        guard lead < LeadTable.capacity else { return nil }
    }
}
