import Configuration
import Interlocks
import Signal

/// Why the gate broke an interlock, in words, with what was found and what is allowed.
///
/// Nothing here decides: the gate has, and this looks again at what it saw.
struct JudgementReasons {
    let file: LimitsFile, limits: Limits
    let command: JudgedCommand, segment: Segment
    let evidence: CommandEvidence
    /// As it was when the command was judged, which a denial leaves unchanged.
    let state: GateState

    /// The reason of IL-`bit`, which is broken.
    func words(for bit: Int) -> String {
        switch bit {
        case 1, 2, 5, 6, 24, 34, 44: session(bit)
        case 3, 4, 40, 41: link(bit)
        case 7...18, 33, 38, 39: pulse(bit)
        case 19, 20, 22, 23: history(bit)
        case 21, 26...29, 43: sensing(bit)
        case 25, 30...32, 35, 36, 42, 45, 46: device(bit)
        default: "\(InterlockSet.name(ofBit: bit))"
        }
    }

    var signals: Evidence { evidence.evidence }

    var modeWord: String { JudgedCommand.modes.first { $0.1 == command.mode }?.0 ?? "" }

    /// `(key, line 60)`, and who else had a say where the bound is not the file's own.
    func place(_ key: String, _ measured: Measured?, bound: Int64? = nil) -> String {
        guard let measured else { return "(\(key))" }
        let other = bound.map { $0 != measured.value } ?? false
        return "(\(other ? "a ceiling of the device or of the program, tighter than " : "")\(key), "
            + "line \(measured.position.line))"
    }

    func above(_ name: String, _ found: String, _ allowed: String, _ place: String) -> String {
        "\(name) \(found) is above \(allowed) \(place)"
    }

    func below(_ name: String, _ found: String, _ allowed: String, _ place: String) -> String {
        "\(name) \(found) is below \(allowed) \(place)"
    }

    /// The sentences that hold, or `otherwise` when none does.
    func joined(_ sentences: [(Bool, String)], otherwise: String) -> String {
        let held = sentences.filter(\.0).map(\.1)
        return held.isEmpty ? otherwise : held.joined(separator: "; ")
    }

    // MARK: - What is not the pulse

    private func session(_ bit: Int) -> String {
        let closed = command.mode == .closedLoop
        switch bit {
        case 1:
            let isArmed = signals.isArmed
            return isArmed ? "mode \"\(modeWord)\" has no output" : "nobody has armed (evidence.is_armed is false)"
        case 2:
            return joined(
                [
                    (!signals.limitsValid, "the limits are not valid (evidence.limits_valid is false)"),
                    (
                        closed && !limits.allowsClosedLoop,
                        "purpose \(file.purpose.rawValue) does not allow a closed loop (purpose)"
                    ),
                    (signals.limitsExpired, "the file has expired (evidence.limits_expired is true)"),
                ], otherwise: "the limits are not valid")
        case 5: return "a stop is requested (evidence.stop_requested is true)"
        case 6: return "latched: \(latched)"
        case 24:
            let end = state.lockoutEnd.value
            guard command.at < end else { return "the lockout after an episode has not passed" }
            return "locked out until \(ExactText.time(end)) (dose.lockout_after_fault)"
        case 34:
            return joined(
                [
                    (!limits.consentsToStimulation, "consent does not include \"stimulate\""),
                    (closed && !limits.consentsToClosedLoop, "consent does not include \"closed-loop\""),
                    (signals.consentExpired, "consent has ended (evidence.consent_expired is true)"),
                ], otherwise: "consent is missing") + " (subject.consent_scope)"
        default:
            return "self-test, certificate, montage or weights do not hold (evidence.arming_evidence_valid is false)"
        }
    }

    private var latched: String {
        let names = (0..<64).filter { signals.latch >> UInt64($0) & 1 == 1 }
        return names.map { "IL-\($0 < 10 ? "0" : "")\($0)" }.joined(separator: ", ") + " (evidence.latch)"
    }

    private func link(_ bit: Int) -> String {
        let age = signals.tokenAge.value, timeout = limits.tokenTimeout.value
        switch bit {
        case 3:
            return joined(
                [
                    (age < 0 || age > timeout, "token age \(ExactText.time(age)) is above \(ExactText.time(timeout))"),
                    (!signals.actorsHealthy, "an actor did not answer (evidence.actors_healthy is false)"),
                ], otherwise: "the token is stale")
        case 4:
            let lease = ExactText.time(signals.leaseEnd.value), missing = signals.acknowledgementsMissing
            return joined(
                [
                    (command.at >= signals.leaseEnd.value, "the lease ended at \(lease)"),
                    (
                        command.end.map { $0 > signals.leaseEnd.value } ?? true,
                        "the segment ends at \(command.end.map(ExactText.time) ?? "no time"), after the lease, \(lease)"
                    ),
                    (
                        !(0...CompiledCeilings.acknowledgementsMissing).contains(missing),
                        "\(missing) acknowledgements are missing, above \(CompiledCeilings.acknowledgementsMissing)"
                    ),
                ], otherwise: "the end of the segment cannot be computed: see IL-39")
        case 41:
            return "a contact belongs to another controller than \(signals.controller) (evidence.controller)"
        default:
            let last = state.leads.indices.contains(lead) ? state.leads[lead].lastPulseEnd?.value : nil
            return joined(
                [
                    (
                        !signals.sequenceValid,
                        "a message is repeated or out of order (evidence.sequence_valid is false)"
                    ),
                    (
                        last.map { command.at < $0 } ?? false,
                        "the first pulse at \(ExactText.time(command.at)) is before the end of the last, "
                            + "\(ExactText.time(last ?? 0))"
                    ),
                ], otherwise: "the first pulse is overdue")
        }
    }

