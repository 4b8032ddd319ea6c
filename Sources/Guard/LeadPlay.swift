import Interlocks
import Signal
import Stimulation

/// What the guard knows and plays lead by lead; mode, latch and stop are one for all.
extension GuardCore where Device: ~Copyable {
    /// The lead that `pair` is on; nil where the limits have no such pair.
    func lead(of pair: Int32) -> Int? {
        guard limits.pairs.indices.contains(Int(pair)) else { return nil }
        let lead = limits.pairs[Int(pair)].lead
        return state.leads.indices.contains(lead) ? lead : nil
    }

    /// The lead of the proposal in `record`; of a rest, the lead that the record speaks for.
    func lead(of record: RuntimeRecord) -> Int {
        if let lead = lead(of: record.segment.pair) { return lead }
        return Int(record.lead)
    }

    /// What a fallback goes on from: the lead's last segment at the amplitude that the gate counts as present; nil at
    /// rest.
    func running(lead: Int) -> Segment? {
        guard var segment = lastSegments[lead], let end = state.leads[lead].lastPulseEnd else { return nil }
        // A train whose next pulse is overdue has ended: the runtime ramped it off, or proposed rests.
        guard lastNow.value <= end.value + segment.period.value else { return nil }
        segment.amplitude = state.output(lead: lead, at: lastNow).amplitude
        return segment.amplitude.value > 0 ? segment : nil
    }

    /// When the newest segment of all leads has run to its end.
    var segmentsEnd: Int64 {
        var end = Int64.min
        for case let segment? in lastSegments {
            end = max(end, segment.firstPulse.value + segment.pulses * segment.period.value)
        }
        return end
    }

    /// The newest segment of its lead.
    mutating func note(_ segment: Segment) {
        if let lead = lead(of: segment.pair) { lastSegments[lead] = segment }
    }

    /// The guard itself plays on at least one lead.
    var isPlaying: Bool { programs.contains { $0 != nil } }

    /// From here on the guard plays nothing.
    mutating func stopPlaying() {
        for lead in programs.indices { programs[lead] = nil }
    }

    /// Plays `kind` from here on, each lead from what runs there; the baseline is of one lead, every other ramps off.
    ///
    /// False: there is nothing to play on any lead.
    mutating func play(_ kind: Fallback) -> Bool {
        stopPlaying()
        if kind == .openLoopBaseline, limits.baseline == nil { return false }
        let ofBaseline = baselineLead
        for lead in programs.indices {
            let own = kind == .openLoopBaseline && lead != ofBaseline ? .rampOff : kind
            programs[lead] = FallbackProgram(own, from: running(lead: lead), at: lastNow, limits, settings)
        }
        return isPlaying
    }

    /// The lead of the signed baseline; nil without one.
    var baselineLead: Int? {
        guard let baseline = limits.baseline else { return nil }
        return lead(of: baseline.pair)
    }

    /// One step of what the guard itself plays; off once every lead has come to rest.
    mutating func play() {
        guard mode == .fallback, isPlaying else { return }
        for lead in programs.indices where mode == .fallback { playLead(lead) }
        if mode == .fallback, !isPlaying { endFallback() }
    }

    private mutating func playLead(_ lead: Int) {
        guard var program = programs[lead] else { return }
        guard !program.isOver(at: lastNow) else { return programs[lead] = nil }
        let before = program.controller.amplitude
        guard let segment = program.next(at: lastNow) else { return }
        leaseEnd = Microseconds(lastNow.value + leaseLength)
        // Pulses that a full window denied may have been a pause, after which output counts as 0: it ramps anew.
        let present = state.output(lead: lead, at: segment.firstPulse)
        let hasPaused = !segment.isRest && present.amplitude != before
        if hasPaused { program.reject(at: present) }
        programs[lead] = program
        guard !segment.isRest, !hasPaused else { return keepAlive() }
        let evidence = fallbackEvidence(lead: lead)
        let verdict = judge(segment, evidence: evidence, state: &state, at: lastNow, under: limits)
        let broken = verdict.broken
        if let permit = verdict.takePermit() {
            let (refused, accepted) = forward(permit)
            if refused.isEmpty { played[lead] = accepted }
            return
        }
        refusals += 1
        if broken.contains(.compliance) { watch.clearCompliance(lead: lead) }
        programs[lead]?.reject(at: present)
        switch FallbackDenial(of: broken, in: program.kind, evidence: evidence, under: limits) {
        case .skip: keepAlive()
        case .rampOff:
            move { $0.degrade(to: .rampOff) }
            if !play(.rampOff) { endOutput(because: broken, at: lastNow) }
        case .zero: endOutput(because: broken, at: lastNow)
        }
    }
}
