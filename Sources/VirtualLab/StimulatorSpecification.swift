public import Signal

/// What an emulated stimulator is: the numbers of a device file.
public struct StimulatorSpecification: Hashable, Sendable, BitwiseCopyable {
    /// The device refuses more.
    public var ceilingAmplitude: Nanoamperes
    /// Largest voltage of the output stage, mV.
    public var ceilingCompliance: Int64
    /// Between the contacts of a pair, mΩ.
    public var impedance: Int64
    /// Longest lease that the device accepts, from its own now.
    public var leaseMaximum: Microseconds
    /// Amplitudes are multiples of this.
    public var amplitudeStep: Nanoamperes

    /// A stimulator.
    public init(
        ceilingAmplitude: Nanoamperes, ceilingCompliance: Int64, impedance: Int64, leaseMaximum: Microseconds,
        amplitudeStep: Nanoamperes
    ) {
        self.ceilingAmplitude = ceilingAmplitude
        self.ceilingCompliance = ceilingCompliance
        self.impedance = impedance
        self.leaseMaximum = leaseMaximum
        self.amplitudeStep = amplitudeStep
    }

    /// Whether `amplitude` needs more voltage than there is: nA × mΩ = pV, mV × 10⁹ = pV.
    public func exceedsCompliance(_ amplitude: Nanoamperes) -> Bool {
        let (needed, overflow) = amplitude.value.multipliedReportingOverflow(by: impedance)
        let (present, endless) = ceilingCompliance.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow || (!endless && needed > present)
    }
}

/// Why the device refuses a segment or a lease; all reasons at once.
public struct StimulatorRefusal: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32
    /// The reasons whose bits are set.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// No lease, or it has ended.
    public static let noLease = StimulatorRefusal(rawValue: 1)
    /// The last pulse would not end inside the lease.
    public static let beyondLease = StimulatorRefusal(rawValue: 2)
    /// A lease longer than the device gives, or one that ends in the past.
    public static let leaseLength = StimulatorRefusal(rawValue: 4)
    /// Above the amplitude ceiling, or negative.
    public static let amplitude = StimulatorRefusal(rawValue: 8)
    /// Not a multiple of the amplitude step.
    public static let step = StimulatorRefusal(rawValue: 16)
    /// I · Z is above the compliance voltage.
    public static let compliance = StimulatorRefusal(rawValue: 32)
    /// The first pulse is in the past.
    public static let late = StimulatorRefusal(rawValue: 64)
    /// The first pulse is not after the last one already accepted.
    public static let overlap = StimulatorRefusal(rawValue: 128)
    /// No pulse, no width, a period shorter than the pulse, no pair, or a number out of range.
    public static let malformed = StimulatorRefusal(rawValue: 256)
    /// The device holds as many segments as it can.
    public static let full = StimulatorRefusal(rawValue: 512)
    /// The output stage has no power.
    public static let unpowered = StimulatorRefusal(rawValue: 1024)
    /// An injected refusal.
    public static let fault = StimulatorRefusal(rawValue: 2048)
}

/// What is odd about the device since its boot.
public struct StimulatorFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32
    /// The flags whose bits are set.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// A segment needed more voltage than there is.
    public static let compliance = StimulatorFlags(rawValue: 1)
    /// A lease ended before it was renewed.
    public static let leaseExpired = StimulatorFlags(rawValue: 2)
    /// A stop took output away.
    public static let stopped = StimulatorFlags(rawValue: 4)
    /// The clock was set back; it stayed where it was.
    public static let clockWentBack = StimulatorFlags(rawValue: 8)
    /// The record lost lines because nobody read them.
    public static let recordLost = StimulatorFlags(rawValue: 16)
}
