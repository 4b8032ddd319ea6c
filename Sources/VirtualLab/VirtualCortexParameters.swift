/// How a unit of the virtual cortex turns its rate into spikes.
public enum CorticalSpiking: Hashable, Sendable {
    /// Independent counts a millisecond: variance equals mean.
    case poisson
    /// At most one spike a millisecond, and none for the given number of milliseconds after one; the rate is kept.
    case refractory(Int)
}

/// What makes a virtual motor cortex.
///
/// ### Rates
///
///     λᵢ = bᵢ + mᵢ · (v · dᵢ)/v₀ + bᵢ · (c₀ z₀ + c₁ (dᵢ · (z₁, z₂)))       not below 0
///
/// dᵢ is the preferred direction, v the intended velocity, v₀ the speed at which the tuning is stated, and z three
/// Ornstein–Uhlenbeck processes of standard deviation 1 that all units share: the first is common to all, the others
/// belong to directions, so that the correlation of two units falls with the angle between them. Cosine tuning:
/// Georgopoulos et al. 1982, J Neurosci 2:1527; with speed: Moran & Schwartz 1999, J Neurophysiol 82:2676. Shared noise
/// in groups of like tuning: Maynard et al. 1999, J Neurosci 19:8083.
public struct CortexParameters: Hashable, Sendable {
    /// Mean rates in Hz, drawn evenly from here.
    public var baseline: ClosedRange<Double> = 8...22
    /// Depth of tuning as a share of the baseline, drawn evenly from here.
    public var depth: ClosedRange<Double> = 0.4...0.8
    /// v₀ in m/s.
    public var tunedSpeed = 0.3
    /// c₀.
    public var commonNoise = 0.2
    /// c₁.
    public var directionalNoise = 0.08
    /// Time constant of z in seconds.
    public var noiseTime = 0.1
    public var spiking = CorticalSpiking.refractory(2)
    /// What changes while the session runs.
    public var drift = CortexDrift()

    /// The standard population.
    public init() {}
}

/// How a population changes over a session, as an implant's units do.
public struct CortexDrift: Hashable, Sendable {
    /// Share of the units that fall silent, chosen by the seed.
    public var lostShare = 0.0
    /// Seconds after the start at which they do.
    public var lostFrom = 0.0
    /// Standard deviation of each unit's gain after a minute of a random walk.
    public var gainPerMinute = 0.0
    /// Degrees by which all preferred directions turn in a minute.
    public var turnPerMinute = 0.0

    /// Nothing changes.
    public init() {}

    /// True where nothing changes.
    public var isStill: Bool { self == CortexDrift() }
}
