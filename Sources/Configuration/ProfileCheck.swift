import Interlocks
public import Signal

/// What `profile` asks for beyond `limits`; each with both numbers.
///
/// - Parameters:
///   - profile: is judged whole.
///   - limitsFile: names the pairs.
///   - limits: the intersection that the gate will judge by.
///   - file: the profile's file, for the messages.
/// - Returns: errors in the order of the profile; none where it fits.
public func checkProfile(
    _ profile: Profile, against limitsFile: LimitsFile, limits: Limits, file: String
) -> [Problem] {
    let findings = Findings(file: file, letter: "P")
    for (index, lane) in profile.lanes.enumerated() {
        ProfileCheck(
            profile: lane, prefix: profile.loops.isEmpty ? "" : "loops[\(index)].", limitsFile: limitsFile,
            limits: limits, findings: findings
        ).run()
    }
    checkLeads(profile, against: limitsFile, findings)
    return findings.sorted
}

/// A lead of the limits for which no loop stimulates is no error, and is said.
private func checkLeads(_ profile: Profile, against limitsFile: LimitsFile, _ findings: Findings) {
    let pairs = profile.lanes.compactMap { $0.stimulation?.pair }
    let driven = limitsFile.pairs.filter { pairs.contains($0.id.text) }.map(\.lead)
    for lead in limitsFile.leads where !pairs.isEmpty && !driven.contains(lead) {
        findings.report(
            "306", Position(line: 1, column: 1), "loops",
            "the limits have lead \"\(lead)\", for which this profile has no loop: it is never stimulated.",
            severity: .warning)
    }
}

private struct ProfileCheck {
    let profile: Profile
    /// Stands before every field: `loops[1].`, or nothing.
    let prefix: String
    let limitsFile: LimitsFile
    let limits: Limits
    let findings: Findings

    func run() {
        checkLead()
        switch profile.controller {
        case .none: return
        case .onOff(_, _, let amplitude, let up, let down), .dualThreshold(_, _, let amplitude, let up, let down),
            .proportional(_, _, let amplitude, let up, let down):
            check(amplitude, up, down)
            checkPace()
        case .openLoop(let amplitude, let up, let down): check(amplitude, up, down)
        }
        if profile.controller.closesLoop && !limits.allowsClosedLoop {
            let text = "closes the loop, but purpose \(limitsFile.purpose.rawValue) does not allow it."
            report("controller.kind", "controller", text)
        }
        if profile.controller.closesLoop && !limits.consentsToClosedLoop {
            let text = "closes the loop, but subject.consent_scope does not name it: absent means denied."
            report("controller.kind", "controller", text)
        }
        if let program = profile.stimulation { check(program) }
    }

    private func report(_ place: String, _ field: String, _ text: String) {
        report("301", place, field, text)
    }

    private func report(
        _ code: String, _ place: String, _ field: String, _ text: String, severity: Severity = .error
    ) {
        let position = profile.places[place] ?? Position(line: 1, column: 1)
        findings.report(code, position, prefix + field, text, severity: severity)
    }

    /// The loop's lead is one of the limits', and the one that its pair is on.
    private func checkLead() {
        guard let lead = profile.lead else { return }
        guard limitsFile.leads.contains(lead.text) else {
            let hint = Spelling.hint(for: lead.text, among: limitsFile.leads)
            let text =
                "the limits have no lead \"\(lead.text)\"; they have \(limitsFile.leads.joined(separator: ", "))."
            return findings.report("304", lead.position, prefix + "lead", text + hint)
        }
        guard let pair = limitsFile.pairs.first(where: { $0.id.text == profile.stimulation?.pair }),
            pair.lead != lead.text
        else { return }
        let text = "pair \"\(pair.id.text)\" is on lead \"\(pair.lead)\", and this loop is for \"\(lead.text)\"."
        report("305", "stimulation.pair", "stimulation.pair", text)
    }

    /// Hold and changes a minute that the controller's parameters lead to, against the signed ones.
    private func checkPace() {
        let (rate, pace) = (limitsFile.rate, ControllerPace(profile.controller))
        if pace.hold.value < rate.minHold.value {
            let text =
                "holds a target for \(Shown.time(pace.hold.value)) at least, shorter than the signed rate.min_hold "
                + "\(rate.minHold.text) (\(place(rate.minHold)))."
            report("controller.kind", pace.field, text)
        }
        let window = rate.maxChanges.window
        let changes = pace.changes(in: Microseconds(window.value))
        if changes > rate.maxChanges.count.value {
            let text =
                "asks for up to \(changes) changes of target in \(window.text), more than the signed "
                + "rate.max_changes \(rate.maxChanges.count.text) (\(place(rate.maxChanges.count))); a longer dwell "
                + "asks for fewer."
            report("controller.kind", pace.field, text)
        }
    }

