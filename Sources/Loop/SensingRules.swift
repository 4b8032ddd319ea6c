internal import Conditioning
public import Configuration
public import Signal

/// When the signed file calls the decoded channel saturated or flat (IL-27).
public struct SensingRules: Hashable, Sendable {
    /// Share of ``window`` that may be saturated.
    public var fraction: PartsPerMillion
    public var window: Microseconds
    /// A stored sample that has not changed for this long is flat.
    public var flatline: Microseconds

    /// The rules of a signed file.
    public init(_ file: LimitsFile) {
        fraction = PartsPerMillion(file.sensing.saturationFraction.value)
        window = Microseconds(file.sensing.saturationWindow.value)
        flatline = Microseconds(file.sensing.flatline.value)
    }

    /// Takes these rules where they are stricter than the built-in ones or say more.
    func apply(to configuration: inout ConditioningConfiguration) {
        configuration.watch.saturationFraction = Double(fraction.value) / 1e6
        if window.value > 0 { configuration.watch.saturationWindow = Double(window.value) / 1e6 }
        if flatline.value > 0 { configuration.validity.flatline = Double(flatline.value) / 1e6 }
    }
}
