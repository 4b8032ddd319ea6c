/// Trials of two kinds of movement, done or imagined, run by run.
public struct ImageryTrials: Sendable {
    /// One run: trials of samples × channels, and which are of the second kind.
    public struct Run: Sendable {
        public var trials: [Matrix]
        public var labels: [Bool]

        /// A run; one label a trial.
        public init(trials: [Matrix], labels: [Bool]) {
            precondition(trials.count == labels.count)
            (self.trials, self.labels) = (trials, labels)
        }
    }

    /// Right and wrong classifications.
    public struct Outcome: Hashable, Sendable {
        public let correct: Int
        public let count: Int
        /// How often shuffled labels did as well, one more than counted over one more than tried; nil: not tried.
        public let permutation: Double?

        public var accuracy: Double { count > 0 ? Double(correct) / Double(count) : 0 }

        /// 95 % of the accuracy.
        ///
        /// Source: Wilson 1927, J. Am. Stat. Assoc. 22:209.
        public var interval: ClosedRange<Double> {
            guard count > 0 else { return 0...1 }
            let (z, n) = (1.959964, Double(count))
            let middle = (accuracy + z * z / (2 * n)) / (1 + z * z / n)
            let half =
                z / (1 + z * z / n) * (accuracy * (1 - accuracy) / n + z * z / (4 * n * n)).squareRoot()
            return max(0, middle - half)...min(1, middle + half)
        }
    }

    public let runs: [Run]
    public let components: Int

    /// Trials by runs.
    ///
    /// - Throws: no run, or a trial of another shape.
    public init(_ runs: [Run], components: Int = 4) throws(CalibrationError) {
        let shapes = Set(runs.flatMap { $0.trials.map { [$0.rows, $0.columns] } })
        guard shapes.count == 1 else {
            throw .shape(what: "a trial", found: shapes.first ?? [], expected: "one shape for all trials")
        }
        (self.runs, self.components) = (runs, components)
    }

    /// Leaves each run out once and classifies it by the others: no trial is near in time to those it is judged by.
    ///
    /// - Parameters:
    ///   - permutations: How often labels are shuffled within runs.
    ///   - seed: Of the shuffles.
    ///   - progress: Told how far it is.
    /// - Returns: how many trials were classified rightly.
    /// - Throws: fewer than two runs, or what fitting throws.
    public func leaveOneRunOut(
        permutations: Int = 200, seed: UInt64 = 1, progress: (Double) -> Void = { _ in }
    ) throws(CalibrationError) -> Outcome {
        guard runs.count >= 2 else { throw .tooFew(what: "runs", found: runs.count, least: 2) }
        return try judged(permutations: permutations, seed: seed, progress) { labels throws(CalibrationError) in
            var correct = 0
            for (index, run) in runs.enumerated() {
                let others = runs.indices.filter { $0 != index }
                let trained = others.flatMap { runs[$0].trials }
                correct += try right(trained, others.flatMap { labels[$0] }, run.trials, labels[index])
            }
            return correct
        }
    }

    /// Shuffled, stratified folds over all trials: only a check of the pipeline, because neighbours in time are split.
    ///
    /// - Returns: how many trials were classified rightly.
    /// - Throws: what fitting throws.
    public func shuffledFolds(
        _ folds: Int = 5, permutations: Int = 0, seed: UInt64 = 1
    ) throws(CalibrationError) -> Outcome {
        let all = runs.flatMap(\.trials)
        return try judged(permutations: permutations, seed: seed, { _ in }) { labels throws(CalibrationError) in
            let flat = labels.flatMap(\.self)
            var stream = SeededStream(seed: seed, stream: 0xF01D)
            var fold = [Int](repeating: 0, count: flat.count)
            for isSecond in [false, true] {
                let members = flat.indices.filter { flat[$0] == isSecond }
                for (place, index) in stream.shuffled(members.count).enumerated() {
                    fold[members[index]] = place % folds
                }
            }
            var correct = 0
            for held in 0..<folds {
                let (inside, outside) = (
                    flat.indices.filter { fold[$0] == held }, flat.indices.filter { fold[$0] != held }
                )
                correct += try right(
                    outside.map { all[$0] }, outside.map { flat[$0] }, inside.map { all[$0] }, inside.map { flat[$0] })
            }
            return correct
        }
    }

    private func judged(
        permutations: Int, seed: UInt64, _ progress: (Double) -> Void,
        by judge: ([[Bool]]) throws(CalibrationError) -> Int
    ) throws(CalibrationError) -> Outcome {
        let labels = runs.map(\.labels)
        let correct = try judge(labels)
        var stream = SeededStream(seed: seed, stream: 0x9E4A)
        var asGood = 0
        for index in 0..<permutations {
            let shuffled = labels.map { run in stream.shuffled(run.count).map { run[$0] } }
            asGood += try judge(shuffled) >= correct ? 1 : 0
            progress(Double(index + 1) / Double(permutations))
        }
        return Outcome(
            correct: correct, count: labels.reduce(0) { $0 + $1.count },
            permutation: permutations > 0 ? Double(asGood + 1) / Double(permutations + 1) : nil)
    }

    /// How many of `held` are classified as `truth` says.
    private func right(
        _ trained: [Matrix], _ labels: [Bool], _ held: [Matrix], _ truth: [Bool]
    ) throws(CalibrationError) -> Int {
        let patterns = try CommonSpatialPatterns(trials: trained, labels: labels, components: components)
        let discriminant = try LinearDiscriminant(features: trained.map(patterns.features), labels: labels)
        return zip(held, truth).count { discriminant.isSecond(patterns.features($0)) == $1 }
    }
}
