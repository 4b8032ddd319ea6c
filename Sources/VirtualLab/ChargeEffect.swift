/// What stimulation does to the tissue: charge takes cortical drive away, up to a bound.
///
///     each pulse of q nC:  c += q/τ_c ;   c' = −c/τ_c                         c in nC/ms = µC/s
///     E∞ = E_max·c²/(c² + c₅₀²) ;   E' = (E∞ − E)/τ_on or τ_off (rising, falling)
///     cortical drive × (1 − E)
///
/// A model's assumption, blind to polarity. Motive: cells of the subthalamic nucleus attenuate from 20 Hz and fall
/// silent at 100 Hz (Milosevic 2018, Brain 141:177). Depressing the loop's own synapses instead would *raise* beta.
public struct ChargeEffect: Sendable, BitwiseCopyable {
    /// c, the recent charge rate in µC/s.
    public private(set) var chargeRate = 0.0
    /// E, the share of cortical drive that is taken away.
    public private(set) var efficacy = 0.0
    private let chargeTime: Double
    private let keep: Double
    private let largest: Double
    private let halfSquared: Double
    private let rise: Double
    private let fall: Double

    /// Tissue that was not stimulated.
    public init(_ parameters: PatientParameters) {
        chargeTime = parameters.chargeTime
        keep = exponential(-SubthalamicLoop.step / parameters.chargeTime)
        largest = parameters.largestEfficacy
        halfSquared = parameters.halfCharge * parameters.halfCharge
        rise = 1 - exponential(-SubthalamicLoop.step / parameters.efficacyRise)
        fall = 1 - exponential(-SubthalamicLoop.step / parameters.efficacyFall)
    }

    /// A pulse of `nanocoulombs` in its leading phase.
    public mutating func add(nanocoulombs: Double) { chargeRate += abs(nanocoulombs) / chargeTime }

    /// One step of 0.1 ms.
    public mutating func advance() {
        let squared = chargeRate * chargeRate
        let target = largest * squared / (squared + halfSquared)
        efficacy += (target - efficacy) * (target > efficacy ? rise : fall)
        chargeRate *= keep
    }
}
