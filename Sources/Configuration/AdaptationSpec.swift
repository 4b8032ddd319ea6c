public import Signal

/// How a decoder may learn while the loop runs.
public struct AdaptationSpec: Hashable, Sendable {
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        case recursiveLeastSquares = "recursive-least-squares"
        case threeFactor = "three-factor"
    }

    /// Where labels come from.
    public enum Labels: String, Hashable, Sendable, CaseIterable {
        /// Towards the target that the computer shows.
        case intendedTarget = "intended-target"
        /// Nowhere: nothing is learnt.
        case none
    }

    public var rule: Rule
    public var labels: Labels
    /// From one step of learning to the next.
    public var every: Nanoseconds
    /// What is learnt adds at most this much to the decoder's values, root mean square, in millionths of their unit.
    public var bound: Int64
    /// λ of recursive least squares, in millionths.
    public var forgetting: Int64
    /// η of the three-factor rule, in millionths.
    public var rate: Int64
}

extension ProfileReader {
    /// `adaptation: {rule: …, labels: …, every: 100 ms, bound: 0.2}`.
    func readAdaptation(_ fields: Fields) -> AdaptationSpec {
        let million: Int64 = 1_000_000
        // A person who cannot move gives no kinematics: they may score a decoder, and never teach one.
        let labels = AdaptationSpec.Labels.allCases.map { ($0.rawValue, $0) }
        return AdaptationSpec(
            rule: fields.choice("rule", AdaptationSpec.Rule.allCases.map { ($0.rawValue, $0) }) ?? .threeFactor,
            labels: fields.choice("labels", labels) ?? .none,
            every: Nanoseconds(fields.quantity("every", .fineTime, in: 1_000_000...10_000_000_000).value),
            bound: fields.number("bound", factor: million, in: 1...1_000_000 * million).value,
            forgetting: fields.optionalNumber("forgetting", factor: million, in: 900_001...million)?.value ?? 999_900,
            rate: fields.optionalNumber("rate", factor: million, in: 1...million)?.value ?? 20_000)
    }
}
