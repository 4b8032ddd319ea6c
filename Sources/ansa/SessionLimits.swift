import Configuration
import Interlocks
import Loop
import Sessions
import Signal

/// The limits and the device that a session was started with, and the ledger that follows from what was delivered.
struct SessionLimits {
    let file: LimitsFile
    let limits: Limits

    /// Reads both from the session's own inputs.
    ///
    /// - Throws: where an input is absent or is not the one whose hash the journal holds.
    init(_ reader: JournalReader) throws(JournalError) {
        let (limitsBytes, deviceBytes) = (try reader.input("limits"), try reader.input("device"))
        let overlay = reader.fileName(ofInput: "overlay")
        let overlayBytes = overlay == nil ? nil : try reader.input("overlay")
        do throws(ConfigurationError) {
            file = try loadLimits(
                limitsBytes, file: reader.fileName(ofInput: "limits") ?? "limits", overlay: overlayBytes,
                overlayFile: overlay ?? "")
            let device = try loadDevice(deviceBytes, file: "device.yaml")
            guard let stimulator = device.stimulator else { throw ConfigurationError([]) }
            limits = try file.limits(device: stimulator)
        } catch { throw .damaged(JournalDamage(file: reader.directory, text: "\(error)")) }
    }

    /// The id of the pair with this index.
    func pair(_ index: Int64) -> String {
        file.pairIDs.indices.contains(Int(index)) ? file.pairIDs[Int(index)] : "no pair"
    }

    /// What every window of the event's contacts held when its pulse began, from what was delivered until then.
    func ledger(
        _ trace: StimulationTrace, until event: StimulationTrace.Event, pulse: Int64
    ) -> [WhyReport.LedgerReport] {
        guard limits.pairs.indices.contains(Int(event.pair)) else { return [] }
        var state = GateState(limits: limits)
        for earlier in trace.events where earlier.firstPulse <= event.firstPulse {
            settle(earlier, pulses: earlier == event ? min(pulse + 1, event.pulses) : earlier.pulses, in: &state)
        }
        let time = Microseconds(event.time(ofPulse: pulse))
        let pair = limits.pairs[Int(event.pair)]
        return (pair.cathodes + pair.anodes).flatMap { contact in
            limits.doseWindows.indices.map { window in
                WhyReport.LedgerReport(
                    contact: file.contactIDs[contact], windowUs: limits.doseWindows[window].length.value,
                    chargeFc: state.windowCharge(contact: contact, window: window, at: time).value,
                    limitFc: limits.doseWindows[window].charge.value)
            }
        }
    }

    private func settle(_ event: StimulationTrace.Event, pulses: Int64, in state: inout GateState) {
        guard pulses > 0 else { return }
        let segment = Segment(
            pair: Int32(truncatingIfNeeded: event.pair), waveform: .biphasicCathodicFirstSymmetric,
            amplitude: Nanoamperes(event.amplitude), width: Microseconds(event.width), interphase: Microseconds(0),
            period: Microseconds(event.period), pulses: pulses, firstPulse: Microseconds(event.firstPulse))
        state.settle(delivered: segment, at: Microseconds(.max))
    }
}
