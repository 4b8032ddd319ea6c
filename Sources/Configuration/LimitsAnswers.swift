public import Signal

/// A quantity as a person typed it.
public struct Answer: Hashable, Sendable {
    public var text: String
    /// In the base unit of its dimension.
    public var value: Int64

    /// The quantity in `text`.
    public init(_ text: String, as dimension: Dimension) throws(QuantityError) {
        self.text = text
        value = try Quantity.parse(text, as: dimension)
    }
}

/// One contact of the device as a person described it.
public struct ContactAnswer: Hashable, Sendable {
    public var id: String
    public var kind: ElectrodeKind
    public var area: Answer
    public var material: String
    public var stimulate: Bool
    public var sense: Bool
    /// Charge-injection limit of the material and how it was measured; nil where nothing stimulates.
    public var injection: (limit: Answer, condition: String)?

    /// A contact.
    public init(
        id: String, kind: ElectrodeKind, area: Answer, material: String, stimulate: Bool, sense: Bool,
        injection: (limit: Answer, condition: String)?
    ) {
        (self.id, self.kind, self.area, self.material) = (id, kind, area, material)
        (self.stimulate, self.sense, self.injection) = (stimulate, sense, injection)
    }

    /// Kind as files write it.
    public var kindName: String { BuiltInCeilings.name(kind) }

