internal import Glibc
internal import Interlocks
internal import Loop
public import Signal

/// One judgement of the gate in thread CPU time, beside the clock that measures it.
public struct GateMeasurement: Codable, Hashable, Sendable {
    /// One permitted segment of one pulse, ledger debit included, in µs.
    public var permit: DurationSpread
    /// One segment that breaks several interlocks, in µs.
    public var denial: DurationSpread
    /// Two readings of the thread's clock with nothing between them, in µs.
    public var floor: DurationSpread
}

/// Judges `count` pulses of `baseline` under `limits`, and as many that are four times too large; nil without any.
public func gateBenchmark(_ limits: Limits, baseline: Baseline, count: Int64 = 100_000) -> GateMeasurement? {
    var state = GateState(limits: limits)
    for contact in limits.contacts.indices { state.measured(1_000_000, contact: contact, at: Microseconds(0)) }
    let (permits, denials, floor) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    var unbroken: Int64 = 0
    for pulse in 0..<count {
        let time = Microseconds(pulse * baseline.period.value)
        // The ramp is over once and for all where the amplitude never changes: the first pulses climb to it.
        let step = limits.maximumStep.value / 10
        let segment = pulses(of: baseline, at: time, amplitude: min(baseline.amplitude.value, (pulse + 1) * step))
        var beyond = segment
        beyond.amplitude = Nanoamperes(4 * limits.amplitude.upperBound.value)
        var evidence = Evidence.healthy(
            mode: .openLoop, leaseEnd: Microseconds(time.value + 250_000), validChannels: 8)
        evidence.target = baseline.amplitude
        floor.add(elapsed {})
        denials.add(
            elapsed { _ = judge(beyond, evidence: evidence, state: &state, at: time, under: limits).isPermitted })
        permits.add(
            elapsed {
                unbroken +=
                    judge(segment, evidence: evidence, state: &state, at: time, under: limits).isPermitted ? 1 : 0
            })
    }
    guard unbroken > count * 9 / 10, let permit = DurationSpread(permits), let denial = DurationSpread(denials),
        let floor = DurationSpread(floor)
    else { return nil }
    return GateMeasurement(permit: permit, denial: denial, floor: floor)
}

private func pulses(of baseline: Baseline, at time: Microseconds, amplitude: Int64) -> Segment {
    Segment(
        pair: baseline.pair, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(amplitude),
        width: baseline.width, interphase: Microseconds(0), period: baseline.period, pulses: 1, firstPulse: time)
}

/// Nanoseconds of this thread's processor time.
private func elapsed(_ body: () -> Void) -> Int64 {
    let before = threadNanoseconds()
    body()
    return threadNanoseconds() - before
}

func threadNanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
