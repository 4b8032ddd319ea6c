/// Weights of the loop between subthalamic nucleus (S) and external pallidum (G).
public struct LoopWeights: Hashable, Sendable, BitwiseCopyable {
    /// From S to G.
    public var subthalamicToPallidal: Double
    /// From G to S.
    public var pallidalToSubthalamic: Double
    /// From G to G.
    public var pallidalToPallidal: Double
    /// From cortex to S.
    public var cortical: Double
    /// From striatum to G.
    public var striatal: Double

    /// Weights in the order w_SG, w_GS, w_GG, w_CS, w_XG.
    public init(_ sg: Double, _ gs: Double, _ gg: Double, _ cs: Double, _ xg: Double) {
        subthalamicToPallidal = sg
        pallidalToSubthalamic = gs
        pallidalToPallidal = gg
        cortical = cs
        striatal = xg
    }

    /// The weights at `k` of the way from `healthy` (0) to `parkinson` (1).
    public static func interpolated(_ healthy: LoopWeights, _ parkinson: LoopWeights, at k: Double) -> LoopWeights {
        func between(_ a: Double, _ b: Double) -> Double { a + k * (b - a) }
        return LoopWeights(
            between(healthy.subthalamicToPallidal, parkinson.subthalamicToPallidal),
            between(healthy.pallidalToSubthalamic, parkinson.pallidalToSubthalamic),
            between(healthy.pallidalToPallidal, parkinson.pallidalToPallidal),
            between(healthy.cortical, parkinson.cortical), between(healthy.striatal, parkinson.striatal))
    }
}

/// Rates of a population in Hz.
public struct RateRange: Hashable, Sendable, BitwiseCopyable {
    /// M: it never fires more.
    public var highest: Double
    /// B: what it fires without input.
    public var resting: Double

    /// A population's rates.
    public init(highest: Double, resting: Double) {
        self.highest = highest
        self.resting = resting
    }
}

/// The equations' constants: two populations, their transfer functions and delays.
///
/// Source: Holgado, Terry, Bogacz 2010, J Neurosci 30:12340 (PMC6633459), as recalled; the behaviour was measured.
public struct LoopConstants: Hashable, Sendable, BitwiseCopyable {
    /// Time constant of S, ms.
    public var subthalamicTime = 6.0
    /// Time constant of G, ms.
    public var pallidalTime = 14.0
    /// Delay between S and G, both ways, ms; a multiple of 0.1.
    public var mutualDelay = 6.0
    /// Delay from G to G, ms; a multiple of 0.1.
    public var pallidalDelay = 4.0
    /// Highest and resting rate of S, Hz.
    public var subthalamicRates = RateRange(highest: 300, resting: 17)
    /// Highest and resting rate of G, Hz.
    public var pallidalRates = RateRange(highest: 400, resting: 75)
    /// Cortical input, Hz.
    public var cortex = 27.0
    /// Striatal input, Hz.
    public var striatum = 2.0

    /// The published constants with all times multiplied by `timeScale`.
    public init(timeScale: Double = 1) {
        subthalamicTime *= timeScale
        pallidalTime *= timeScale
        mutualDelay *= timeScale
        pallidalDelay *= timeScale
    }
}

/// Every number of the virtual patient; fixed before any controller was tuned, and changed by none.
///
/// A model, not a patient: each response to stimulation below is an assumption. "Measured" means that the behaviour
/// that follows was measured on an implementation of the equations, not that the number was measured in tissue.
public struct PatientParameters: Hashable, Sendable {
    /// Weights without disease.
    ///
    /// Source: Holgado 2010.
    public var healthy = LoopWeights(19, 1.12, 6.6, 2.42, 15.1)
    /// Weights with Parkinson's disease.
    ///
    /// Source: Holgado 2010.
    public var parkinson = LoopWeights(20, 10.7, 12.3, 9.2, 139.4)
    /// All times and delays × 1.25: it moves the beta peak from 20.6 Hz to the 17.5–18 Hz of the recorded patient
    /// (`parkinson-gripforce`, subthalamic channels).
    public var timeScale = 1.25

    /// k(t) = clip₀₁(mean + fast · z_f + slow · z_s): where between the two sets of weights the patient is.
    ///
    /// Chosen so that bursts are as long and as frequent as the recording's.
    public var diseaseMean = 0.5
    /// Weight of the fast drift.
    public var fastDrift = 0.25
    /// Time constant of the fast drift, ms.
    public var fastDriftTime = 120.0
    /// Weight of the slow drift.
    public var slowDrift = 0.12
    /// Time constant of the slow drift, ms.
    public var slowDriftTime = 4_000.0

    /// Relative standard deviation of the cortical input.
    public var corticalNoise = 0.15
    /// Its time constant, ms.
    public var corticalNoiseTime = 5.0

    /// Field potential per rate of S, µV/Hz.
    public var fieldGain = 1.0
    /// Time constant of the mean that is taken off S, ms.
    public var fieldMeanTime = 160.0
    /// Standard deviation of the pink background, µV: a sum of six Ornstein–Uhlenbeck processes.
    public var pinkNoise = 12.0
    /// Shortest time constant of the six, ms; each next one is four times as long.
    public var pinkShortestTime = 1.6
    /// Standard deviation of the white noise of each channel, µV.
    public var whiteNoise = 2.0
    /// Gain of channel 0, 1, 2 on the common field; later channels begin again.
    ///
    /// Channel 0 is the reference's potential.
    public var channelGains = [1.0, 0.8, 0.6]

    /// Time over which the charge of pulses is averaged, ms.
    ///
    /// Ours; motive: Milosevic 2018, Brain 141:177.
    public var chargeTime = 30.0
    /// Largest efficacy: the share of cortical drive that no charge can exceed.
    public var largestEfficacy = 0.4
    /// Charge rate of half the largest efficacy, µC/s.
    public var halfCharge = 7.8
    /// Time constant of a rising efficacy, ms.
    public var efficacyRise = 100.0
    /// Time constant of a falling efficacy, ms.
    public var efficacyFall = 400.0

    /// Peak of the stimulation artefact, µV per mA, at gain 1.
    public var artefact = 150.0
    /// Time constant of the artefact's decay, ms: biphasic, (1 − t/τ)·e^(−t/τ), without area.
    public var artefactTime = 0.25
    /// The artefact is nought from here on, ms.
    public var artefactEnd = 2.0

    /// Simulated before sample 0 and thrown away, ms.
    public var settlingTime = 2_000

    /// The patient of the shipped profiles.
    public init() {}
}