    private func place(_ signed: Measured) -> String {
        "\(limitsFile.file):\(signed.position.line):\(signed.position.column)"
    }

    private func check(_ amplitude: Nanoamperes?, _ up: Int64, _ down: Int64) {
        if let amplitude { checkAmplitude(amplitude, "controller.amplitude", "stimulation.amplitude") }
        let ramps = [
            (up, limits.rampUp, "ramp_up", limitsFile.rate.rampUp),
            (down, limits.rampDown, "ramp_down", limitsFile.rate.rampDown),
        ]
        for (value, bound, name, signed) in ramps where value > bound {
            let text =
                "\(Shown.currentRate(value)) is faster than the signed \(Shown.currentRate(bound)) "
                + "(\(place(signed)))."
            report("controller.\(name)", "controller.\(name)", text)
        }
        if let program = profile.stimulation { checkStep(program, up, down) }
    }

    private func checkAmplitude(_ amplitude: Nanoamperes, _ field: String, _ place: String) {
        if !limits.amplitude.contains(amplitude) {
            let text =
                "\(Shown.current(amplitude.value)) is outside the signed "
                + "\(Shown.current(limits.amplitude.lowerBound.value)) to "
                + "\(Shown.current(limits.amplitude.upperBound.value))."
            report(place, field, text)
        }
    }

    /// The automatic source against what the patient may set: a bound is meant to bind it.
    private func checkSources(_ program: StimulationSpec) {
        let patient = limitsFile.patient.amplitude.max
        guard profile.controller.closesLoop, program.amplitudeMaximum.value > patient.value else { return }
        let text =
            "\(Shown.current(program.amplitudeMaximum.value)) is above what the patient may set, \(patient.text) "
            + "(\(place(patient))): once the patient sets a bound the gate denies more."
        report("302", "stimulation.amplitude", "stimulation.amplitude", text, severity: .warning)
    }

    /// The largest step between the first pulses of two blocks: a controller that must not take it ramps slower.
    private func checkStep(_ program: StimulationSpec, _ up: Int64, _ down: Int64) {
        let between = (profile.blockNanoseconds / 1_000 / max(1, program.period.value) + 1) * program.period.value
        let (wide, overflow) = max(up, down).multipliedReportingOverflow(by: between)
        let step = overflow ? Int64.max : wide / 1_000_000
        guard step > limits.maximumStep.value else { return }
        let text =
            "a step of \(Shown.current(step)) between pulses \(Shown.time(between)) apart, above the signed "
            + "rate.max_step \(limitsFile.rate.maxStep.text) "
            + "(\(place(limitsFile.rate.maxStep))): it will ramp slower than it says."
        report("303", "controller.ramp_up", "controller.ramp_up", text, severity: .warning)
    }

    private func check(_ program: StimulationSpec) {
        checkSources(program)
        guard limitsFile.pairIDs.contains(program.pair) else {
            let hint = Spelling.hint(for: program.pair, among: limitsFile.pairIDs)
            report("stimulation.pair", "stimulation.pair", "the limits have no pair \"\(program.pair)\".\(hint)")
            return
        }
        if !limits.width.contains(program.width) {
            let text =
                "\(program.width.value) µs is outside the signed \(limits.width.lowerBound.value) to "
                + "\(limits.width.upperBound.value) µs."
            report("stimulation.pulse_width", "stimulation.pulse_width", text)
        }
        if !limits.period.contains(program.period) {
            let text =
                "a period of \(program.period.value) µs is outside the signed \(limits.period.lowerBound.value) to "
                + "\(limits.period.upperBound.value) µs."
            report("stimulation.frequency", "stimulation.frequency", text)
        }
        checkAmplitude(program.amplitudeMaximum, "stimulation.amplitude", "stimulation.amplitude")
        let charge = program.amplitudeMaximum.value.multipliedReportingOverflow(by: program.width.value)
        if charge.overflow || charge.partialValue > limits.chargePerPhase.value {
            let text =
                "\(Shown.current(program.amplitudeMaximum.value)) × \(program.width.value) µs exceeds the signed "
                + "charge_per_phase \(Shown.charge(limits.chargePerPhase.value))."
            report("stimulation.amplitude", "stimulation.amplitude", text)
        }
    }
}
