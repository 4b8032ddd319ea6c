import Foundation
import Testing

@testable import Decoding

/// Linear dynamics of populations: what is known beforehand comes out again.
@Suite struct DynamicsTests {
    /// Noise of a generator that numpy's side of the comparison has too: sₙ = (1103515245 sₙ₋₁ + 12345) mod 2³¹.
    private struct Congruential {
        var state: UInt64 = 1

        mutating func next() -> Double {
            state = (1_103_515_245 * state + 12_345) % (1 << 31)
            return Double(state) / Double(1 << 31) - 0.5
        }
    }

    /// 4,000 bins of six units that a slow latent (0.95) and an oscillation (0.8, 0.6 rad a bin) drive, and noise.
    private static func signal(noise: Double) -> Matrix {
        var stream = Congruential()
        var x = [0.0, 0, 0]
        var values: [Double] = []
        for _ in 0..<4_000 {
            let e = [stream.next(), stream.next(), stream.next()]
            x = [
                0.95 * x[0] + e[0], 0.8 * (cos(0.6) * x[1] - sin(0.6) * x[2]) + e[1],
                0.8 * (sin(0.6) * x[1] + cos(0.6) * x[2]) + e[2],
            ]
            for unit in 0..<6 {
                let weights = (0..<3).map { Double((3 * unit + 5 * $0 + unit * $0) % 7 - 3) }
                values.append(zip(weights, x).reduce(noise * stream.next()) { $0 + $1.0 * $1.1 })
            }
        }
        return Matrix(rows: 4_000, columns: 6, values: values)
    }

    private static func settings(_ dimensions: Int, replicates: Int = 0) -> DynamicsSettings {
        var settings = DynamicsSettings()
        settings.dimensions = dimensions
        settings.components = 5
        settings.horizon = 4
        settings.block = 100
        settings.replicates = replicates
        return settings
    }

    private static func activity(_ values: Matrix, smoothing: Int = 1) throws -> PopulationActivity {
        try PopulationActivity(counts: values, bin: 1, transform: .counts, smoothing: smoothing)
    }

