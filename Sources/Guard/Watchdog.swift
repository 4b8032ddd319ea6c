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
        if isOutputMode && isRuntimePresent && !isPlaying {
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
        if mode == .armed || (isOutputMode && !isPlaying) { loseRuntime() }
    }

    /// In virtual time: ten seconds of silence.
    ///
    /// The clock runs on by itself from here, at CLOCK_MONOTONIC's rate.
    public mutating func runtimeSilent(at now: Microseconds) {
        guard isVirtualTime else { return }
        isVirtualTime = false
        lastNow = max(lastNow, now)
        device.now = lastNow
        if isOutputMode && !isPlaying { loseRuntime() }
    }

    /// The fallback of the signed file, with the latch flag; `stop` is zero output at once.
    mutating func loseRuntime() {
        let kind = limits.onWatchdog
        guard isOutputMode, kind != .stop, play(kind) else { return endOutput(because: .tokenStale, at: lastNow) }
        move { $0.degrade(to: kind, flag: .tokenStale) }
        handsOver = false
    }
}
