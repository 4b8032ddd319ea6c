/// The loop of subthalamic nucleus and external pallidum: two rates with delayed coupling.
///
///     τ_S dS/dt = F_S(−w_GS·G(t − d) + w_CS·cortex) − S
///     τ_G dG/dt = F_G(w_SG·S(t − d) − w_GG·G(t − d_G) − w_XG·striatum) − G
///     F(x) = M/(1 + ((M − B)/B)·e^(−4x/M))
///
/// Source: Holgado, Terry, Bogacz 2010, J Neurosci 30:12340. Heun's method, 0.1 ms; delays are whole steps, so that
/// both stages read exact history. Forward Euler at this step is off by half a percent in frequency.
@safe public struct SubthalamicLoop: ~Copyable, @unchecked Sendable {
    /// Length of a step in ms.
    public static let step = 0.1
    private static let history = 256
    /// Rate of S in Hz.
    public private(set) var subthalamic: Double
    /// Rate of G in Hz.
    public private(set) var pallidal: Double
    /// Cortical input without noise, Hz.
    public let cortex: Double

    private let transferS: RateTransfer
    private let transferG: RateTransfer
    private let shareS: Double
    private let shareG: Double
    private let striatum: Double
    private let mutualDelay: Int
    private let pallidalDelay: Int
    private let pastS: UnsafeMutablePointer<Double>
    private let pastG: UnsafeMutablePointer<Double>
    private var now = 0

    /// A loop whose rates have always been `subthalamic` and `pallidal`.
    public init(_ constants: LoopConstants, subthalamic: Double = 18, pallidal: Double = 54) {
        self.subthalamic = subthalamic
        self.pallidal = pallidal
        cortex = constants.cortex
        striatum = constants.striatum
        transferS = RateTransfer(constants.subthalamicRates)
        transferG = RateTransfer(constants.pallidalRates)
        shareS = Self.step / constants.subthalamicTime
        shareG = Self.step / constants.pallidalTime
        mutualDelay = Int((constants.mutualDelay / Self.step).rounded())
        pallidalDelay = Int((constants.pallidalDelay / Self.step).rounded())
        precondition(1..<Self.history ~= mutualDelay && 1..<Self.history ~= pallidalDelay)
        unsafe pastS = .allocate(capacity: Self.history)
        unsafe pastG = .allocate(capacity: Self.history)
        unsafe pastS.initialize(repeating: subthalamic, count: Self.history)
        unsafe pastG.initialize(repeating: pallidal, count: Self.history)
    }

    deinit {
        unsafe pastS.deallocate()
        unsafe pastG.deallocate()
    }

    /// One step of 0.1 ms; `drive` multiplies the cortical input (1: as published).
    public mutating func advance(_ weights: LoopWeights, drive: Double) {
        let mask = Self.history - 1
        unsafe pastS[now & mask] = subthalamic
        unsafe pastG[now & mask] = pallidal
        let cortical = weights.cortical * cortex * drive
        let (inputS, inputG) = inputs(weights, cortical, at: now)
        let slopeS = shareS * (transferS(inputS) - subthalamic)
        let slopeG = shareG * (transferG(inputG) - pallidal)
        let (laterS, laterG) = inputs(weights, cortical, at: now + 1)
        let correctedS = shareS * (transferS(laterS) - (subthalamic + slopeS))
        let correctedG = shareG * (transferG(laterG) - (pallidal + slopeG))
        subthalamic += 0.5 * (slopeS + correctedS)
        pallidal += 0.5 * (slopeG + correctedG)
        now &+= 1
    }

    /// Inputs of S and G at a step, from what left the other one a delay earlier.
    @inline(__always)
    private func inputs(_ weights: LoopWeights, _ cortical: Double, at step: Int) -> (Double, Double) {
        let mask = Self.history - 1
        let delayedS = unsafe pastS[(step - mutualDelay) & mask]
        let delayedG = unsafe pastG[(step - mutualDelay) & mask]
        let ownG = unsafe pastG[(step - pallidalDelay) & mask]
        return (
            cortical - weights.pallidalToSubthalamic * delayedG,
            weights.subthalamicToPallidal * delayedS - weights.pallidalToPallidal * ownG
                - weights.striatal * striatum
        )
    }
}

/// F(x) = M/(1 + ((M − B)/B)·e^(−4x/M)): a population's rate for its input.
struct RateTransfer: Sendable, BitwiseCopyable {
    private let highest: Double
    private let odds: Double
    private let slope: Double

    init(_ rates: RateRange) {
        highest = rates.highest
        odds = (rates.highest - rates.resting) / rates.resting
        slope = -4 / rates.highest
    }

    @inline(__always)
    func callAsFunction(_ input: Double) -> Double {
        highest / (1 + odds * exponential(slope * input))
    }
}
