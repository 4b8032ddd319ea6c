import Interlocks
import Signal
import Testing

/// One input of the gate, as text, with the word that it answers.
struct ConditionVector {
    /// `path value`, in the order of declaration; a path names each field once.
    let fields: [(path: String, value: String)]
    let broken: InterlockSet
    let isPermitted: Bool

    /// Judges `rig` as it stands; a state that was never used is part of the limits and has no fields.
    init(_ rig: Rig) {
        var fields = Self.fields(of: rig.segment, "segment") + [("now", "\(rig.now.value)")]
        fields += Self.fields(of: rig.evidence, "evidence") + Self.fields(of: rig.limits, "limits")
        if let state = rig.state {
            // What is as it was made says nothing; nor do sizes that follow from the limits.
            let empty: Set = ["0", "nil", "false", "[]", "", "\(Int64.min)"]
            let sizes: Set = ["bucketLengths", "contacts", "windowCount"]
            fields += Self.fields(of: state, "state").filter { path, value in
                !empty.contains(value) && !sizes.contains(path.split(separator: ".").last.map(String.init) ?? "")
            }
        }
        self.fields = fields
        let verdict = rig.verdict()
        (broken, isPermitted) = (verdict.broken, verdict.isPermitted)
    }

    /// Judges feedback after what was heard and seen before.
    init(_ rig: FeedbackRig) {
        fields =
            Self.fields(of: rig.feedback, "feedback") + [("now", "\(rig.now.value)")]
            + Self.fields(of: rig.limits, "sensory")
            + rig.before.enumerated().flatMap { Self.fields(of: $1, "before[\($0)]") }
        broken = rig.broken()
        isPermitted = broken.isEmpty
    }

    /// Every field below `value`; an optional structure counts as one field, so that it can come and go as one.
    static func fields(of value: Any, _ path: String) -> [(path: String, value: String)] {
        let mirror = Mirror(reflecting: value)
        let children = mirror.children.filter { !(path == "state" && $0.label == "limits") }
        switch mirror.displayStyle {
        case .optional:
            guard let some = children.first else { return [(path, "nil")] }
            let parts = fields(of: some.value, "")
            let text = parts.map { $0.path.isEmpty ? $0.value : "\($0.path.dropFirst()) \($0.value)" }
            return [(path, parts.count == 1 ? parts[0].value : "(\(text.joined(separator: ", ")))")]
        case .collection:
            let numbers = children.compactMap { ($0.value as? any BinaryInteger).map { Int64($0) } }
            if numbers.count == children.count { return [(path, text(of: numbers, path))] }
            let items = children.enumerated().flatMap { fields(of: $1.value, "\(path)[\($0)]") }
            return items.isEmpty ? [(path, "[]")] : items
        case .struct, .tuple:
            // A unit and an option set are their number.
            if children.count == 1, ["value", "rawValue"].contains(children.first?.label ?? "") {
                return fields(of: children.first?.value ?? 0, path)
            }
            return children.flatMap { fields(of: $0.value, "\(path).\($0.label ?? "")") }
        default:
            // A range is one field: its ends are turned one at a time.
            let ends = children.flatMap { fields(of: $0.value, "") }.map(\.value)
            return [(path, ends.count == 2 ? ends.joined(separator: "...") : "\(value)")]
        }
    }

    /// Of a ledger, the places that hold something.
    private static func text(of numbers: [Int64], _ path: String) -> String {
        guard path.hasSuffix("charges") || path.hasSuffix("newest") else { return "\(numbers)" }
        return numbers.enumerated().filter { $1 != 0 }.map { "[\($0)] \($1)" }.joined(separator: ", ")
    }

    /// Fields of `self` that `other` does not have so.
    func differences(from other: ConditionVector) -> [(path: String, from: String, to: String)] {
        let before = Dictionary(uniqueKeysWithValues: other.fields.map { ($0.path, $0.value) })
        let after = Dictionary(uniqueKeysWithValues: fields.map { ($0.path, $0.value) })
        let gone = other.fields.filter { after[$0.path] == nil }.map { (path: $0.path, from: $0.value, to: "absent") }
        let changed = fields.filter { before[$0.path] != $0.value }
        return changed.map { (path: $0.path, from: before[$0.path] ?? "absent", to: $0.value) } + gone
    }
}

/// One call of the judgement of feedback: 80 dB(A) for 40 h a week, 3 flashes a second.
struct FeedbackRig {
    var limits: SensoryLimits = {
        var limits = SensoryLimits()
        (limits.soundLevel, limits.doseLevel) = (85_000, 80_000)
        (limits.doseDuration, limits.doseWindow) = (Microseconds(144_000_000_000), Microseconds(604_800_000_000))
        (limits.flashes, limits.flashWindow) = (3, Microseconds(1_000_000))
        return limits
    }()
    var before: [Feedback] = []
    var feedback: Feedback = {
        var feedback = Feedback()
        (feedback.soundLevel, feedback.duration, feedback.flashes) = (80_000, Microseconds(1_000_000), 1)
        return feedback
    }()
    var now = Microseconds(1_000_000)

    /// The answer after each of `before` was heard and seen at ``now``.
    func broken() -> InterlockSet {
        var state = FeedbackState(limits: limits)
        for feedback in before { _ = state.judge(feedback, at: now) }
        return state.judge(feedback, at: now)
    }
}

/// Two inputs of the gate that differ in one condition of one interlock.
struct ConditionPair: Sendable, CustomTestStringConvertible {
    let interlock: InterlockSet
    let condition: String
    /// Other interlocks that the same cause must break: what cannot be computed holds nowhere.
    let companions: InterlockSet
    private let make: @Sendable (Bool) -> ConditionVector

    var testDescription: String { condition }

    /// A permitted vector, and the one where the condition is turned.
    var vectors: (permitted: ConditionVector, denied: ConditionVector) { (make(false), make(true)) }

    /// From the rig as `given` leaves it to the rig that `turn` makes of it.
    init(
        _ interlock: InterlockSet, _ condition: String, with companions: InterlockSet = [],
        given: @escaping @Sendable (inout Rig) -> Void = { _ in }, _ turn: @escaping @Sendable (inout Rig) -> Void
    ) {
        (self.interlock, self.condition, self.companions) = (interlock, condition, companions)
        make = { isTurned in
            var rig = Rig()
            given(&rig)
            if isTurned { turn(&rig) }
            return ConditionVector(rig)
        }
    }

    /// The same for feedback.
    init(
        feedback condition: String, given: @escaping @Sendable (inout FeedbackRig) -> Void = { _ in },
        _ turn: @escaping @Sendable (inout FeedbackRig) -> Void
    ) {
        (interlock, self.condition, companions) = (.sensory, condition, [])
        make = { isTurned in
            var rig = FeedbackRig()
            given(&rig)
            if isTurned { turn(&rig) }
            return ConditionVector(rig)
        }
    }
}