    /// numpy 2.4.6: eigh for the components, svd of the Hankel matrix, lstsq for the transition, eigvals.
    @Test("Eigenvalues and singular values are those of the same method in numpy")
    func oracle() throws {
        let dynamics = try LinearDynamics(Self.activity(Self.signal(noise: 4)), settings: Self.settings(3))
        let expected = [
            ComplexNumber(0.9524016701356153, 0.0), ComplexNumber(0.65695005462195, 0.4452848539967383),
        ]
        #expect(dynamics.modes.count == 2)
        for (mode, wanted) in zip(dynamics.modes, expected) {
            #expect((mode.eigenvalue - wanted).magnitude < 1e-8)
        }
        for (share, wanted) in zip(
            dynamics.singularShares,
            [1.0, 0.11307283282874171, 0.10834122174149483, 0.00338370999902515, 0.002677243846700215])
        { #expect(abs(share - wanted) < 1e-8) }
    }

    /// By hand: Λ(k) = C Aᵏ⁻¹ G exactly, with the eigenvalues 0.9 and 0.5 ± 0.4 i.
    @Test("Exact covariances give exact eigenvalues")
    func analytic() throws {
        let transition = Matrix(rows: 3, columns: 3, values: [0.9, 0, 0, 0, 0.5, -0.4, 0, 0.4, 0.5])
        var stream = SeededStream(seed: 5, stream: 1)
        let output = Matrix(rows: 5, columns: 3, values: (0..<15).map { _ in stream.normal() })
        var state = Matrix(rows: 3, columns: 5, values: (0..<15).map { _ in stream.normal() })
        var covariances: [Matrix] = []
        for _ in 0..<7 {
            covariances.append(output * state)
            state = transition * state
        }
        let found = try IdentifiedSystem(covariances, Self.settings(3)).eigenvalues()
        #expect(found.count == 2)
        #expect((found[0] - ComplexNumber(0.9)).magnitude < 1e-8)
        #expect((found[1] - ComplexNumber(0.5, 0.4)).magnitude < 1e-8)
    }

    /// By hand: τ = −1/ln 0.95 = 19.50 bins.
    ///
    /// A regression of the next bin on this one takes noise for forgetting.
    @Test("Noise of single bins does not shorten the time constant, as it does in a regression")
    func unbiased() throws {
        let values = Self.signal(noise: 12)
        let dynamics = try LinearDynamics(Self.activity(values), settings: Self.settings(3, replicates: 40))
        let slow = try #require(dynamics.modes.first { $0.frequency == 0 })
        #expect(abs(slow.timeConstant / 19.50 - 1) < 0.25)
        #expect(slow.timeConstantInterval?.contains(19.50) == true)
        let latents = dynamics.components(of: values).firstColumns(3)
        let (now, next) = (latents.rows(0..<3_999), latents.rows(1..<4_000))
        let regression = try Cholesky(now.transposed * now).solve(now.transposed * next)
        let naive = try GeneralEigen(regression).values.filter { $0.imaginary == 0 }.map(\.magnitude).max() ?? 0
        #expect(DynamicMode.timeConstant(ComplexNumber(naive), bin: 1) < 0.75 * 19.50)
    }

    @Test("Means of three bins leave the time constants where they are, because short lags are left out")
    func smoothed() throws {
        let values = Self.signal(noise: 4)
        let raw = try LinearDynamics(Self.activity(values), settings: Self.settings(3))
        let smooth = try LinearDynamics(Self.activity(values, smoothing: 3), settings: Self.settings(3))
        for (a, b) in zip(raw.modes, smooth.modes) {
            #expect(abs(a.timeConstant / b.timeConstant - 1) < 0.1)
            #expect(abs(a.frequency - b.frequency) < 0.01)
        }
    }

    /// By hand: λ = e^(−0.05/2) · e^(i 2π 2.5 · 0.05); a negative real eigenvalue alternates at half the rate of bins.
    @Test("A time constant and a frequency come from an eigenvalue as a pencil has it")
    func modes() {
        let size = exp(-0.05 / 2)
        let value = ComplexNumber(size * cos(0.25 * Double.pi), size * sin(0.25 * Double.pi))
        #expect(abs(DynamicMode.timeConstant(value, bin: 0.05) - 2) < 1e-12)
        #expect(abs(DynamicMode.frequency(value, bin: 0.05) - 2.5) < 1e-12)
        #expect(DynamicMode.frequency(ComplexNumber(-0.5), bin: 0.05) == 10)
        #expect(DynamicMode.timeConstant(ComplexNumber(1), bin: 0.05) == .infinity)
    }

    @Test("Turning latents know the direction of time, more than any surrogate of theirs")
    func surrogates() throws {
        let dynamics = try LinearDynamics(Self.activity(Self.signal(noise: 4)), settings: Self.settings(3))
        let comparison = try DynamicsSurrogates(dynamics, count: 99)
        #expect(comparison.rotation.p == 0.01)
        #expect(comparison.rotation.value > 3 * comparison.rotation.upper)
        let slow = try #require(dynamics.modes.first).timeConstant
        #expect(abs(comparison.slowest / slow - 1) < 0.3)
    }

    /// By hand: 30 equal responses; half is left along, nothing off.
    @Test("Half along and nothing off is claimed; a quarter along is not, nor half off")
    func attractor() throws {
        func responses(_ first: [Double], _ later: [Double]) -> AttractorTest.Responses {
            func repeated(_ row: [Double]) -> Matrix {
                Matrix(rows: 30, columns: 2, values: (0..<30).flatMap { _ in row })
            }
            return AttractorTest.Responses(first: repeated(first), later: repeated(later))
        }
        let off = responses([0, 3], [0, 0])
        let kept = try AttractorTest(direction: [1, 0], along: responses([2, 0], [1, 0]), off: off)
        #expect(kept.along == 0.5 && kept.off == 0 && kept.isClaimed)
        #expect(try !AttractorTest(direction: [1, 0], along: responses([4, 0], [1, 0]), off: off).isClaimed)
        let stays = responses([0, 2], [1, 0])
        #expect(try !AttractorTest(direction: [1, 0], along: responses([2, 0], [2, 0]), off: stays).isClaimed)
    }

    @Test("What cannot be fitted is refused with what is allowed")
    func refused() throws {
        let values = Self.signal(noise: 4)
        let activity = try Self.activity(values)
        #expect(
            throws: CalibrationError.setting(
                name: "dimensions", found: "6", allowed: "1 to 5, fewer than the 6 units")
        ) { try LinearDynamics(activity, settings: Self.settings(6)) }
        #expect(throws: CalibrationError.tooFew(what: "bins", found: 1_999, least: 2_000)) {
            try LinearDynamics(Self.activity(values.rows(0..<1_999)), settings: Self.settings(3))
        }
        var holed = values
        holed[17, 4] = .nan
        #expect(throws: CalibrationError.notFinite(what: "spikes", row: 17, column: 4)) { try Self.activity(holed) }
        #expect(throws: CalibrationError.self) { try PopulationActivity(counts: values, bin: 1) }
        let copies = Matrix(rows: 4_000, columns: 6, values: (0..<24_000).map { Double($0 / 6 % 7) })
        #expect(throws: CalibrationError.self) {
            try LinearDynamics(Self.activity(copies), settings: Self.settings(3))
        }
    }

    /// numpy 2.4.6 on the same file, the same method: 747.65 and 579.55 ms, 0.17692 and 0.19827 Hz, share 0.135530.
    @Test(
        "Eigenvalues of the recorded motor cortex are numpy's, and it leads and follows beyond surrogates",
        .enabled(if: Recordings.isPresent && Recordings.isOptimised, "needs the reach recording, optimised"))
    func recordedReach() throws {
        let activity = try PopulationActivity(folder: Recordings.reach)
        var settings = DynamicsSettings()
        settings.replicates = 0
        let dynamics = try LinearDynamics(activity, settings: settings)
        let expected = [(0.74765, 0.17692), (0.57955, 0.19827)]
        for (mode, wanted) in zip(dynamics.modes, expected) {
            #expect(abs(mode.timeConstant - wanted.0) < 1e-5)
            #expect(abs(mode.frequency - wanted.1) < 1e-5)
        }
        let comparison = try DynamicsSurrogates(dynamics, count: 99)
        #expect(abs(comparison.rotation.value - 0.135530) < 1e-6)
        #expect(comparison.rotation.p == 0.01)
    }
}