    public static func == (a: Self, b: Self) -> Bool {
        a.id == b.id && a.kind == b.kind && a.area == b.area && a.material == b.material
            && a.stimulate == b.stimulate && a.sense == b.sense && a.injection?.limit == b.injection?.limit
            && a.injection?.condition == b.injection?.condition
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// Everything that a limits file needs from a person; nothing here has a default.
public struct LimitsAnswers: Sendable {
    public var fileID: String
    /// Seconds since 1970.
    public var issued: Int64
    public var days: Int64
    public var purpose: String
    public var setting: String
    public var subject: String
    public var bodySite: String
    public var consent: [String]
    public var consentExpires: String
    public var retention: String
    public var device: StimulatorDevice
    public var contacts: [ContactAnswer]
    public var cathode: [String]
    public var anode: [String]
    public var lead: String
    public var amplitude: Answer
    public var recommendedAmplitude: Answer
    public var pulseWidth: Answer
    public var frequency: Answer
    public var residualVoltage: Answer
    public var recommendedResidualVoltage: Answer
    public var impedance: Answer
    /// Below and above zero, against Ag/AgCl; nil where the device measures no electrode voltage.
    public var waterWindow: (cathodic: Answer, anodic: Answer)?
    public var baselineAmplitude: Answer
    public var baselineWidth: Answer
    public var baselineFrequency: Answer
    public var patientAmplitude: Answer
    public var pauseMax: Answer
    /// `fast`; otherwise `slow`.
    public var isFast: Bool
    public var rampEvidence: String
    public var onSensorLoss: String
    public var onWatchdog: String
    public var onExpiry: String
    /// 16 hexadecimal digits.
    public var clinicianKey: String
    public var engineerKey: String
    public var reason: String

    /// Answers; every part is said.
    public init(
        fileID: String, issued: Int64, days: Int64, purpose: String, setting: String, subject: String,
        bodySite: String, consent: [String], consentExpires: String, retention: String, device: StimulatorDevice,
        contacts: [ContactAnswer], cathode: [String], anode: [String], lead: String, amplitude: Answer,
        recommendedAmplitude: Answer, pulseWidth: Answer, frequency: Answer, residualVoltage: Answer,
        recommendedResidualVoltage: Answer, impedance: Answer, baselineAmplitude: Answer, baselineWidth: Answer,
        baselineFrequency: Answer, patientAmplitude: Answer, pauseMax: Answer, isFast: Bool, rampEvidence: String,
        onSensorLoss: String, onWatchdog: String, onExpiry: String, clinicianKey: String, engineerKey: String,
        reason: String
    ) {
        (self.fileID, self.issued, self.days) = (fileID, issued, days)
        (self.purpose, self.setting, self.subject, self.bodySite) = (purpose, setting, subject, bodySite)
        (self.consent, self.consentExpires, self.retention) = (consent, consentExpires, retention)
        (self.device, self.contacts, self.cathode, self.anode, self.lead) = (device, contacts, cathode, anode, lead)
        (self.amplitude, self.recommendedAmplitude) = (amplitude, recommendedAmplitude)
        (self.pulseWidth, self.frequency) = (pulseWidth, frequency)
        (self.residualVoltage, self.recommendedResidualVoltage) = (residualVoltage, recommendedResidualVoltage)
        (self.impedance, self.baselineAmplitude) = (impedance, baselineAmplitude)
        (self.baselineWidth, self.baselineFrequency) = (baselineWidth, baselineFrequency)
        (self.patientAmplitude, self.pauseMax) = (patientAmplitude, pauseMax)
        (self.isFast, self.rampEvidence) = (isFast, rampEvidence)
        (self.onSensorLoss, self.onWatchdog, self.onExpiry) = (onSensorLoss, onWatchdog, onExpiry)
        (self.clinicianKey, self.engineerKey, self.reason) = (clinicianKey, engineerKey, reason)
    }
}

/// What follows from the answers by rule.
///
/// Each rule is the stricter side of the table of limits in Safety.md.
extension LimitsAnswers {
    /// True where a strip or a depth electrode stimulates: its own ranges hold.
    var isStripOrDepth: Bool { contacts.contains { $0.stimulate && ($0.kind == .strip || $0.kind == .seeg) } }

    /// fC: the strongest pulse.
    var chargePerPhase: Int64 { amplitude.value * pulseWidth.value }

    /// fC/µm²: the least ceiling among the kinds that stimulate.
    var chargeDensity: Int64 {
        contacts.filter(\.stimulate).map { BuiltInCeilings.chargeDensity($0.kind) }.filter { $0 > 0 }.min() ?? 250
    }

    /// Tenths of a µC/cm² (fC/µm²), rounded up: what the recommended amplitude brings at the longest pulse.
    var recommendedDensity: Int64 {
        let areas = contacts.filter { $0.stimulate && $0.kind != .returnCase }.map(\.area.value)
        let charge = Fraction(UInt128(max(0, recommendedAmplitude.value)) * UInt128(max(0, pulseWidth.value)))
        return min(chargeDensity, max(1, charge.divided(by: UInt128(max(1, areas.min() ?? 1))).roundedUp))
    }

    /// µs: what the longest pulse at the highest frequency leaves, in whole tenths of a millisecond.
    var minInterPulse: Int64 {
        let period = 1_000_000_000 / max(1, frequency.value)
        return max(0, (period - 2 * pulseWidth.value - 100) / 100 * 100)
    }

    /// fC of a dose window that holds the patient's maximum and the baseline for its whole length.
    ///
    /// A window is counted in 64 buckets of which a partly expired one counts whole, so that it must hold one bucket
    /// and one pulse more; rounded up to three digits.
    func windowCharge(_ length: Int64) -> Int64 {
        let shares = Int64(max(1, min(cathode.count, anode.count)))
        let strongest = max(patientAmplitude.value, baselineAmplitude.value)
        let (product, overflow) = strongest.multipliedReportingOverflow(by: baselineWidth.value)
        let charge = Fraction(UInt128(max(0, overflow ? Int64.max : product)), over: UInt128(shares))
        let pulses = LimitsFile.mostPulses(in: length, at: baselineFrequency.value) + 1
        let needed = charge.times(UInt128(pulses)).roundedUp
        var step: Int64 = 1
        while needed / step >= 1_000 { step *= 10 }
        return needed > .max - step ? .max : (needed + step - 1) / step * step
    }

    /// nA/s up and down, nA between permits, µs of hold, changes a minute.
    var rate: (up: Int64, down: Int64, step: Int64, hold: Int64, changes: Int64) {
        if isFast { return (2 * amplitude.value, 2 * amplitude.value, max(1, amplitude.value / 20), 0, 200) }
        return (30_000, 120_000, 100_000, 2_000_000, 30)
    }
}
