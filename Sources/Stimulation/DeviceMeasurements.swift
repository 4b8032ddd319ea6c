public import Signal

/// What a stimulator measures of its electrodes; a quantity that it does not measure stays at its healthy value.
public struct DeviceMeasurements: Hashable, Sendable, BitwiseCopyable {
    /// Milliohms, of every contact; 0: not measured.
    public var impedance: Int64 = 0
    /// When the impedance was measured, by the device's clock.
    public var impedanceTime = Microseconds(0)
    /// Largest magnitude left on a contact after the newest pulse, µV.
    public var residualVoltage: Int64 = 0
    /// Extremes on the contacts, mV against the reference.
    public var electrodeVoltageLow: Int64 = 0
    public var electrodeVoltageHigh: Int64 = 0
    /// |Q1 + Q2| / |Q1| of the newest pulse.
    public var imbalance = PartsPerMillion(0)
    /// |ΣQ| over the last second.
    public var netCharge = Femtocoulombs(0)
    /// How often the compliance limit was reached since the device started.
    public var complianceEvents: Int64 = 0

    /// Nothing was measured.
    public init() {}

    /// Eight numbers of 64 bits.
    func encode(into buffer: RecordBuffer) {
        buffer.put(impedance)
        buffer.put(impedanceTime.value)
        buffer.put(residualVoltage)
        buffer.put(electrodeVoltageLow)
        buffer.put(electrodeVoltageHigh)
        buffer.put(imbalance.value)
        buffer.put(netCharge.value)
        buffer.put(complianceEvents)
    }

    init(decoding buffer: RecordBuffer) {
        self.init()
        impedance = buffer.take()
        impedanceTime = Microseconds(buffer.take())
        residualVoltage = buffer.take()
        electrodeVoltageLow = buffer.take()
        electrodeVoltageHigh = buffer.take()
        imbalance = PartsPerMillion(buffer.take())
        netCharge = Femtocoulombs(buffer.take())
        complianceEvents = buffer.take()
    }
}
