public import Signal

extension LimitsFile {
    /// The file ∩ `device` ∩ the compiled ceilings, in the form that the gate judges by.
    ///
    /// - Throws: every way in which the file and the device do not belong together, and a validity over 180 days for
    ///   anything but a virtual device.
    public func limits(device: StimulatorDevice) throws(ConfigurationError) -> Limits {
        let findings = Findings(file: file, letter: "L")
        DeviceChecks(limits: self, device: device, findings: findings).run()
        _ = try findings.warningsOrThrow()
        var result = Limits()
        fillContacts(&result)
        fillHard(&result, device)
        fillRules(&result, device)
        return result
    }

    private func fillContacts(_ result: inout Limits) {
        result.contacts = contacts.map { contact in
            let electrode = electrodes.first { $0.id.text == contact.electrode.text }
            var result = Contact(
                kind: electrode?.kind ?? .micro, area: SquareMicrometres(contact.area.value),
                mayStimulate: contact.stimulate, chargeInjectionDensity: electrode?.chargeInjection?.value,
                microChargePerPhase: Femtocoulombs(electrode?.microCharge ?? 0), impedance: electrode?.bounds)
            result.hasMicroEvidence = electrode?.hasMicroEvidence ?? false
            result.waterWindow = electrode?.waterRange
            return result
        }
        let (ids, leads) = (contactIDs, self.leads)
        result.pairs = pairs.map { pair in
            ContactPair(
                cathodes: pair.cathode.compactMap { ids.firstIndex(of: $0.text) },
                anodes: pair.anode.compactMap { ids.firstIndex(of: $0.text) },
                lead: leads.firstIndex(of: pair.lead) ?? 0)
        }
    }

    /// Names of the leads in the order of their first pairs: their places are ``ContactPair/lead``.
    public var leads: [String] {
        pairs.reduce(into: []) { if !$0.contains($1.lead) { $0.append($1.lead) } }
    }

    private func fillHard(_ result: inout Limits, _ device: StimulatorDevice) {
        let amplitude = min(
            hard.amplitude.max.value, self.device.ceilingAmplitude.value, device.ceilingAmplitude.value,
            BuiltInCeilings.amplitude)
        result.amplitude = Nanoamperes(min(hard.amplitude.min.value, amplitude))...Nanoamperes(amplitude)
        result.totalAmplitude = Nanoamperes(min(hard.totalAmplitude.value, BuiltInCeilings.totalAmplitude))
        result.width = Microseconds(hard.pulseWidth.min.value)...Microseconds(hard.pulseWidth.max.value)
        result.interphase = Microseconds(hard.interphase.min.value)...Microseconds(hard.interphase.max.value)
        let shortest = Period.atMost(millihertz: hard.frequency.max.value)
        let longest = Period.atLeast(millihertz: hard.frequency.min.value)
        result.period = Microseconds(shortest)...Microseconds(max(shortest, longest))
        result.minimumInterPulse = Microseconds(hard.minInterPulse.value)
        result.chargePerPhase = Femtocoulombs(hard.chargePerPhase.value)
        result.chargeDensity = hard.chargeDensity.value
        result.shannonK = BuiltInCeilings.shannon(hundredths: hard.shannonK.value) ?? 0
        result.imbalance = PartsPerMillion(min(hard.imbalancePerPulse.value, BuiltInCeilings.imbalance))
        result.netCharge = Femtocoulombs(min(hard.netCurrent.value * 1_000_000, BuiltInCeilings.netCharge))
        result.measuresBalance = device.balance == .measured
        result.measuresElectrodeVoltage = device.reports.contains(.electrodeVoltage)
        if device.reports.contains(.residualVoltage) {
            result.residualVoltage = min(hard.residualVoltage.value, BuiltInCeilings.residualVoltage) * 1_000
        }
        // A file of microelectrodes alone has no k, and the gate then compares none.
        result.soft = SoftLimits(
            amplitude: Nanoamperes(soft.amplitude.value), chargeDensity: soft.chargeDensity.value,
            shannonK: BuiltInCeilings.shannon(hundredths: soft.shannonK.value) ?? 0)
        result.waveforms = hard.waveforms.filter(device.waveforms.contains).reduce(0) { $0 | 1 << $1.rawValue }
    }

