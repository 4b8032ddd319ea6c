import Signal

/// The parts of ``LimitsFile/armingProblems(_:in:)`` that concern subject, device and what was measured.
struct ArmingChecks {
    let limits: LimitsFile
    let bytes: [UInt8]
    let context: ArmingContext
    let findings: Findings

    func run() {
        checkSubject()
        checkIdentity()
        checkPurpose()
        checkStimulator()
        checkMicro()
        checkCompliance()
    }

    private func checkSubject() {
        let place = limits.subject.pseudonym.position
        if let subject = context.subject {
            for problem in limits.subjectProblems(session: subject) { findings.add(problem) }
        } else if !context.device.isVirtual {
            let text = "signed for \(limits.subject.pseudonym.text), the open session names no subject."
            findings.report("403", place, "subject.pseudonym", text)
        }
        if !limits.subject.consentScope.contains(where: { $0.text == "stimulate" }) {
            let text = "does not name \"stimulate\", which is absent: absent means denied."
            findings.report(
                "411", limits.subject.consentScope.first?.position ?? place, "subject.consent_scope", text)
        }
    }

    private func checkIdentity() {
        guard let identity = context.identity else { return }
        let entry = limits.device
        if identity.model != entry.model.text {
            let text = "signed for \(entry.model.text), the device says it is \(identity.model)."
            findings.report("420", entry.model.position, "device.model", text)
        }
        if !entry.serials.contains(where: { $0.text == identity.serial }) {
            let place = entry.serials.first?.position ?? entry.model.position
            findings.report("421", place, "device.serials", "does not name \(identity.serial), as the device says.")
        }
        if FirmwareRange(entry.firmware.text)?.contains(identity.firmware) != true {
            let text = "\(entry.firmware.text) does not hold \(identity.firmware), the firmware that the device says."
            findings.report("422", entry.firmware.position, "device.firmware", text)
        }
    }

    private func checkPurpose() {
        let isForLaboratory = limits.purpose == .bench || limits.purpose == .hil
        let isLaboratory = context.device.isVirtual || Drivers.isBench(context.device.stimulator?.driver ?? "")
        if isForLaboratory && !isLaboratory {
            let text =
                "purpose \(limits.purpose.rawValue) arms only a device whose driver is virtual or for the bench, and "
                + "\(context.device.stimulator?.driver ?? context.device.id) is neither."
            findings.report("413", limits.device.model.position, "purpose", text)
        }
    }

    private func checkStimulator() {
        guard let stimulator = context.device.stimulator else { return }
        let place = limits.device.model.position
        let isForLaboratory = limits.purpose == .bench || limits.purpose == .hil
        if stimulator.balance == .none && !isForLaboratory {
            let text =
                "\(stimulator.model) says balance: none, which arms purposes bench and hil only, not "
                + "\(limits.purpose.rawValue)."
            findings.report("414", place, "device.model", text)
        }
        guard stimulator.onLeaseEnd == .storedProgram else { return }
        guard let signed = limits.device.storedProgram else {
            let text = "\(stimulator.model) keeps a program when its lease ends; its hash must stand here."
            findings.report("415", place, "device.stored_program", text)
            return
        }
        if signed.text != context.storedProgram {
            let found = context.storedProgram.map { "the device holds \($0)" } ?? "the device's was not read back"
            findings.report("416", signed.position, "device.stored_program", "signed \(signed.text), \(found).")
        }
    }

    private func isAcknowledged(_ code: String) -> Bool {
        guard let lines = try? readAcknowledgements(context.acknowledgements, file: "") else { return false }
        let hash = hashText(of: bytes)
        return lines.last { $0.limits == hash && $0.code == code }.map { !$0.withdraws } ?? false
    }

    /// More than 2 nC a phase needs a record that somebody wants it; the gate's own bound is charge_limit.
    private func checkMicro() {
        guard !isAcknowledged("S024") else { return }
        let stimulating = Set(limits.contacts.filter(\.stimulate).map(\.electrode.text))
        for electrode in limits.electrodes where electrode.kind == .micro && stimulating.contains(electrode.id.text) {
            guard let charge = electrode.chargeLimit, charge.value > BuiltInCeilings.microChargeDefault
            else { continue }
            let text = "\(charge.text) is above the recommended 2 nC, and S024 was not acknowledged."
            findings.report("417", charge.position, "electrodes.charge_limit", text)
        }
    }

    /// As the cross-check at load, with what was measured instead of the highest impedance allowed.
    private func checkCompliance() {
        let baseline = limits.fallback.baseline
        let pair = limits.pairs.first { $0.id.text == baseline.pair.text }
        let ofBaseline = (pair.map { $0.cathode + $0.anode } ?? []).map(\.text)
        for contact in limits.contacts where contact.stimulate {
            let id = contact.id.text
            guard let impedance = context.impedances[id], impedance >= 0 else { continue }
            if ofBaseline.contains(id) {
                compare(baseline.amplitude, "fallback.baseline.amplitude", impedance, id, .error)
            }
            compare(limits.patient.amplitude.max, "patient.amplitude.max", impedance, id, .warning)
            compare(limits.hard.amplitude.max, "limits.hard.amplitude.max", impedance, id, .warning)
        }
    }

    private func compare(
        _ amplitude: Measured, _ field: String, _ impedance: Int64, _ contact: String, _ severity: Severity
    ) {
        let compliance = min(
            limits.device.ceilingCompliance.value, context.device.stimulator?.ceilingCompliance ?? .max)
        // nA·mΩ = pV; mV·10⁹ = pV
        let picovolts = UInt128(max(0, amplitude.value)) * UInt128(impedance)
        guard picovolts * 10 > UInt128(max(0, compliance)) * 9_000_000_000 else { return }
        let text =
            "\(amplitude.text) × \(Shown.number(Double(impedance) / 1e3)) Ω, as measured on \(contact), is "
            + "\(Shown.number(Double(picovolts) / 1e12)) V, above 0.9 × \(Shown.number(Double(compliance) / 1e3)) V of "
            + "compliance."
        findings.report("418", amplitude.position, field, text, severity: severity)
    }
}
