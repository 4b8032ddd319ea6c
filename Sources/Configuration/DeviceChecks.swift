import Interlocks
import Signal

/// Whether a limits file belongs to a stimulator.
struct DeviceChecks {
    let limits: LimitsFile
    let device: StimulatorDevice
    let findings: Findings

    func run() {
        checkIdentity()
        checkCapabilities()
        let days = (limits.expires.value - limits.issued.value) / FileDate.day
        if !device.isVirtual && days > BuiltInCeilings.validityDays {
            let text = "\(days) days after issued; at most 180. Only limits for virtual devices may last longer."
            findings.report("303", limits.expires.position, "expires", text)
        }
    }

    private func checkIdentity() {
        let entry = limits.device
        if entry.model.text != device.model {
            let text = "signed for \(entry.model.text), the device is \(device.model)."
            findings.report("420", entry.model.position, "device.model", text)
        }
        if !entry.serials.contains(where: { $0.text == device.serial }) {
            let place = entry.serials.first?.position ?? entry.model.position
            findings.report("421", place, "device.serials", "does not name this device, \(device.serial).")
        }
        if FirmwareRange(entry.firmware.text)?.contains(device.firmware) != true {
            let text = "\(entry.firmware.text) does not hold the device's firmware \(device.firmware)."
            findings.report("422", entry.firmware.position, "device.firmware", text)
        }
    }

    private func checkCapabilities() {
        let entry = limits.device
        if entry.ceilingAmplitude.value > device.ceilingAmplitude.value {
            let text =
                "\(entry.ceilingAmplitude.text) exceeds what the device can, "
                + "\(Shown.current(device.ceilingAmplitude.value))."
            findings.report("423", entry.ceilingAmplitude.position, "device.ceiling_amplitude", text)
        }
        if entry.ceilingCompliance.value > device.ceilingCompliance {
            let text =
                "\(entry.ceilingCompliance.text) exceeds what the device can, "
                + "\(Shown.number(Double(device.ceilingCompliance) / 1e3)) V."
            findings.report("423", entry.ceilingCompliance.position, "device.ceiling_compliance", text)
        }
        for contact in limits.contacts where contact.stimulate && !device.contacts.contains(contact.id.text) {
            let hint = Spelling.hint(for: contact.id.text, among: device.contacts)
            let text = "the device has no contact \"\(contact.id.text)\".\(hint)"
            findings.report("424", contact.id.position, "contacts", text)
        }
        checkElectrodeVoltage()
        for waveform in limits.hard.waveforms where !device.waveforms.contains(waveform) {
            let name = waveformNames.first { $0.1 == waveform }?.0 ?? ""
            let place = limits.hard.amplitude.max.position
            findings.report("425", place, "limits.hard.waveforms", "the device cannot deliver \(name).")
        }
    }

    /// Where the device measures the transient, every electrode that stimulates says what is too much.
    private func checkElectrodeVoltage() {
        guard device.reports.contains(.electrodeVoltage) else { return }
        for electrode in limits.electrodes where electrode.kind != .returnCase && electrode.waterRange == nil {
            guard limits.contacts.contains(where: { $0.stimulate && $0.electrode.text == electrode.id.text })
            else { continue }
            let text =
                "the device reports electrode-voltage, and no window is known for \(electrode.material): electrode "
                + "\(electrode.id.text) needs water_window: {cathodic, anodic} (IL-45)."
            findings.report("426", electrode.id.position, "electrodes.water_window", text)
        }
    }
}
