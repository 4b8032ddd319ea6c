import Signal

/// What the amplifier sees of a pulse: biphasic, decaying, without area, and nought after its end.
///
///     a(t) = peak · mA · (1 − t/τ) · e^(−t/τ),   0 ≤ t < end
struct StimulationArtefact: Sendable {
    private let peak: Double
    private let time: Double
    private let end: Int64
    /// The newest pulses: start in µs, µV at the start.
    private var recent = InlineArray<8, (time: Int64, height: Double)>(repeating: (.min / 2, 0))
    private var cursor = 0

    init(_ parameters: PatientParameters) {
        peak = parameters.artefact
        time = parameters.artefactTime
        end = Int64(parameters.artefactEnd * 1_000)
    }

    mutating func add(_ pulse: QueuedPulse) {
        recent[cursor] = (pulse.time, peak * Double(pulse.amplitude.value) * 1e-6)
        cursor = (cursor + 1) % 8
    }

    /// µV at gain 1 at `now` µs.
    func value(at now: Int64) -> Double {
        var sum = 0.0
        for index in recent.indices {
            let age = now - recent[index].time
            guard age >= 0, age < end else { continue }
            let phase = Double(age) * 1e-3 / time
            sum += recent[index].height * (1 - phase) * exponential(-phase)
        }
        return sum
    }
}
