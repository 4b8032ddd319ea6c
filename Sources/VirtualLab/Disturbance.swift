internal import Acquisition
internal import Glibc

/// What adds itself to a field potential and is not brain: each a sum in µV at gain 1, from the time it begins.
///
/// Models for tests of signal quality, not of physiology: shape and size are what makes a detector's task hard. The
/// shapes are the textbook ones; every size is the caller's.
public enum Disturbance: Hashable, Sendable {
    /// A sine of `millihertz` and `microvolts` peak.
    case line(millihertz: Int64, microvolts: Double)
    /// An electrocardiogram at 72 beats a minute: Q, R, S and T as Gaussians, R of `microvolts` (the form of McSharry
    /// 2003, IEEE TBME 50:289, with fixed intervals).
    case heartbeat(microvolts: Double)
    /// Jaw muscle: the first difference of white noise, `microvolts` RMS, for 1.5 s of every 3.
    case jaw(microvolts: Double, seed: UInt64)
    /// The lead moves every two seconds: (t/τ)·e^(1 − t/τ), τ 100 ms, of `microvolts`.
    case leadMotion(microvolts: Double)
    /// Each change of amplitude leaves a step of `microvolts` per mA that decays with 20 ms: polarisation.
    case rampStep(microvolts: Double)
}

/// A disturbance on its way, sample by sample.
struct DisturbanceGenerator: Sendable {
    private let kind: Disturbance
    private let period: Double
    private var normals: NormalStream
    private var last = 0.0
    private var step = 0.0
    private var count: Int64 = 0

    /// Samples come every `period` seconds.
    init(_ kind: Disturbance, period: Double) {
        (self.kind, self.period) = (kind, period)
        var seed: UInt64 = 0
        if case .jaw(_, let wanted) = kind { seed = wanted }
        normals = NormalStream(seed: seed, stream: 0xD157)
    }

    /// The amplitude of stimulation changed by `milliamperes`.
    mutating func changed(by milliamperes: Double) {
        guard case .rampStep(let height) = kind else { return }
        step += height * milliamperes
    }

    /// The next sample in µV.
    mutating func next() -> Double {
        let time = Double(count) * period
        count += 1
        switch kind {
        case .line(let frequency, let height): return height * sin(2 * .pi * Double(frequency) * 1e-3 * time)
        case .heartbeat(let height): return height * beat(at: time.truncatingRemainder(dividingBy: 60.0 / 72))
        case .jaw(let height, _):
            let normal = normals.next()
            defer { last = normal }
            let isTense = time.truncatingRemainder(dividingBy: 3) < 1.5
            return isTense ? height * (normal - last) / 2.0.squareRoot() : 0
        case .leadMotion(let height):
            let phase = time.truncatingRemainder(dividingBy: 2) / 0.1
            return height * phase * exponential(1 - phase)
        case .rampStep:
            defer { step *= exponential(-period / 0.02) }
            return step
        }
    }

    /// R is 1, 0.2 s after the beat begins.
    private func beat(at time: Double) -> Double {
        func wave(_ height: Double, _ centre: Double, _ width: Double) -> Double {
            let distance = (time - centre) / width
            return height * exponential(-distance * distance / 2)
        }
        return wave(-0.12, 0.175, 0.01) + wave(1, 0.2, 0.01) + wave(-0.25, 0.225, 0.01) + wave(0.3, 0.45, 0.04)
    }
}
