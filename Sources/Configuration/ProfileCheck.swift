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
    ProfileCheck(profile: profile, limitsFile: limitsFile, limits: limits, findings: findings).run()
    return findings.sorted
}

private struct ProfileCheck {
    let profile: Profile
    let limitsFile: LimitsFile
    let limits: Limits
    let findings: Findings

    func run() {
        switch profile.controller {
        case .none: return
        case .onOff(_, let dwell, let amplitude, let up, let down):
            if dwell.value < limitsFile.rate.minHold.value {
                let text = "\(Shown.time(dwell.value)) is shorter than rate.min_hold \(limitsFile.rate.minHold.text)."
                report("controller.kind", "controller.dwell", text)
            }
            check(amplitude, up, down)
        case .dualThreshold(_, _, let amplitude, let up, let down),
            .proportional(_, _, let amplitude, let up, let down):
            check(amplitude, up, down)
        case .openLoop(let amplitude, let up, let down): check(amplitude, up, down)
        }
        if profile.controller.closesLoop && !limits.allowsClosedLoop {
            let text = "closes the loop, but purpose \(limitsFile.purpose.rawValue) and consent do not allow it."
            report("controller.kind", "controller", text)
        }
        if let program = profile.stimulation { check(program) }
    }

    private func report(_ place: String, _ field: String, _ text: String) {
        findings.report("301", profile.places[place] ?? Position(line: 1, column: 1), field, text)
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
                + "(\(limitsFile.file):\(signed.position.line):\(signed.position.column))."
            report("controller.\(name)", "controller.\(name)", text)
        }
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

    private func check(_ program: StimulationSpec) {
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
