import Interlocks
import Signal

extension CrossChecks {
    /// The four windows in their order.
    func checkDoseWindows() {
        let lengths: [Int64] = [1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000]
        let windows = limits.dose.windows
        guard windows.map(\.length.value) == lengths else {
            let place = windows.first?.length.position ?? limits.dose.onTimeContinuous.position
            findings.report("250", place, "dose.windows", "must be four: 1 s, 60 s, 1 h, 24 h, in this order.")
            return
        }
    }

    /// fC per second of `amplitude` at `width` and `frequency`.
    private func perSecond(_ amplitude: Int64, _ width: Int64, _ millihertz: Int64) -> Double {
        Double(amplitude) * Double(width) * Double(millihertz) / 1_000
    }

    /// True where `amplitude × width × frequency` over `length` is at most `charge`: exact, nA·µs·mHz·µs.
    private func fits(_ amplitude: Int64, _ width: Int64, _ millihertz: Int64, _ window: DoseEntry) -> Bool {
        let delivered = UInt128(amplitude) * UInt128(width) * UInt128(millihertz) * UInt128(window.length.value)
        return delivered <= UInt128(window.charge.value) * 1_000_000_000
    }

    /// A continuous therapy fits every window for its whole length; the corner of the hard limits is a warning.
    func checkDoseCharges() {
        let baseline = limits.fallback.baseline
        checkWholeTime()
        if limits.dose.mode == .continuous && !limits.dose.isIntermittent {
            let sources = [
                (baseline.amplitude, "the baseline"), (limits.patient.amplitude.max, "the patient's maximum"),
            ]
            for (amplitude, name) in sources {
                checkContinuous(amplitude.value, name, baseline.pulseWidth.value, baseline.frequency.value)
            }
        }
        let hard = limits.hard
        let corner = (hard.amplitude.max.value, hard.pulseWidth.max.value, hard.frequency.max.value)
        guard let window = limits.dose.windows.first(where: { !fits(corner.0, corner.1, corner.2, $0) }) else { return }
        let rate = perSecond(corner.0, corner.1, corner.2)
        let text =
            "the hard corner \(hard.amplitude.max.text) × \(hard.pulseWidth.max.text) at "
            + "\(Shown.frequency(corner.2)) is \(Shown.charge(rate))/s, against \(window.charge.text) "
            + "in \(window.length.text): the gate will deny it."
        report("251", window.charge, "dose.windows", text, severity: .warning)
    }

    /// As the gate counts: 65 buckets of a 64th, and every pulse that begins in them.
    private func checkContinuous(_ amplitude: Int64, _ name: String, _ width: Int64, _ millihertz: Int64) {
        let period = max(1, Period.atMost(millihertz: millihertz))
        for window in limits.dose.windows {
            let span = 65 * ((window.length.value + 63) / 64)
            let pulses = (span - 1) / period + 1
            let needed = UInt128(amplitude) * UInt128(width) * UInt128(pulses)
            guard needed > UInt128(window.charge.value) else { continue }
            let text =
                "\(name) needs \(Shown.charge(Double(needed))) in \(window.length.text), the window holds "
                + "\(window.charge.text). Raise it, or say intermittent: true."
            report("252", window.charge, "dose.windows", text)
        }
    }

    /// Mode continuous fills its windows whole, whether by charge or by time.
    private func checkWholeTime() {
        guard limits.dose.mode == .continuous, !limits.dose.isIntermittent else { return }
        let day = limits.dose.windows.last?.length
        if let day, limits.dose.onTimeContinuous.value < day.value {
            let text =
                "\(limits.dose.onTimeContinuous.text) of \(day.text): mode continuous stimulates the whole time. "
                + "Raise it, or say intermittent: true."
            report("257", limits.dose.onTimeContinuous, "dose.on_time_continuous", text)
        }
        for duty in limits.dose.windows.compactMap(\.duty) where duty.value < 1_000_000 {
            let text = "\(duty.text): mode continuous stimulates 100 %. Delete it, or say intermittent: true."
            report("257", duty, "dose.windows.duty", text)
        }
    }

    /// Voltage at the highest impedance allowed, against nine tenths of the compliance.
    func checkCompliance() {
        let impedances = limits.contacts.filter(\.stimulate).compactMap { electrode(of: $0)?.impedance?.max }
        guard let impedance = impedances.max(by: { $0.value < $1.value }) else { return }
        let sources: [(Measured, String, Severity)] = [
            (limits.fallback.baseline.amplitude, "fallback.baseline.amplitude", .error),
            (limits.patient.amplitude.max, "patient.amplitude.max", .warning),
            (limits.hard.amplitude.max, "limits.hard.amplitude.max", .warning),
        ]
        let compliance = limits.device.ceilingCompliance
        for (amplitude, field, severity) in sources {
            // nA·mΩ = pV; mV·10⁹ = pV
            let picovolts = UInt128(amplitude.value) * UInt128(impedance.value)
            guard picovolts * 10 > UInt128(compliance.value) * 9_000_000_000 else { continue }
            let text =
                "\(amplitude.text) × \(impedance.text) = \(Shown.number(Double(picovolts) / 1e12)) V, above 0.9 × "
                + "\(compliance.text) of compliance."
            report("253", amplitude, field, text, severity: severity)
        }
    }

    /// Pulses fit their period, and what blanking leaves of it.
    func checkPeriods() {
        let hard = limits.hard
        let pulse = 2 * hard.pulseWidth.max.value + hard.interphase.max.value
        if UInt128(hard.frequency.max.value) * UInt128(pulse) >= 1_000_000_000 {
            let text = "at \(hard.frequency.max.text) a pulse of \(Shown.time(pulse)) does not fit its period."
            report("254", hard.frequency.max, "limits.hard.frequency.max", text)
            return
        }
        let baseline = limits.fallback.baseline
        let basePulse = 2 * baseline.pulseWidth.value + hard.interphase.min.value
        let basePeriod = Period.atMost(millihertz: baseline.frequency.value)
        if basePeriod - basePulse < hard.minInterPulse.value {
            let text =
                "leaves \(Shown.time(max(0, basePeriod - basePulse))) between pulses, less than min_inter_pulse "
                + "\(hard.minInterPulse.text)."
            report("255", baseline.frequency, "fallback.baseline.frequency", text)
        }
        let period = 1_000_000_000 / Double(hard.frequency.max.value)
        let unblanked = max(0, period - Double(pulse + limits.sensing.blankAfterPulse.value))
        let text =
            "at \(hard.frequency.max.text) \(Shown.number((unblanked / 100).rounded() / 10)) ms of each "
            + "\(Shown.number((period / 100).rounded() / 10)) ms period is unblanked."
        report("256", limits.sensing.blankAfterPulse, "sensing.blank_after_pulse", text, severity: .warning)
    }
}
