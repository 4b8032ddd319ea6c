import Configuration
import Foundation
import Interlocks
import Loop
import Sessions
import Signal

/// Everything that led to one pulse or one refusal, from the samples to both verdicts.
struct WhyReport: Encodable {
    let session: String
    /// `pulse` or `refusal`.
    let event: String
    let timeUs: Int64
    let proposal: ProposalReport?
    let samples: SamplesReport?
    let features: FeaturesReport?
    let decision: DecisionReport?
    /// The law that turned the decision into a target.
    let controller: String
    let runtimeVerdict: VerdictReport
    let guardVerdict: VerdictReport
    let limits: LimitsReport
    /// What each contact's dose windows held at the event.
    let ledger: [LedgerReport]
    /// Who played it when no proposal of the loop did.
    let note: String?

    struct ProposalReport: Encodable {
        let tick: Int64, mode: String, pair: String
        let amplitudeNa: Int64, pulseWidthUs: Int64, periodUs: Int64, pulses: Int64, chargeFc: Int64
        /// Index of the pulse in its segment, from 1.
        let pulse: Int64
    }

    struct VerdictReport: Encodable {
        /// nil: this gate was not asked.
        let permit: Bool?
        let interlocks: [Int]
        let reasons: [String]

        init(_ word: UInt64?) {
            permit = word.map { $0 == 0 }
            interlocks = (0..<64).filter { (word ?? 0) >> UInt64($0) & 1 == 1 }
            reasons = interlocks.map { "IL-\($0 < 10 ? "0" : "")\($0) \(InterlockSet.name(ofBit: $0))" }
        }
    }

    struct LimitsReport: Encodable {
        let fileId: String, revision: Int64, subject: String, hash: String
    }

    struct LedgerReport: Encodable {
        let contact: String, windowUs: Int64, chargeFc: Int64, limitFc: Int64
    }

    /// Gathers the report for pulse `pulse` (from 0) of `event`.
    ///
    /// - Throws: where a record or an input of the session is damaged.
    init(
        _ reader: JournalReader, trace: StimulationTrace, event: StimulationTrace.Event, pulse: Int64
    ) throws(JournalError) {
        let evidence = try WhyEvidence(reader, tick: event.tick, lane: event.lane)
        let names = try SessionLimits(reader)
        session = reader.directory
        self.event = event.isRefusal ? "refusal" : "pulse"
        timeUs = event.time(ofPulse: pulse)
        proposal = evidence.proposal.map { proposed in
            ProposalReport(
                tick: event.tick ?? -1,
                mode: UInt8(exactly: proposed.mode).flatMap(Mode.init).map(modeName) ?? "unknown",
                pair: names.pair(proposed.pair),
                amplitudeNa: proposed.amplitude, pulseWidthUs: proposed.width, periodUs: proposed.period,
                pulses: proposed.pulses, chargeFc: proposed.amplitude * proposed.width, pulse: pulse + 1)
        }
        samples = evidence.samples
        features = evidence.features
        decision = evidence.decision
        controller = try controllerWords(reader, lane: event.lane)
        runtimeVerdict = VerdictReport(event.runtimeVerdict)
        guardVerdict = VerdictReport(event.guardVerdict)
        limits = LimitsReport(
            fileId: names.file.fileID, revision: names.file.revision.value, subject: names.file.subject.pseudonym.text,
            hash: reader.header.inputs["limits"].map { "blake2b:\($0)" } ?? "")
        ledger = names.ledger(trace, until: event, pulse: pulse)
        note = event.tick == nil ? "no proposal of the loop: the guard itself played the signed fallback" : nil
    }

    /// As a person reads it.
    var text: String {
        var lines = [headline]
        if let note { lines.append("  played by   \(note)") }
        if let samples { lines += samples.lines }
        if let features { lines += features.lines }
        if let decision { lines += decision.lines }
        if let proposal {
            lines.append("  controller  \(controller)")
            lines.append(
                "  proposal    tick \(proposal.tick), mode \(proposal.mode): pulse \(proposal.pulse) of "
                    + "\(proposal.pulses), \(milliamperes(proposal.amplitudeNa)), \(proposal.pulseWidthUs) µs every "
                    + "\(proposal.periodUs) µs on \(proposal.pair)")
        }
        lines.append("  runtime     " + say(runtimeVerdict))
        lines.append("  guard       " + say(guardVerdict))
        lines.append("  limits      revision \(limits.revision) of \(limits.fileId) for \(limits.subject)")
        lines.append("              \(limits.hash)")
        for (index, entry) in ledger.enumerated() {
            let head = index == 0 ? "  ledger      " : "              "
            lines.append(head + entry.line)
        }
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        let time = String(format: "%.6f s", Double(timeUs) / 1e6)
        guard let proposal else { return "\(session): a \(event) at \(time)" }
        let charge = String(format: "%.1f nC", Double(proposal.chargeFc) / 1e6)
        return "\(session): a \(event) at \(time), \(milliamperes(proposal.amplitudeNa)), \(charge) a phase"
    }

    private func milliamperes(_ nanoamperes: Int64) -> String {
        String(format: "%.3f mA", Double(nanoamperes) / 1e6)
    }

    private func say(_ verdict: VerdictReport) -> String {
        guard let permit = verdict.permit else { return "was not asked" }
        return permit ? "permitted" : "refused: " + verdict.reasons.joined(separator: ", ")
    }
}

extension WhyReport.LedgerReport {
    var line: String {
        let share = String(format: "%.1f", 100 * Double(chargeFc) / Double(max(1, limitFc)))
        let held = String(format: "%.3f µC of %.3f µC", Double(chargeFc) / 1e9, Double(limitFc) / 1e9)
        return "contact \(contact), \(Double(windowUs) / 1e6) s: \(held) (\(share) %)"
    }
}

/// The controller of one of the session's loops in words, with its thresholds.
private func controllerWords(_ reader: JournalReader, lane: Int) throws(JournalError) -> String {
    let bytes = try reader.input("profile")
    let profile: Profile
    do throws(ConfigurationError) { profile = try loadProfile(bytes, file: "profile.yaml") } catch {
        throw .damaged(JournalDamage(file: reader.directory, text: "\(error)"))
    }
    func microvolts(_ nanovolts: Int64) -> String { String(format: "%g µV", Double(nanovolts) / 1000) }
    let lanes = profile.lanes
    switch lanes.indices.contains(lane) ? lanes[lane].controller : profile.controller {
    case .onOff(let threshold, _, let amplitude, _, _):
        return "on-off: above \(microvolts(threshold)) it asks for \(current(amplitude)), else for 0"
    case .dualThreshold(let lower, let upper, let amplitude, _, _):
        return "dual threshold: above \(microvolts(upper)) it asks for \(current(amplitude)), below "
            + "\(microvolts(lower)) for 0, between them it holds"
    case .proportional(let lower, let upper, let amplitude, _, _):
        return "proportional: 0 at \(microvolts(lower)), \(current(amplitude)) at \(microvolts(upper))"
    case .openLoop(let amplitude, _, _):
        return "open loop: " + (amplitude.map { "always \(current($0))" } ?? "always the signed baseline")
    case .none: return "none"
    }
}

private func current(_ amplitude: Nanoamperes) -> String { String(format: "%g mA", Double(amplitude.value) / 1e6) }