    private func fillRules(_ result: inout Limits, _ device: StimulatorDevice) {
        result.rampUp = rate.rampUp.value
        result.rampDown = rate.rampDown.value
        result.maximumStep = Nanoamperes(rate.maxStep.value)
        fillDose(&result)
        result.sensory = sensory?.limits
        result.maximumSampleAge = Microseconds(sensing.maxSampleAge.value)
        result.maximumGap = Microseconds(sensing.maxGap.value)
        result.minimumValidChannels = sensing.minValidChannels.value
        result.deadlineMisses = sensing.deadlineMisses.count.value
        result.deadlineMissWindow = Microseconds(sensing.deadlineMisses.window.value)
        result.minimumConfidence = sensing.decoderConfidenceMin.value
        result.onSensorLoss = fallback.onSensorLoss
        result.onWatchdog = fallback.onWatchdog
        result.onExpiry = fallback.onExpiry
        result.latchesOnGateViolation = fallback.latchesOnGateViolation
        result.holdMaximum = Microseconds(fallback.holdMax.value)
        result.baseline = baselineProgram
        result.allowsClosedLoop = purpose != .openLoop
        result.consentsToStimulation = consents(to: "stimulate")
        result.consentsToClosedLoop = consents(to: "closed-loop")
        result.maximumOutOfDistribution = sensing.outOfDistributionMax.value
        result.maximumChanges = rate.maxChanges.count.value
        result.changeWindow = Microseconds(rate.maxChanges.window.value)
        result.minimumHold = Microseconds(rate.minHold.value)
        let isRelaxed = device.isVirtual || purpose == .bench || purpose == .hil
        result.tokenTimeout = Microseconds(isRelaxed ? 100_000 : 20_000)
        result.lease = Microseconds(min(250_000, device.leaseMaximum.value))
    }

    private func fillDose(_ result: inout Limits) {
        result.doseMode = dose.isIntermittent ? .intermittent : dose.mode
        result.doseWindows = dose.windows.map {
            DoseWindow(
                length: Microseconds($0.length.value), charge: Femtocoulombs($0.charge.value),
                duty: PartsPerMillion($0.duty?.value ?? 1_000_000))
        }
        if dose.mode == .continuous, let day = dose.windows.last, day.length.value >= 1_000_000 {
            let share = min(1_000_000, dose.onTimeContinuous.value / (day.length.value / 1_000_000))
            let index = dose.windows.count - 1
            result.doseWindows[index].duty = min(result.doseWindows[index].duty, PartsPerMillion(share))
        }
        result.train = dose.train.map {
            TrainLimits(
                longest: Microseconds($0.longest.value), gap: Microseconds($0.gap.value),
                perEpisode: $0.perEpisode.value, episodeLockout: Microseconds($0.lockoutAfterEpisode.value),
                perDay: $0.perDay.value)
        }
        result.lockoutAfterFault = Microseconds(dose.lockoutAfterFault.value)
    }

    private var baselineProgram: Baseline? {
        guard let pair = pairIDs.firstIndex(of: fallback.baseline.pair.text) else { return nil }
        return Baseline(
            pair: Int32(pair), amplitude: Nanoamperes(fallback.baseline.amplitude.value),
            width: Microseconds(fallback.baseline.pulseWidth.value),
            period: Microseconds(Period.atMost(millihertz: fallback.baseline.frequency.value)))
    }

    private func consents(to scope: String) -> Bool { subject.consentScope.contains { $0.text == scope } }
}

extension ElectrodeEntry {
    /// fC a phase: what the file says, else 2 nC; 0 for other kinds, which no charge of their own bounds.
    fileprivate var microCharge: Int64 {
        kind == .micro ? chargeLimit?.value ?? BuiltInCeilings.microChargeDefault : 0
    }

    fileprivate var bounds: ImpedanceBounds? {
        impedance.map {
            ImpedanceBounds(
                range: $0.min.value...max($0.min.value, $0.max.value), maximumAge: Microseconds($0.maximumAge.value),
                maximumStep: PartsPerMillion($0.maximumStep.value))
        }
    }

    /// mV: what the file says; else that of ruthenium oxide, the one material with a source that was read.
    var waterRange: ClosedRange<Int64>? {
        if let waterWindow { return -waterWindow.cathodic.value...waterWindow.anodic.value }
        return material == "RuOx" ? -600...600 : nil
    }
}

extension SensoryEntry {
    fileprivate var limits: SensoryLimits {
        var limits = SensoryLimits()
        (limits.soundLevel, limits.doseLevel) = (audioMax.value, audioDoseLevel.value)
        limits.doseDuration = Microseconds(audioDoseDuration.value)
        limits.doseWindow = Microseconds(audioDoseWindow.value)
        (limits.flashes, limits.flashWindow) = (flashes.count.value, Microseconds(flashes.window.value))
        limits.allowsRed = allowsRedFlash
        return limits
    }
}
