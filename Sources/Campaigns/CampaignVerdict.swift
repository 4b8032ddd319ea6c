public import Configuration
import Signal

/// What became of one expectation in one session.
public struct CampaignVerdict: Sendable, Hashable {
    /// The expectation in words: `IL-26 within 70 ms of 5 s`.
    public var text: String
    public var isMet: Bool
    /// What was allowed, and what was seen; words for people.
    public var bound: String
    public var found: String
    /// What was seen as a number, where larger is worse; nil where it is not of that kind.
    public var size: Int64?

    /// Judges `trace` by one expectation of a case.
    public init(_ expectation: CampaignExpectation, in entry: CampaignCase, trace: CampaignTrace) {
        let start = expectation.after ?? entry.firstFault
        self.init(text: "", isMet: false, bound: "", found: "", size: nil)
        switch expectation.subject {
        case .state(let mode, let happens):
            text = "\(happens ? "" : "never ")\(Self.name(mode)) after \(duration(start))"
            judge(time: trace.first(mode, from: start), start, happens, expectation.within)
        case .interlock(let number, let happens):
            text = "\(happens ? "" : "never ")IL-\(number < 10 ? "0" : "")\(number) after \(duration(start))"
            let set = InterlockSet(bit: number)
            let time = trace.first(set, from: start)
            judge(time: time, start, happens, expectation.within)
            // An alarm has no time of its own in the journal: it counts where no bound in time is asked for.
            if time == nil, !trace.alarms.isDisjoint(with: set) {
                (isMet, found) = (happens && expectation.within == nil, "an alarm")
            }
        case .noPulseAfter(let time):
            let last = trace.pulses.last
            (text, bound, size) = ("no pulse after \(duration(time))", duration(time), last)
            found = last.map { "last at \(duration($0))" } ?? "no pulse"
            isMet = (last ?? 0) <= time
        case .gapReported(let range): judge(trace.gaps, in: range, "blocks with a gap")
        case .pulses(let range): judge(Int64(trace.pulses.count), in: range, "pulses")
        case .exit(let code):
            (text, bound, found) = ("exit \(code)", "\(code)", "\(trace.exitCode)")
            isMet = Int64(trace.exitCode) == code
        case .ledger:
            let difference = trace.recordedCharge - trace.ledgerCharge
            (text, bound, found) = ("record = ledger", "0 fC", "\(difference) fC")
            (isMet, size) = (difference == 0, Int64(clamping: difference.magnitude))
        case .replay:
            (text, bound, found) = ("replay identical", "equal", trace.divergence ?? "equal")
            isMet = trace.divergence == nil
        }
    }

    private init(text: String, isMet: Bool, bound: String, found: String, size: Int64?) {
        (self.text, self.isMet, self.bound, self.found, self.size) = (text, isMet, bound, found, size)
    }

    private mutating func judge(time: Int64?, _ start: Int64, _ happens: Bool, _ within: Int64?) {
        let late = time.map { $0 - start }
        bound = happens ? within.map { "≤ \(duration($0))" } ?? "happens" : "never"
        found = late.map(duration) ?? "never"
        size = late
        isMet = happens ? late.map { $0 <= within ?? .max } ?? false : late == nil
    }

    private mutating func judge(_ count: Int64, in range: ClosedRange<Int64>, _ what: String) {
        (text, found, isMet) = (what, "\(count)", range.contains(count))
        let high = range.upperBound == .max ? "" : "\(range.upperBound)"
        bound = range.lowerBound == range.upperBound ? high : "\(range.lowerBound) to \(high.isEmpty ? "any" : high)"
    }

    private static func name(_ mode: Mode) -> String {
        CampaignExpectation.modeNames.first { $0.1 == mode }?.0 ?? "mode \(mode.rawValue)"
    }
}

/// `5 s`, `70 ms`, `12.5 ms` or `300 us`, exactly.
public func duration(_ microseconds: Int64) -> String {
    func decimal(_ unit: Int64, _ name: String) -> String {
        let rest = microseconds % unit
        guard rest != 0 else { return "\(microseconds / unit) \(name)" }
        var digits = String(String(unit + rest).dropFirst())
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(microseconds / unit).\(digits) \(name)"
    }
    if microseconds >= 1_000_000 { return decimal(1_000_000, "s") }
    return microseconds >= 1_000 ? decimal(1_000, "ms") : "\(microseconds) us"
}
