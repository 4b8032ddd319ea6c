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
            return Contact(
                kind: electrode?.kind ?? .micro, area: SquareMicrometres(contact.area.value),
                mayStimulate: contact.stimulate, chargeInjectionDensity: electrode?.chargeInjection?.value)
        }
        let ids = contactIDs
        result.pairs = pairs.map { pair in
            ContactPair(
                cathodes: pair.cathode.compactMap { ids.firstIndex(of: $0.text) },
                anodes: pair.anode.compactMap { ids.firstIndex(of: $0.text) })
        }
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
        result.waveforms = hard.waveforms.filter(device.waveforms.contains).reduce(0) { $0 | 1 << $1.rawValue }
    }

    private func fillRules(_ result: inout Limits, _ device: StimulatorDevice) {
        result.rampUp = rate.rampUp.value
        result.rampDown = rate.rampDown.value
        result.maximumStep = Nanoamperes(rate.maxStep.value)
        result.doseMode = dose.mode
        result.doseWindows = dose.windows.map {
            DoseWindow(length: Microseconds($0.length.value), charge: Femtocoulombs($0.charge.value))
        }
        if let day = dose.windows.last, day.length.value > 0, dose.onTimeContinuous.value < day.length.value {
            let share = dose.onTimeContinuous.value / (day.length.value / 1_000_000)
            result.doseWindows[dose.windows.count - 1].duty = PartsPerMillion(min(1_000_000, share))
        }
        result.lockoutAfterFault = Microseconds(dose.lockoutAfterFault.value)
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

    private var baselineProgram: Baseline? {
        guard let pair = pairIDs.firstIndex(of: fallback.baseline.pair.text) else { return nil }
        return Baseline(
            pair: Int32(pair), amplitude: Nanoamperes(fallback.baseline.amplitude.value),
            width: Microseconds(fallback.baseline.pulseWidth.value),
            period: Microseconds(Period.atMost(millihertz: fallback.baseline.frequency.value)))
    }

    private func consents(to scope: String) -> Bool { subject.consentScope.contains { $0.text == scope } }

    /// Whether the file may be used at `now` (seconds since 1970): too early, expired, consent ended.
    public func timeProblems(at now: Int64) -> [Problem] {
        var problems: [Problem] = []
        func report(_ code: String, _ place: Measured, _ field: String, _ text: String) {
            problems.append(
                Problem(code: "ANSA-L\(code)", file: file, position: place.position, field: field, text: text))
        }
        if now < FileDate.earliestClock {
            let text = "the clock says \(FileDate.date(now)), which cannot be: nothing is judged by it. Set the clock."
            report("307", notBefore, "not_before", text)
            return problems
        }
        if now < notBefore.value {
            report("304", notBefore, "not_before", "the file is valid from \(FileDate.date(notBefore.value)) on.")
        }
        if now >= expires.value {
            let days = (now - expires.value) / FileDate.day
            let ago = days == 1 ? "1 day ago" : days == 0 ? "today" : "\(days) days ago"
            let text =
                "the file expired \(ago) (\(FileDate.date(expires.value))). Ask the signing clinician for a new "
                + "revision; do not edit the date (the signature would fail)."
            report("305", expires, "expires", text)
        }
        if now >= subject.consentExpires.value {
            let day = FileDate.date(subject.consentExpires.value)
            report("306", subject.consentExpires, "subject.consent_expires", "consent ended on \(day).")
        }
        return problems
    }

    /// That the file, or the consent, ends within an hour or a day of `now` (seconds since 1970).
    public func expiryWarnings(at now: Int64) -> [Problem] {
        let ends = [(expires, "expires", "the file"), (subject.consentExpires, "subject.consent_expires", "consent")]
        return ends.compactMap { end, field, name in
            let left = end.value - now
            guard left > 0, left <= FileDate.day else { return nil }
            let hours = left <= 3_600 ? "1 h" : "\((left + 3_599) / 3_600) h"
            return Problem(
                code: "ANSA-L308", severity: .warning, file: file, position: end.position, field: field,
                text: "\(name) ends within \(hours) (\(end.text)).")
        }
    }

    /// Whether the open session's subject is the one that was signed for.
    public func subjectProblems(session subject: String) -> [Problem] {
        let signed = self.subject.pseudonym
        guard signed.text != subject else { return [] }
        let text =
            "signed for \(signed.text), the open session is \(subject). Check the patient. Nothing was loaded."
        return [
            Problem(
                code: "ANSA-L402", file: file, position: signed.position, field: "subject.pseudonym", text: text)
        ]
    }

    /// Whether an older revision than the last one used is presented.
    ///
    /// - Parameters:
    ///   - last: the last revision used for this subject and device.
    ///   - used: when, in seconds since 1970.
    /// - Returns: one problem or none.
    public func revisionProblems(last: Int64, used: Int64) -> [Problem] {
        guard revision.value < last else { return [] }
        let text =
            "\(revision.text), but revision \(last) was used on \(FileDate.date(used)). Old files cannot be used "
            + "again (roll-back protection)."
        return [
            Problem(code: "ANSA-L404", file: file, position: revision.position, field: "revision", text: text)
        ]
    }
}
