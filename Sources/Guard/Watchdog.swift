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
        play()
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
    private mutating func loseRuntime() {
        guard isOutputMode, limits.onWatchdog != .stop,
            let program = FallbackProgram(limits.onWatchdog, from: running, at: lastNow, limits, settings)
        else { return endOutput(because: .tokenStale, at: lastNow) }
        let kind = limits.onWatchdog
        move { $0.degrade(to: kind, flag: .tokenStale) }
        fallback = program
    }

    /// One step of a fallback that the guard itself plays.
    private mutating func play() {
        guard mode == .fallback, var program = fallback else { return }
        if program.isOver(at: lastNow) { return endFallback() }
        guard let segment = program.next(at: lastNow) else { return }
        leaseEnd = Microseconds(lastNow.value + leaseLength)
        if segment.isRest {
            keepAlive()
            fallback = program
            return
        }
        let verdict = judge(segment, evidence: ownEvidence, state: &state, at: lastNow, under: limits)
        let broken = verdict.broken
        if let permit = verdict.takePermit() {
            fallback = program
            _ = forward(permit)
            return
        }
        refusals += 1
        program.reject()
        denied(program, broken)
    }

    /// A baseline pulse denied by its dose window alone is skipped; any other denial of a baseline leads to ramp-off,
    /// and one of a ramp-off to zero.
    private mutating func denied(_ program: FallbackProgram, _ broken: InterlockSet) {
        switch program.kind {
        case .openLoopBaseline where broken == .doseWindow:
            keepAlive()
            fallback = program
        case .openLoopBaseline, .holdThenOff:
            move { $0.degrade(to: .rampOff) }
            fallback = FallbackProgram(.rampOff, from: running, at: lastNow, limits, settings)
            if fallback == nil { endOutput(because: broken, at: lastNow) }
        case .rampOff, .stop: endOutput(because: broken, at: lastNow)
        }
    }

    /// In a fallback the guard is the only source: healthy but for its latch flag and the limits' validity.
    private var ownEvidence: Evidence {
        var evidence = Evidence.healthy(
            mode: .fallback, leaseEnd: leaseEnd, validChannels: limits.minimumValidChannels)
        evidence.limitsValid = settings.limitsArmable
        evidence.limitsExpired = limitsExpired
        evidence.latch = latch.rawValue
        evidence.stopRequested = stopRequested
        evidence.acknowledgementsMissing = missingAcknowledgements
        return evidence
    }
}