    private func sensing(_ bit: Int) -> String {
        let sensing = file.sensing
        let age = signals.sampleAge.value, gap = signals.gap.value, rate = signals.rateDeviation.value
        switch bit {
        case 21:
            guard signals.target != nil else { return "the target is unknown (evidence.target_na is null)" }
            let limit = file.rate.maxChanges, window = ExactText.time(limit.window.value)
            let hold = ExactText.time(limits.minimumHold.value)
            return "more than \(limit.count.value) changes of target in \(window) "
                + place("rate.max_changes", limit.count) + ", or one sooner than \(hold) "
                + place("rate.min_hold", file.rate.minHold)
        case 26:
            let maximum = CompiledCeilings.rateDeviation.value
            return joined(
                [
                    bound("sample age", age, limits.maximumSampleAge.value, sensing.maxSampleAge, "max_sample_age"),
                    bound("gap", gap, limits.maximumGap.value, sensing.maxGap, "max_gap"),
                    (!signals.samplesInOrder, "samples are out of order (evidence.samples_in_order is false)"),
                    (rate < 0 || rate > maximum, "rate deviation \(ExactText.ratio(rate)) is above 1 %"),
                ], otherwise: "samples are late")
        case 27:
            let count = signals.validChannels, least = limits.minimumValidChannels
            return joined(
                [
                    (signals.signalSaturatedOrFlat, "the signal is saturated or flat"),
                    (signals.signalDisturbed, "line noise or an artefact disturbs the signal"),
                    (
                        count < least,
                        "\(count) valid channels are below \(least) "
                            + place("sensing.min_valid_channels", sensing.minValidChannels)
                    ),
                ], otherwise: "the signal is bad")
        case 28:
            return "\(signals.deadlineMissesInWindow) deadline misses are above \(limits.deadlineMisses) "
                + place("sensing.deadline_misses.count", sensing.deadlineMisses.count)
        case 29: return decoder
        default: return "a closed loop needs real-time scheduling (evidence.realtime_or_virtual is false)"
        }
    }

    private func bound(
        _ name: String, _ found: Int64, _ allowed: Int64, _ measured: Measured, _ key: String
    ) -> (Bool, String) {
        let text = above(name, ExactText.time(found), ExactText.time(allowed), place("sensing.\(key)", measured))
        return (found < 0 || found > allowed, text)
    }

    private var decoder: String {
        let known = limits.maximumOutOfDistribution, distance = signals.outOfDistribution
        let sure = ExactText.millionths(signals.confidence), least = ExactText.millionths(limits.minimumConfidence)
        return joined(
            [
                (!signals.decoderValid, "the decision is not finite (evidence.decoder_valid is false)"),
                (!signals.decisionIsCurrent, "the decision is of another tick (evidence.decision_is_current is false)"),
                (signals.spikeStorm, "spike storm (evidence.spike_storm is true)"),
                (
                    signals.confidence < limits.minimumConfidence,
                    "confidence \(sure) is below \(least) "
                        + place("sensing.decoder_confidence_min", file.sensing.decoderConfidenceMin)
                ),
                (
                    distance < 0 || distance > known,
                    "out of distribution by \(ExactText.millionths(distance)), above \(ExactText.millionths(known)) "
                        + place("sensing.out_of_distribution_max", file.sensing.outOfDistributionMax)
                ),
            ], otherwise: "the decision is not valid")
    }

    private func device(_ bit: Int) -> String {
        switch bit {
        case 25: return impedance
        case 30: return "\(signals.uncertainDeliveries) deliveries are uncertain until read-back"
        case 31:
            let found = ExactText.voltage(signals.residualVoltage)
            let allowed = ExactText.voltage(limits.residualVoltage ?? 0)
            let isHigh = limits.residualVoltage.map { !(0...max(0, $0)).contains(signals.residualVoltage) } ?? false
            return joined(
                [
                    (signals.complianceReached, "a contact is at its compliance limit"),
                    (isHigh, "residual voltage \(found) is above \(allowed) (limits.hard.residual_voltage)"),
                ], otherwise: "compliance or residual voltage")
        case 32: return "serial, firmware or model is not the file's (evidence.device_matches is false)"
        case 35: return "space, writing or the chain of the log fails (evidence.log_healthy is false)"
        case 36: return "clocks disagree or the machine was suspended (evidence.clocks_agree is false)"
        case 42: return "the device delivered something else (evidence.read_back_matches is false)"
        case 45:
            guard pair != nil else { return unjudged }
            return "electrode voltage \(signals.electrodeVoltageLow) to \(signals.electrodeVoltageHigh) mV leaves the "
                + "material's water window"
        default: return "runtime and guard do not agree (evidence.verdicts_agree is false)"
        }
    }

    private var impedance: String {
        guard pair != nil else { return unjudged }
        var sentences: [(Bool, String)] = []
        for contact in contacts {
            guard let bounds = limits.contacts[contact.index].impedance else { continue }
            let found = evidence.impedance ?? bounds.range.lowerBound, age = evidence.impedanceAge
            let low = ExactText.resistance(bounds.range.lowerBound),
                high = ExactText.resistance(bounds.range.upperBound)
            let name = "impedance \(ExactText.resistance(found)) of contact \(contact.name)"
            sentences += [
                (!bounds.range.contains(found), "\(name) is outside \(low) to \(high) (electrodes.impedance)"),
                (
                    command.mode == .closedLoop && age > bounds.maximumAge.value,
                    "\(name) is \(ExactText.time(age)) old, above \(ExactText.time(bounds.maximumAge.value))"
                ),
            ]
        }
        let step = "a step from the measurement before is above max_step (electrodes.impedance)"
        return joined(sentences, otherwise: step)
    }
}
