import Interlocks
import Signal

/// A limit of `{count: 3, window: 1 s}` at `key`.
private func readCount(_ fields: Fields, _ key: String) -> CountLimit {
    fields.block(key) { part in
        CountLimit(
            count: part.number("count", in: 0...1_000_000_000),
            window: part.quantity("window", .time, in: 1_000...1_000_000_000_000))
    } ?? CountLimit(count: .missing, window: .missing)
}

func readHard(_ fields: Fields) -> HardLimits {
    let amplitude = fields.range("amplitude", .current)
    let total = fields.quantity("total_amplitude", .current)
    let width = fields.range("pulse_width", .time)
    let interphase = fields.range("interphase", .time)
    let frequency = fields.range("frequency", .frequency)
    let interPulse = fields.quantity("min_inter_pulse", .time)
    let charge = fields.quantity("charge_per_phase", .charge)
    let density = fields.quantity("charge_density", .chargeDensity)
    let shannon = fields.optionalNumber("shannon_k", factor: 100) ?? .missing
    let imbalance = fields.quantity("imbalance_per_pulse", .ratio)
    let net = fields.block("net_current") { part in
        (part.quantity("max", .current), part.quantity("window", .time))
    }
    let residual = fields.quantity("residual_voltage", .voltage)
    return HardLimits(
        amplitude: amplitude, totalAmplitude: total, pulseWidth: width, interphase: interphase, frequency: frequency,
        minInterPulse: interPulse, chargePerPhase: charge, chargeDensity: density, shannonK: shannon,
        imbalancePerPulse: imbalance, netCurrent: net?.0 ?? .missing, netCurrentWindow: net?.1 ?? .missing,
        residualVoltage: residual, waveforms: readWaveforms(fields).map(\.1))
}

func readSoft(_ fields: Fields) -> SoftEntry {
    SoftEntry(
        amplitude: fields.block("amplitude") { $0.quantity("max", .current) } ?? .missing,
        chargeDensity: fields.quantity("charge_density", .chargeDensity),
        shannonK: fields.optionalNumber("shannon_k", factor: 100) ?? .missing,
        residualVoltage: fields.quantity("residual_voltage", .voltage))
}

func readRate(_ fields: Fields) -> RateLimits {
    RateLimits(
        rampUp: fields.quantity("ramp_up", .currentRate, in: 1...1_000_000_000_000),
        rampDown: fields.quantity("ramp_down", .currentRate, in: 1...1_000_000_000_000),
        maxStep: fields.quantity("max_step", .current, in: 1...100_000_000),
        minHold: fields.quantity("min_hold", .time), maxChanges: readCount(fields, "max_changes"),
        rampEvidence: fields.word("ramp_evidence").text,
        isFast: fields.choice("class", [("fast", true), ("slow", false)]) ?? false)
}

func readDose(_ fields: Fields) -> DoseLimits {
    let mode = fields.choice("mode", [("continuous", DoseMode.continuous), ("burst", .burst)]) ?? .continuous
    let isBurst = mode == .burst
    let place = fields.mapping.position
    func refuse(_ key: String, _ isThere: Bool) {
        if isThere { fields.report("204", place, key, "is not for mode \(isBurst ? "burst" : "continuous").") }
    }
    if isBurst {
        refuse("on_time_continuous", fields.optional("on_time_continuous") != nil)
        refuse("intermittent", fields.optional("intermittent") != nil)
    } else {
        for key in TrainEntry.keys { refuse(key, fields.optional(key) != nil) }
    }
    return DoseLimits(
        mode: mode, isIntermittent: !isBurst && fields.flag("intermittent", default: false),
        onTimeContinuous: isBurst ? .missing : fields.quantity("on_time_continuous", .time),
        windows: fields.blocks("windows") { part in
            DoseEntry(
                length: part.quantity("length", .time), charge: part.quantity("charge", .charge),
                duty: isBurst
                    ? part.quantity("duty", .ratio, in: 1...1_000_000)
                    : part.optionalQuantity("duty", .ratio, in: 1...1_000_000))
        },
        lockoutAfterFault: fields.quantity("lockout_after_fault", .time), train: isBurst ? readTrain(fields) : nil)
}

