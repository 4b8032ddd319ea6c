import Glibc

/// What makes a ring of spiking neurons that keeps a heading.
public struct HeadingRingSettings: Hashable, Sendable {
    public var cells = 512
    /// w_e: excitation of cells of like direction; 0 takes the recurrence away.
    public var excitation = 1.0
    /// w_i: inhibition of all by all.
    public var inhibition = 0.6
    /// I₀: drive of every cell, in thresholds.
    public var drive = 1.05
    /// σ: noise of the membrane, in thresholds.
    public var noise = 0.1
    /// τ_s in seconds; also the gain k_v of the turning cells, so that the bump moves as fast as the turn.
    public var synapticTime = 0.1
    /// Share of the cells that are silent from the start.
    public var lostShare = 0.0

    /// The standard ring.
    public init() {}
}

/// A ring attractor: spiking neurons whose common activity, a bump, stands where the head points.
///
///     A e^{iφ} = (1/N) Σ sⱼ e^{iθⱼ} ,  S̄ = (1/N) Σ sⱼ
///     20 ms · v′ = −v + w_e A (cos(θᵢ − φ) + k_v ω sin(θᵢ − φ)) − w_i S̄ + I₀ + cue + σ √(2 · 20 ms) ξ
///     v ≥ 1: v = 0, s += 1, 2 ms of rest;   v ≥ −1;   s′ = −s/τ_s;   step 0.5 ms
///
/// Local excitation and global inhibition hold the bump (Kim et al. 2017, Science 356:849); cells that shift it, driven
/// by the turning cue ω, move it (Turner-Evans et al. 2017, eLife; Green et al. 2017, PMC6320684). This is a reduced
/// form of them: weights of cosine shape, so that all synapses are one sum over the ring.
///
///     var ring = HeadingRing(seed: 1)
///     ring.advance(turning: 0.5, cue: nil)     // half a millisecond at 0.5 rad/s
///     ring.heading                             // rad
///
/// ### Implementation Notes
///
/// cos(θ − φ) + kω sin(θ − φ) is a sum of cos θ and sin θ: no angle is computed in a step. The noise is the sum of four
/// uniform numbers of 16 bits, scaled to a variance of 1; the membrane averages forty of them.
public struct HeadingRing: Sendable {
    /// Seconds in a step.
    public static let step = 0.0005
    public let settings: HeadingRingSettings
    /// Spikes so far.
    public private(set) var spikes: Int64 = 0
    /// Steps so far.
    public private(set) var steps: Int64 = 0
    private let cosines: [Double]
    private let sines: [Double]
    private let isLost: [Bool]
    private var potentials: [Double]
    private var rests: [Int32]
    private var along = 0.0
    private var across = 0.0
    private var total = 0.0
    private let keep: Double
    private let noise: Double
    private var stream: SeededStream

    /// A ring without a bump, whose cells start at random potentials.
    public init(settings: HeadingRingSettings = HeadingRingSettings(), seed: UInt64) {
        self.settings = settings
        let count = max(8, settings.cells)
        let angles = (0..<count).map { 2 * Double.pi * Double($0) / Double(count) }
        cosines = angles.map { cos($0) }
        sines = angles.map { sin($0) }
        stream = SeededStream(seed: seed, stream: 0x4845)
        var lost = Array(repeating: false, count: count)
        for cell in stream.shuffled(count).prefix(Int((settings.lostShare * Double(count)).rounded())) {
            lost[cell] = true
        }
        isLost = lost
        var potentials: [Double] = []
        for _ in 0..<count { potentials.append(stream.uniform()) }
        self.potentials = potentials
        // A lost cell rests for ever.
        rests = isLost.map { $0 ? .max : 0 }
        keep = exp(-Self.step / settings.synapticTime)
        noise = settings.noise * (2 * Self.step / 0.02).squareRoot() * 3.0.squareRoot()
    }

    /// Where the bump stands, rad.
    public var heading: Double { atan2(across, along) }

    /// How much of a bump there is.
    public var amplitude: Double { (along * along + across * across).squareRoot() }

    /// Cells that can fire.
    public var livingCells: Int { isLost.count { !$0 } }

    /// Half a millisecond of a turn at `turning` rad/s; a landmark's cue excites the cells around its angle (rad).
    public mutating func advance(turning: Double, cue: (strength: Double, angle: Double)?) {
        let k = settings.synapticTime * turning
        var a = settings.excitation * (along - k * across)
        var b = settings.excitation * (across + k * along)
        if let cue {
            a += cue.strength * cos(cue.angle)
            b += cue.strength * sin(cue.angle)
        }
        let fired = fire(a, b, settings.drive - settings.inhibition * total)
        let share = 1 / Double(cosines.count)
        along = along * keep + fired.along * share
        across = across * keep + fired.across * share
        total = total * keep + Double(fired.count) * share
        spikes += fired.count
        steps += 1
    }

    /// One step of all membranes: the sums over the cells that fired.
    private mutating func fire(
        _ a: Double, _ b: Double, _ c: Double
    ) -> (along: Double, across: Double, count: Int64) {
        var (sumAlong, sumAcross, count) = (0.0, 0.0, Int64(0))
        let (noise, cells) = (noise, cosines.count)
        var stream = stream
        unsafe potentials.withUnsafeMutableBufferPointer { v in
            unsafe rests.withUnsafeMutableBufferPointer { rests in
                unsafe cosines.withUnsafeBufferPointer { cosines in
                    unsafe sines.withUnsafeBufferPointer { sines in
                        for cell in 0..<cells {
                            let kick = noise * Self.spread(stream.next())
                            if unsafe rests[cell] > 0 {
                                if unsafe rests[cell] != .max { unsafe rests[cell] -= 1 }
                                continue
                            }
                            let (x, y) = unsafe (cosines[cell], sines[cell])
                            let old = unsafe v[cell]
                            var new = old + (Self.step / 0.02) * (a * x + b * y + c - old) + kick
                            new = max(-1, new)
                            if new >= 1 {
                                (sumAlong, sumAcross, count) = (sumAlong + x, sumAcross + y, count + 1)
                                new = 0
                                unsafe rests[cell] = 4
                            }
                            unsafe v[cell] = new
                        }
                    }
                }
            }
        }
        self.stream = stream
        return (sumAlong, sumAcross, count)
    }

    /// Four uniform numbers of 16 bits, their sum about 0: variance a third.
    @inline(__always)
    private static func spread(_ word: UInt64) -> Double {
        let sum = (word & 0xFFFF) + ((word >> 16) & 0xFFFF) + ((word >> 32) & 0xFFFF) + (word >> 48)
        return (Double(sum) + 2) * 0x1p-16 - 2
    }
}
