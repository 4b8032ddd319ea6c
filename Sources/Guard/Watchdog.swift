import Interlocks
public import Signal
import Stimulation

/// What happens between records: the token's timeout, the runtime's end, and the signed fallback.
extension GuardCore where Device: ~Copyable {
    /// To be called at least every millisecond while ``isOutputMode``.
    ///
    /// In virtual time a token never times out.
    public mutating func advance(to now: Microseconds) {
        guard !isVirtualTime else { return }
        lastNow = max(lastNow, now)
        device.now = lastNow
        if isOutputMode && isRuntimePresent && fallback == nil {
            let age = lastNow.value.subtractingReportingOverflow(lastToken.value)
            if age.overflow || age.partialValue > settings.tokenTimeout.value { loseRuntime() }
        }
        latchIfRun()
        play()
        watchOff()
        heed()
    }

    /// The runtime's socket has ended: nothing when off, else the signed fallback with its latch.
    public mutating func runtimeLost(at now: Microseconds) {
        guard isRuntimePresent else { return }
        isRuntimePresent = false
        isVirtualTime = false
        lastNow = max(lastNow, now)
        device.now = lastNow
        if mode == .armed || (isOutputMode && fallback == nil) { loseRuntime() }
    }

    /// In virtual time: ten seconds of silence.
    ///
    /// The clock runs on by itself from here, at CLOCK_MONOTONIC's rate.
    public mutating func runtimeSilent(at now: Microseconds) {
        guard isVirtualTime else { return }
        isVirtualTime = false
        lastNow = max(lastNow, now)
        device.now = lastNow
        if isOutputMode && fallback == nil { loseRuntime() }
    }

    /// The fallback of the signed file, with the latch flag; `stop` is zero output at once.
    mutating func loseRuntime() {
        guard isOutputMode, limits.onWatchdog != .stop,
            let program = FallbackProgram(limits.onWatchdog, from: running, at: lastNow, limits, settings)
        else { return endOutput(because: .tokenStale, at: lastNow) }
        let kind = limits.onWatchdog
        move { $0.degrade(to: kind, flag: .tokenStale) }
        (fallback, handsOver) = (program, false)
    }

    /// One step of a fallback that the guard itself plays.
    mutating func play() {
        guard mode == .fallback, var program = fallback else { return }
        if program.isOver(at: lastNow) { return endFallback() }
        let before = program.controller.amplitude
        guard let segment = program.next(at: lastNow) else { return }
        leaseEnd = Microseconds(lastNow.value + leaseLength)
        // Pulses that a full window denied may have been a pause, after which output counts as 0: it ramps anew.
        let present = state.output(lead: lead(of: segment.pair) ?? 0, at: segment.firstPulse)
        let hasPaused = !segment.isRest && present.amplitude != before
        if hasPaused { program.reject(at: present) }
        if segment.isRest || hasPaused {
            keepAlive()
            fallback = program
            return
        }
        let evidence = fallbackEvidence
        let verdict = judge(segment, evidence: evidence, state: &state, at: lastNow, under: limits)
        let broken = verdict.broken
        if let permit = verdict.takePermit() {
            fallback = program
            let (refused, accepted) = forward(permit)
            if refused.isEmpty { watch.played = accepted }
            return
        }
        refusals += 1
        if broken.contains(.compliance) { watch.complianceReached = false }
        program.reject(at: present)
        switch FallbackDenial(of: broken, in: program.kind, evidence: evidence, under: limits) {
        case .skip:
            keepAlive()
            fallback = program
        case .rampOff:
            move { $0.degrade(to: .rampOff) }
            fallback = FallbackProgram(.rampOff, from: running, at: lastNow, limits, settings)
            if fallback == nil { endOutput(because: broken, at: lastNow) }
        case .zero: endOutput(because: broken, at: lastNow)
        }
    }
}
