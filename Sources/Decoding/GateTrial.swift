/// Whether the astrocyte's gate earns anything: gate, no gate, and a constant rate of the gate's mean, seed by seed.
public struct GateTrial: Sendable {
    /// The score of each arm, one a seed.
    public let gated: [Double]
    public let plain: [Double]
    public let constant: [Double]
    /// The mean factor of the gate, one a seed.
    public let meanFactors: [Double]

    /// Runs the three-factor rule under `change` for each of `seeds`.
    ///
    /// - Throws: what a trial throws.
    public init(
        _ movement: (UInt64) throws(CalibrationError) -> SteeredMovement, _ change: NonStationarity,
        seeds: Range<UInt64>,
        trial: AdaptationTrial = AdaptationTrial()
    ) throws(CalibrationError) {
        var (gated, plain, constant, factors): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for seed in seeds {
            let data = try movement(seed)
            func result(_ gate: AdaptiveReadout.Gate) throws(CalibrationError) -> (score: Double, factor: Double) {
                let result = try trial.run(data, change, seed: seed, arms: [.threeFactor], gate: gate)
                return (result.score(.threeFactor) ?? 0, result.outcomes[.threeFactor]?.meanFactor ?? 1)
            }
            let open = try result(.astrocyte(AstrocyteGate()))
            gated.append(open.score)
            factors.append(open.factor)
            plain.append(try result(.constant(1)).score)
            constant.append(try result(.constant(open.factor)).score)
        }
        (self.gated, self.plain, self.constant, meanFactors) = (gated, plain, constant, factors)
    }

    /// Gate less a constant rate of equal mean: what the gate's timing earns, apart from its size.
    public var gain: PairedDifference { PairedDifference(gated, constant) }
    /// Gate less no gate.
    public var gainOverPlain: PairedDifference { PairedDifference(gated, plain) }
}
