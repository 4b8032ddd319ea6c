public import Sessions
import Signal

/// What another profile or network decided on a recorded session, beside what was decided then.
///
/// Decisions are compared tick by tick; a tick counts where both sessions have a valid decision.
public struct ShadowComparison: Codable, Hashable, Sendable {
    /// Ticks of which both sessions have a proposal or its absence.
    public var ticks: Int64
    /// Ticks at which both decisions are valid.
    public var decisions: Int64
    /// Share of ``ticks`` at which both proposed pulses, or both none; nil without ticks.
    public var agreement: Double?
    /// Correlation of the decided values at the same tick; nil where one of them never changes.
    public var correlation: Double?
    /// Mean of |shadow − recorded|, in the decoder's unit.
    public var meanDifference: Double?
    /// By how many ms the shadow's values follow the recorded ones, where the correlation is largest within ±500 ms.
    public var delayMilliseconds: Double?
    /// Charge of the leading phases that was delivered when the session was recorded, fC.
    public var recordedChargeFemtocoulombs: Int64
    /// Charge that the virtual stimulator delivered for the shadow, fC; nil where the shadow was not armed: without an
    /// answer amplitudes never ramp up, and their sum would say nothing.
    public var shadowChargeFemtocoulombs: Int64?
    /// How often each interlock spoke against a proposal of the shadow, by its name; without those that an unarmed
    /// session always breaks, where it was not armed.
    public var shadowRefusals: [String: Int64]

    enum CodingKeys: String, CodingKey {
        case ticks, decisions, agreement, correlation
        case meanDifference = "mean_difference"
        case delayMilliseconds = "delay_ms"
        case recordedChargeFemtocoulombs = "recorded_charge_fc"
        case shadowChargeFemtocoulombs = "shadow_charge_fc"
        case shadowRefusals = "shadow_refusals"
    }

    /// Interlocks that a session which is not armed always breaks: IL-01, IL-04 (no lease), IL-44 (arming evidence).
    static let unarmed: UInt64 = 1 << 1 | 1 << 4 | 1 << 44

    /// Compares the first loops of two sessions of equal blocks.
    ///
    /// - Parameters:
    ///   - recorded: The folder of the session that was recorded.
    ///   - shadow: The folder of the session that was made from its samples.
    ///   - skipped: Ticks at the start of the recorded session that were not played.
    /// - Throws: where a journal is damaged.
    public init(recorded: String, shadow: String, skipped: Int64 = 0) throws(JournalError) {
        let before = try ShadowTrack(recorded)
        let after = try ShadowTrack(shadow)
        let last = min(before.ticks - skipped, after.ticks)
        var (equal, pairs): (Int64, [(Double, Double)]) = (0, [])
        for tick in 0..<max(0, last) {
            if before.proposes.contains(tick + skipped) == after.proposes.contains(tick) { equal += 1 }
            if let one = before.values[tick + skipped], let other = after.values[tick] {
                pairs.append((Double(one), Double(other)))
            }
        }
        ticks = max(0, last)
        decisions = Int64(pairs.count)
        agreement = last > 0 ? Double(equal) / Double(last) : nil
        correlation = ShadowComparison.correlation(pairs)
        meanDifference =
            pairs.isEmpty ? nil : pairs.reduce(0) { $0 + abs($1.1 - $1.0) } / Double(pairs.count)
        delayMilliseconds = ShadowComparison.delay(before, after, skipped: skipped)
        recordedChargeFemtocoulombs = before.delivered
        shadowChargeFemtocoulombs = after.isArmed ? after.delivered : nil
        shadowRefusals = after.refusals
    }

    /// Pearson's r; nil for fewer than three pairs, or where one side never changes.
    static func correlation(_ pairs: [(Double, Double)]) -> Double? {
        guard pairs.count > 2 else { return nil }
        let n = Double(pairs.count)
        let a = pairs.reduce(0) { $0 + $1.0 } / n, b = pairs.reduce(0) { $0 + $1.1 } / n
        var (aa, bb, ab) = (0.0, 0.0, 0.0)
        for (x, y) in pairs {
            aa += (x - a) * (x - a)
            bb += (y - b) * (y - b)
            ab += (x - a) * (y - b)
        }
        return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
    }

