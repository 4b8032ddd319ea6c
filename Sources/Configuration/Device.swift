public import Signal

/// How a device keeps the two phases of a pulse equal.
public enum Balance: String, Hashable, Sendable, CaseIterable {
    /// It measures what it delivered, and reports it.
    case measured
    /// A blocking capacitor, discharged between pulses.
    case capacitorAndDischarge = "capacitor-and-discharge"
    /// Not at all: purposes bench and hil only.
    case none
}

/// What a device does when nobody renews its lease.
public enum LeaseEnd: String, Hashable, Sendable, CaseIterable {
    /// Output ends.
    case zero
    /// It goes on with a program that it keeps, as implants do; the program's hash is in the signed file.
    case storedProgram = "stored-program"
}

/// What a device measures and reports beside its echo.
public enum DeviceReport: String, Hashable, Sendable, CaseIterable {
    case impedance, compliance
    /// Between pulses, on the contacts of the pair.
    case residualVoltage = "residual-voltage"
    /// The transient during a pulse, on the contacts of the pair.
    case electrodeVoltage = "electrode-voltage"
}

/// What a stimulator is and can do, as its device file says.
public struct StimulatorDevice: Hashable, Sendable {
    /// The compiled driver, `virtual-stimulator`.
    public var driver: String
    public var model: String
    public var serial: String
    /// Dotted numbers, `1.0`.
    public var firmware: String
    public var ceilingAmplitude: Nanoamperes
    /// mV.
    public var ceilingCompliance: Int64
    /// mΩ, what an emulated device reports for every contact.
    public var impedance: Int64
    public var leaseMaximum: Microseconds
    /// Resolution of the amplitude.
    public var amplitudeStep: Nanoamperes
    public var contacts: [String]
    public var waveforms: [Waveform]
    public var balance: Balance
    public var onLeaseEnd: LeaseEnd
    public var reports: [DeviceReport]

    /// A stimulator.
    public init(
        driver: String, model: String, serial: String, firmware: String, ceilingAmplitude: Nanoamperes,
        ceilingCompliance: Int64, impedance: Int64, leaseMaximum: Microseconds, amplitudeStep: Nanoamperes,
        contacts: [String], waveforms: [Waveform], balance: Balance = .capacitorAndDischarge,
        onLeaseEnd: LeaseEnd = .zero, reports: [DeviceReport] = [.impedance, .compliance]
    ) {
        self.driver = driver
        self.model = model
        self.serial = serial
        self.firmware = firmware
        self.ceilingAmplitude = ceilingAmplitude
        self.ceilingCompliance = ceilingCompliance
        self.impedance = impedance
        self.leaseMaximum = leaseMaximum
        self.amplitudeStep = amplitudeStep
        self.contacts = contacts
        self.waveforms = waveforms
        self.balance = balance
        self.onLeaseEnd = onLeaseEnd
        self.reports = reports
    }

    /// True where the compiled driver is an emulation.
    public var isVirtual: Bool { Drivers.isVirtual(driver) }
}

/// What a device is, as `Devices/<id>.yaml` says.
public struct Device: Hashable, Sendable {
    public var id: String
    public var summary: String
    /// The compiled driver: `virtual-patient`, `synthetic` or `recording`.
    public var driver: String
    public var model: String
    public var serial: String
    public var firmware: String
    /// Samples a second as a ratio; 0 where the recording says.
    public var rateNumerator: Int64
    public var rateDenominator: Int64
    public var sampleKind: SampleKind
    /// Empty where the recording says.
    public var montage: Montage
    public var stimulator: StimulatorDevice?
    /// What the driver understands, already checked: keys of ``Drivers``.
    public var options: [String: String]

    /// A device.
    public init(
        id: String, summary: String, driver: String, model: String, serial: String, firmware: String,
        rateNumerator: Int64, rateDenominator: Int64, sampleKind: SampleKind, montage: Montage,
        stimulator: StimulatorDevice?, options: [String: String]
    ) {
        self.id = id
        self.summary = summary
        self.driver = driver
        self.model = model
        self.serial = serial
        self.firmware = firmware
        self.rateNumerator = rateNumerator
        self.rateDenominator = rateDenominator
        self.sampleKind = sampleKind
        self.montage = montage
        self.stimulator = stimulator
        self.options = options
    }

    /// True where every driver of the device is an emulation: demonstration keys and long-lived limits arm only these.
    public var isVirtual: Bool { Drivers.isVirtual(driver) && (stimulator?.isVirtual ?? true) }
}

/// The drivers that this build knows; virtual is a constant here, never a key in a file.
public enum Drivers {
    /// Sources of samples.
    public static let sources = ["virtual-patient", "virtual-cortex", "synthetic", "recording"]
    /// Stimulators.
    public static let stimulators = ["virtual-stimulator"]

    /// Stimulators whose driver can reach no person: sound cards and the like; none is built yet.
    public static let benchStimulators: [String] = []

    /// True for stimulators that only ever stand on a bench.
    public static func isBench(_ driver: String) -> Bool { benchStimulators.contains(driver) }

    /// True for emulations; an unknown driver is not virtual.
    public static func isVirtual(_ driver: String) -> Bool {
        switch driver {
        case "virtual-patient", "virtual-cortex", "synthetic", "recording", "virtual-stimulator": true
        default: false
        }
    }
}