private func readTrain(_ fields: Fields) -> TrainEntry {
    let times: ClosedRange<Int64> = 1...86_400_000_000
    return TrainEntry(
        longest: fields.quantity("train_max", .time, in: times),
        gap: fields.quantity("train_gap_min", .time, in: times),
        perEpisode: fields.number("per_episode_max", in: 1...1_000_000),
        lockoutAfterEpisode: fields.quantity("lockout_after_episode", .time, in: times),
        perDay: fields.number("therapies_per_day", in: 1...1_000_000))
}

extension TrainEntry {
    /// The keys of mode burst.
    fileprivate static let keys = [
        "train_max", "train_gap_min", "per_episode_max", "lockout_after_episode", "therapies_per_day",
    ]
}

func readSensing(_ fields: Fields) -> SensingLimits {
    let saturation = fields.block("saturation") { part in
        (part.quantity("fraction", .ratio), part.quantity("window", .time))
    }
    return SensingLimits(
        maxSampleAge: fields.quantity("max_sample_age", .time, in: 1...10_000_000),
        maxGap: fields.quantity("max_gap", .time, in: 0...10_000_000),
        minValidChannels: fields.number("min_valid_channels", in: 1...65_536),
        saturationFraction: saturation?.0 ?? .missing, saturationWindow: saturation?.1 ?? .missing,
        flatline: fields.quantity("flatline", .time), blankAfterPulse: fields.quantity("blank_after_pulse", .time),
        deadlineMisses: readCount(fields, "deadline_misses"),
        decoderConfidenceMin: fields.number("decoder_confidence_min", factor: 1_000_000, in: 0...1_000_000),
        outOfDistributionMax: fields.number("out_of_distribution_max", factor: 1_000_000))
}

func readFallback(_ fields: Fields) -> FallbackRules {
    let all: [(String, Fallback)] = [
        ("stop", .stop), ("ramp-off", .rampOff), ("hold-then-off", .holdThenOff),
        ("open-loop-baseline", .openLoopBaseline),
    ]
    let expiry = all.filter { $0.1 == .rampOff || $0.1 == .openLoopBaseline }
    return FallbackRules(
        onSensorLoss: fields.choice("on_sensor_loss", all) ?? .stop,
        onWatchdog: fields.choice("on_watchdog", all) ?? .stop,
        onExpiry: fields.choice("on_expiry", expiry) ?? .rampOff,
        latchesOnGateViolation: fields.choice("on_gate_violation", [("deny", false), ("off-latched", true)]) ?? true,
        holdMax: fields.quantity("hold_max", .time), automaticReturn: readReturn(fields),
        baseline: fields.block("baseline") { part in
            BaselineEntry(
                pair: part.word("pair"), amplitude: part.quantity("amplitude", .current),
                pulseWidth: part.quantity("pulse_width", .time), frequency: part.quantity("frequency", .frequency))
        } ?? BaselineEntry(pair: .missing, amplitude: .missing, pulseWidth: .missing, frequency: .missing))
}

/// `manual`, or when and how often the loop may close again by itself.
private func readReturn(_ fields: Fields) -> ReturnRule? {
    let key = "return_to_closed_loop"
    if case .scalar = fields.required(key) {
        _ = fields.choice(key, [("manual", true)])
        return nil
    }
    return fields.optionalBlock(key) { part in
        ReturnRule(afterValid: part.quantity("after_valid", .time), max: readCount(part, "max"))
    }
}

func readPatient(_ fields: Fields) -> PatientRules {
    _ = fields.choice("stop", [("always", true)])
    return PatientRules(
        resumeRequires: fields.choice("resume_requires", [("clinician", "clinician"), ("patient", "patient")]) ?? "",
        amplitude: fields.range("amplitude", .current), pauseMax: fields.quantity("pause_max", .time))
}

func readSensory(_ fields: Fields) -> SensoryEntry {
    let audio = fields.block("audio") { $0.quantity("max", .soundLevel) }
    let audioDose = fields.block("audio_dose") { part in
        (
            part.quantity("level", .soundLevel), part.quantity("duration", .time),
            part.quantity("window", .time, in: 1_000...10_000_000_000_000)
        )
    }
    return SensoryEntry(
        audioMax: audio ?? .missing, audioDoseLevel: audioDose?.0 ?? .missing,
        audioDoseDuration: audioDose?.1 ?? .missing, audioDoseWindow: audioDose?.2 ?? .missing,
        flashes: readCount(fields, "flashes"), allowsRedFlash: fields.flag("red_flash"))
}
