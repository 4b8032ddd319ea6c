import Foundation
import Testing

@testable import Decoding

/// A readout that learns inside its bound, and what that earns after the population changed.
struct AdaptationTests {
    private func readout() throws -> LinearReadout {
        let (features, target) = LearningRuleTests.regression(rows: 100)
        return try LinearReadout(features: features, target: target, penalty: 1)
    }

    private func adaptive(driftLimit: Double = 2) throws -> AdaptiveReadout {
        let readout = try readout()
        let rule = try RecursiveLeastSquares(covariance: readout.inverseGram, forgetting: 0.999)
        return try AdaptiveReadout(readout, rule: .recursiveLeastSquares(rule), driftLimit: driftLimit)
    }

    @Test(
        "Steps applied from a record give the weights of the one that learnt, bit for bit; rolled back, the first ones")
    func replay() throws {
        var learner = try adaptive()
        var replayed = try adaptive()
        var stream = SeededStream(seed: 3, stream: 0)
        for bin in 0..<500 {
            let features = (0..<4).map { _ in stream.normal() }
            let learnt = learner.learn(bin: Int64(bin), features: features, label: [features[0], 1])
            let step = try #require(learnt)
            #expect(step.bin == Int64(bin) && step.gains.count == 5 && step.errors.count == 2)
            replayed.apply(step)
        }
        #expect(learner.steps == 500 && replayed.steps == 500)
        #expect(learner.readout.weights.values.map(\.bitPattern) == replayed.readout.weights.values.map(\.bitPattern))
        #expect(learner.readout.weights != learner.calibrated.weights)
        learner.rollBack()
        #expect(learner.readout == learner.calibrated)
    }

    @Test("Frozen it learns nothing, and thawed it goes on as if nothing had been offered")
    func freeze() throws {
        var frozen = try adaptive()
        var other = try adaptive()
        frozen.freeze()
        for bin in 0..<10 {
            let step = frozen.learn(bin: Int64(bin), features: [1, 2, 3, 4], label: [9, 9])
            #expect(step == nil)
        }
        #expect(frozen.readout == frozen.calibrated && frozen.refusals == [.frozen: 10])
        frozen.thaw()
        let step = frozen.learn(bin: 10, features: [1, 0, 1, 0], label: [1, 1])
        let expected = other.learn(bin: 10, features: [1, 0, 1, 0], label: [1, 1])
        #expect(step == expected && step != nil)
    }

    @Test("A step beyond the bound, or from a value that is no number, is refused whole and counted")
    func refusals() throws {
        var adaptive = try adaptive(driftLimit: 0.01)
        _ = adaptive.learn(bin: 0, features: [1, 1, 1, 1], label: [1_000, -1_000])
        _ = adaptive.learn(bin: 1, features: [.nan, 1, 1, 1], label: [0, 0])
        _ = adaptive.learn(bin: 2, features: [1, 1, 1, 1], label: [.infinity, 0])
        #expect(adaptive.refusals == [.drift: 1, .notFinite: 2])
        #expect(adaptive.readout == adaptive.calibrated && adaptive.steps == 0)
        #expect(throws: CalibrationError.self) { try self.adaptive(driftLimit: 0) }
    }

    /// A population of 24 cosine-tuned units (Georgopoulos 1982): its counts follow the intended velocity exactly,
    /// so that labels from the target are right and the recalibrated decoder is the best there is.
    static func steered(seed: UInt64, seconds: Double = 400) -> SteeredMovement {
        var stream = SeededStream(seed: seed, stream: 5)
        let bins = Int(seconds / 0.05)
        let angles = (0..<24).map { _ in 2 * Double.pi * stream.uniform() }
        var movement = SteeredMovement(
            counts: Matrix(rows: bins, columns: 24), velocity: Matrix(rows: bins, columns: 2),
            cursor: Matrix(rows: bins, columns: 2), targets: Matrix(rows: bins, columns: 2), radius: 0.01, bin: 0.05)
        var (cursor, target) = (SIMD2<Double>.zero, SIMD2<Double>(0.1, 0))
        for bin in 0..<bins {
            if ((target - cursor) * (target - cursor)).sum() < 0.0001 {
                let angle = 2 * Double.pi * stream.uniform()
                target = [0.1 * cos(angle), 0.1 * sin(angle)]
            }
            let way = target - cursor
            let velocity = way * min(4, 0.3 / max(1e-9, (way * way).sum().squareRoot()))
            for unit in 0..<24 {
                let tuned = velocity.x * cos(angles[unit]) + velocity.y * sin(angles[unit])
                movement.counts[bin, unit] = max(0, (1 + 4 * tuned + 0.7 * stream.normal()).rounded())
            }
            (movement.velocity[bin, 0], movement.velocity[bin, 1]) = (velocity.x, velocity.y)
            (movement.cursor[bin, 0], movement.cursor[bin, 1]) = (cursor.x, cursor.y)
            (movement.targets[bin, 0], movement.targets[bin, 1]) = (target.x, target.y)
            cursor += velocity * 0.05
        }
        return movement
    }

    @Test(
        "On a tuned population that changes, adaptation recovers at least 90 % of a recalibrated decoder's score",
        arguments: [NonStationarity.unitsLost(share: 0.3), .gainsDrift(sigma: 1), .tuningRotates(degrees: 60)])
    func recovers(change: NonStationarity) throws {
        let result = try AdaptationTrial().run(Self.steered(seed: 1), change, seed: 1)
        let recovery = try #require(result.recovery(.recursive))
        let fixed = try #require(result.score(.fixed))
        let wrong = try #require(result.score(.wrongLabels))
        let adapted = try #require(result.score(.recursive))
        #expect(recovery >= 0.9)
        #expect(adapted > fixed)
        #expect(wrong < adapted)
        #expect(result.course(.recursive).count == 8)
    }

    @Test("A movement that is too short for its learning time is refused, with both numbers")
    func tooShort() throws {
        #expect(throws: CalibrationError.tooFew(what: "bins after the change", found: 1_200, least: 1_400)) {
            try AdaptationTrial().run(Self.steered(seed: 1, seconds: 300), .unitsLost(share: 0.3), seed: 1)
        }
    }
}

/// The same on recorded motor cortex.
struct RecordedAdaptationTests {
    /// The goal: at least 90 % of a recalibrated decoder's score within 60 s of data after 30 % of the units are lost.
    @Test(
        "On recorded motor cortex that loses 30 % of its units, 60 s of labels recover 90 % of a new calibration",
        .enabled(if: Recordings.isPresent && Recordings.isOptimised, "needs recordings in ANSA_DATA, optimised"))
    func unitsLost() throws {
        let movement = try SteeredMovement(restsOf: try ReachRecording(folder: Recordings.reach))
        let scores = try (1...5).map { seed in
            try AdaptationTrial().run(
                movement, .unitsLost(share: 0.3), seed: UInt64(seed), arms: [.fixed, .recursive, .recalibrated])
        }
        let recoveries = scores.compactMap { $0.recovery(.recursive) }.sorted()
        #expect(recoveries.count == 5 && recoveries[2] >= 0.9)
        // A seed may lose units that carried little, where standing still costs nothing: the median counts.
        let adapted = scores.compactMap { $0.score(.recursive) }.sorted()
        let fixed = scores.compactMap { $0.score(.fixed) }.sorted()
        #expect(adapted[2] > fixed[2])
    }
}
