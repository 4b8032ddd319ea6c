import Configuration
import Interlocks
import Signal

/// Judges commands by a limits file, one after another, as the gate of a session would.
struct JudgeSession {
    let file: LimitsFile
    let limits: Limits
    /// Each command is judged as if nothing had been before it.
    let isStateless: Bool
    private let acknowledged: SoftLimitSet
    private let pairs: [String: Int32]
    private var state: GateState
    private var last: (at: Int64, mode: Mode)?
    /// The newest permitted target of each lead; what a line does not say is unchanged.
    private var targets: [Int: Nanoamperes] = [:]
    /// The newest impedance that a line gave, by contact; mΩ.
    private var impedances: [Int64?]

    init(file: LimitsFile, limits: Limits, acknowledged: SoftLimitSet, isStateless: Bool) {
        (self.file, self.limits, self.acknowledged, self.isStateless) = (file, limits, acknowledged, isStateless)
        pairs = Dictionary(uniqueKeysWithValues: file.pairIDs.enumerated().map { ($1, Int32($0)) })
        state = GateState(limits: limits)
        impedances = Array(repeating: nil, count: limits.contacts.count)
    }

    /// The gate's answer to `command`.
    ///
    /// - Throws: a command that is earlier than the one before.
    mutating func judge(_ command: JudgedCommand) throws(LineProblem) -> Judgement {
        let now = Microseconds(command.at)
        let segment = command.segment(pair: command.pair.flatMap { pairs[$0] } ?? -1)
        if isStateless {
            state = GateState(limits: limits, output: segment.amplitude, since: now)
            (targets, impedances) = ([:], Array(repeating: nil, count: limits.contacts.count))
        } else if let last {
            guard command.at >= last.at else {
                let text = "\(command.at) is before \(last.at) of the line before; time does not go backwards."
                throw LineProblem(offset: command.place, key: "at_us", text: text)
            }
            if command.mode != last.mode { state.modeChanged() }
        }
        last = (command.at, command.mode)
        let evidence = evidence(of: command, segment)
        measure(evidence, segment, now)
        let verdict = Interlocks.judge(segment, evidence: evidence.evidence, state: &state, at: now, under: limits)
        if verdict.isPermitted, let target = evidence.evidence.target {
            targets[lead(of: segment, evidence.evidence)] = target
        }
        guard !verdict.broken.isEmpty else { return Judgement(isPermitted: true, interlocks: [], reasons: []) }
        let reasons = JudgementReasons(
            file: file, limits: limits, command: command, segment: segment, evidence: evidence, state: state)
        let bits = (0..<64).filter { verdict.broken.contains(InterlockSet(bit: $0)) }
        return Judgement(
            isPermitted: verdict.isPermitted, interlocks: bits, reasons: bits.map { reasons.words(for: $0) })
    }

    /// Healthy, but for what the line says; the lease holds for the whole segment.
    private func evidence(of command: JudgedCommand, _ segment: Segment) -> CommandEvidence {
        let fresh = sum(command.at, limits.lease.value) ?? .max
        let end = Microseconds(max(fresh, command.end ?? fresh))
        var evidence = CommandEvidence(
            evidence: .healthy(mode: command.mode, leaseEnd: end, validChannels: limits.minimumValidChannels))
        evidence.evidence.acknowledged = acknowledged
        for change in command.evidence { change.apply(to: &evidence) }
        if !command.evidence.contains(where: \.setsTarget) {
            evidence.evidence.target = targets[lead(of: segment, evidence.evidence)] ?? Nanoamperes(0)
        }
        return evidence
    }

    private func lead(of segment: Segment, _ evidence: Evidence) -> Int {
        let index = Int(segment.pair)
        return limits.pairs.indices.contains(index) ? limits.pairs[index].lead : Int(evidence.controller)
    }

    /// Tells the state the impedance of the pair's contacts: what the line says, or the middle of what is allowed.
    private mutating func measure(_ evidence: CommandEvidence, _ segment: Segment, _ now: Microseconds) {
        guard limits.pairs.indices.contains(Int(segment.pair)) else { return }
        let pair = limits.pairs[Int(segment.pair)]
        for contact in pair.cathodes + pair.anodes {
            guard let bounds = limits.contacts[contact].impedance else { continue }
            let middle = bounds.range.lowerBound + (bounds.range.upperBound - bounds.range.lowerBound) / 2
            let newest = evidence.impedance ?? middle
            let before = evidence.impedance == nil ? middle : impedances[contact] ?? newest
            // A time that 64 bits do not hold is none: then nothing was measured.
            if let time = difference(now.value, evidence.impedanceAge) {
                state.measured(before, contact: contact, at: Microseconds(time))
                state.measured(newest, contact: contact, at: Microseconds(time))
            }
            if evidence.impedance != nil { impedances[contact] = newest }
        }
    }
}

/// What is printed of one command.
struct Judgement {
    let isPermitted: Bool
    /// Numbers of the interlocks, ascending, and why, one each.
    let interlocks: [Int], reasons: [String]

    /// `{"permit": false, "interlocks": [9], "reasons": ["…"]}`.
    var json: String {
        let reasons = reasons.map(Judgement.quoted).joined(separator: ", ")
        let numbers = interlocks.map(String.init).joined(separator: ", ")
        return "{\"permit\": \(isPermitted), \"interlocks\": [\(numbers)], \"reasons\": [\(reasons)]}"
    }

    /// One line for a person, and one more for each reason.
    func text(line: Int) -> String {
        let head = "\(line): \(isPermitted ? "permitted" : "denied")"
        let rows = zip(interlocks, reasons).map { number, reason in
            "  IL-\(number < 10 ? "0" : "")\(number) \(InterlockSet.name(ofBit: number)): \(reason)"
        }
        return ([head] + rows).joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
