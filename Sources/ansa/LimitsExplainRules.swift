import Configuration
import Signal

/// The sections on what changes, fails, is sensed and arms.
extension ExplanationText {
    var change: [String] {
        let rate = limits.rate
        return section(
            "CHANGES OF AMPLITUDE",
            [
                "Up at most \(rate.rampUp.text), down at most \(rate.rampDown.text), at most \(rate.maxStep.text) at "
                    + "once; at least \(rate.minHold.text) at a target; at most \(rate.maxChanges.count.text) changes "
                    + "of target in \(rate.maxChanges.window.text). Class \(rate.isFast ? "fast" : "slow"): "
                    + "\(rate.rampEvidence)."
            ])
    }

    var fallback: [String] {
        let rules = limits.fallback
        let violation =
            rules.latchesOnGateViolation
            ? "it is refused and, for a wrong contact, waveform or balance, output is cut and latched"
            : "it is refused whole and nothing else changes"
        let back =
            rules.automaticReturn.map {
                "by itself after \($0.afterValid.text) of good signal, at most \($0.max.count.text) times in "
                    + $0.max.window.text
            } ?? "by hand only"
        return section(
            "WHEN SOMETHING FAILS",
            [
                "The signal fails or is late: \(words(rules.onSensorLoss)).",
                "The runtime dies or hangs: \(words(rules.onWatchdog)); only a clinician's acknowledgement leads back.",
                "This file expires: \(words(rules.onExpiry)).",
                "A command is outside these limits: \(violation).",
                "Back to the closed loop: \(back).",
                "Whatever this file says, output is zero at once on a stop by patient or clinician, on a forged "
                    + "message and when device and guard disagree.",
            ])
    }

    private func words(_ fallback: Fallback) -> String {
        let baseline = limits.fallback.baseline
        switch fallback {
        case .stop: return "stimulation stops at once"
        case .rampOff: return "the amplitude goes down at \(limits.rate.rampDown.text) until it is off"
        case .holdThenOff: return "what runs is held for \(limits.fallback.holdMax.text), then it ramps off"
        case .openLoopBaseline:
            return "the baseline runs, \(baseline.amplitude.text), \(baseline.pulseWidth.text), "
                + "\(baseline.frequency.text) on \(baseline.pair.text)"
        }
    }

    var patient: [String] {
        let rules = limits.patient
        return section(
            "THE PATIENT",
            [
                "May always stop. May set a bound of \(rules.amplitude.min.text) to \(rules.amplitude.max.text) "
                    + "and pause for \(rules.pauseMax.text). Who resumes after a stop: \(rules.resumeRequires)."
            ])
    }

    var soft: [String] {
        let soft = limits.soft
        let micro = limits.electrodes.compactMap(\.chargeLimit).map(\.text)
        let texts = [
            soft.amplitude.text, soft.chargeDensity.text, soft.shannonK.text, soft.residualVoltage.text,
            micro.isEmpty ? "" : "2 nC, the file says \(micro.joined(separator: ", "))",
        ]
        let lines = zip(SoftLimit.all, texts).filter { !$1.isEmpty }.map { limit, text in
            let state = acknowledged.contains(limit.code) ? "acknowledged, so that the hard limit holds" : "holds"
            return "\(limit.code) \(limit.key) \(text): \(state)."
        }
        return section("SOFT LIMITS (beyond them only with ansa limits ack CODE)", lines)
    }

    var signal: [String] {
        let sensing = limits.sensing
        let unblanked = explanation.unblanked.divided(by: 1_000).text(digits: 2)
        let period = explanation.shortestPeriod.divided(by: 1_000).text(digits: 2)
        return section(
            "SIGNAL (a closed loop runs only while all of this holds)",
            [
                "Newest sample at most \(sensing.maxSampleAge.text) old, gaps at most \(sensing.maxGap.text), good "
                    + "channels at least \(sensing.minValidChannels.text), not flat for \(sensing.flatline.text), "
                    + "fewer than \(sensing.saturationFraction.text) of samples saturated in "
                    + "\(sensing.saturationWindow.text), decoder confidence from "
                    + "\(sensing.decoderConfidenceMin.text) up.",
                "At \(limits.hard.frequency.max.text) and the longest pulse \(unblanked) ms of each \(period) ms are "
                    + "left unblanked.",
            ])
    }

    var arms: [String] {
        var lines: [String] = []
        switch (arming.isArmable, arming.device) {
        case (true, let device?): lines.append("Could arm \(device) now.")
        case (false, _): lines.append("Cannot arm now:")
        default: lines.append("Say for which device, with --device, to learn whether it could arm.")
        }
        lines += arming.problems.map { "– \($0.field.isEmpty ? "" : "\($0.field): ")\($0.text)" }
        lines.append(
            arming.allowsClosedLoop
                ? "Closed loop and open loop are allowed."
                : "Closed loop is not allowed: purpose or consent leaves it out. Open loop is.")
        if limits.purpose == .bench || limits.purpose == .hil {
            lines.append("Purpose \(limits.purpose.rawValue) arms virtual and bench devices only.")
        }
        return section("ARMING", lines)
    }
}