    /// The lag of the largest correlation within ±500 ms; nil where nothing correlates.
    private static func delay(_ before: ShadowTrack, _ after: ShadowTrack, skipped: Int64) -> Double? {
        let reach = Int64((500 / after.blockMilliseconds).rounded(.down))
        var best: (lag: Int64, value: Double)?
        for step in 0...(2 * reach) {
            // Nearest lags first, so that equal ones give the smallest.
            let lag = step % 2 == 0 ? step / 2 : -(step / 2 + 1)
            guard abs(lag) <= reach else { continue }
            let pairs = after.values.sorted { $0.key < $1.key }.compactMap { tick, value in
                before.values[tick + skipped - lag].map { (Double($0), Double(value)) }
            }
            if let found = correlation(pairs), found > (best?.value ?? 0) { best = (lag, found) }
        }
        return best.map { Double($0.lag) * after.blockMilliseconds }
    }
}

/// What one session decided and proposed in its first loop.
private struct ShadowTrack {
    var ticks: Int64 = 0
    var blockMilliseconds = 0.0
    /// Valid decisions by tick.
    var values: [Int64: Float] = [:]
    /// Ticks with a proposal that asks for pulses.
    var proposes: Set<Int64> = []
    var delivered: Int64 = 0
    let isArmed: Bool
    var refusals: [String: Int64] = [:]

    init(_ directory: String) throws(JournalError) {
        let reader = try JournalReader(directory)
        let format = reader.header.format
        isArmed = reader.header.facts.contains(JournalFact("arms", "true"))
        blockMilliseconds = Double(format.nanoseconds(ofSample: Int64(format.frames))) / 1e6
        while let record = try reader.next() {
            switch record.kind {
            case .block: ticks = max(ticks, record.tick + 1)
            case .decision where StageNumber.lane(ofNumber: record.stage) == 0:
                if let decision = DecisionRecord(payload: record.payload), decision.isValid != 0 {
                    values[record.tick] = decision.value
                }
            case .proposal where StageNumber.lane(ofNumber: record.stage) == 0:
                if let proposal = ProposalRecord(payload: record.payload) { add(proposal, at: record.tick) }
            case .recordedInput:
                if let safety = SafetyRecord(payload: record.payload), safety.hasReport != 0 {
                    delivered = max(delivered, safety.deliveredCharge)
                }
            default: break
            }
        }
    }

    private mutating func add(_ proposal: ProposalRecord, at tick: Int64) {
        guard proposal.pulses > 0, proposal.amplitude > 0 else { return }
        proposes.insert(tick)
        let broken = isArmed ? proposal.broken : proposal.broken & ~ShadowComparison.unarmed
        for bit in 0..<64 where broken & (1 << UInt64(bit)) != 0 {
            refusals["IL-\(bit < 10 ? "0" : "")\(bit)", default: 0] += 1
        }
    }
}

extension ShadowComparison {
    /// For a person.
    public var text: String {
        let charge = shadowChargeFemtocoulombs.map { "\(Double($0) / 1e6) nC" }
        func shown(_ value: Double?, _ unit: String = "") -> String {
            value.map { "\(($0 * 1_000).rounded() / 1_000)\(unit)" } ?? "none"
        }
        let refused = shadowRefusals.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return """
            beside the recorded session, \(ticks) ticks
              both stimulate or both do not   \(shown(agreement.map { $0 * 100 }, " %"))
              decided values                  r \(shown(correlation)), mean difference \(shown(meanDifference)), \
            delay \(shown(delayMilliseconds, " ms"))
              charge then, and now            \(shown(Double(recordedChargeFemtocoulombs) / 1e6, " nC")), \
            \(charge ?? "not armed (--arm asks a virtual stimulator)")
              refusals                        \(refused.isEmpty ? "none" : refused)
            """
    }
}
