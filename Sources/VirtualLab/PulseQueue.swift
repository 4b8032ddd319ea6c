import Acquisition
import Signal

/// One pulse of a run.
struct QueuedPulse: Sendable, BitwiseCopyable {
    /// Start in µs since the start of the session.
    var time: Int64
    var amplitude: Nanoamperes
    var width: Microseconds
    /// Index of the contact pair.
    var pair: Int32
    /// The lead that it leaves on.
    var lead: Int32 = 0

    /// Of the leading phase.
    var charge: Femtocoulombs { Femtocoulombs(amplitude.value &* width.value) }
}

/// Runs of pulses that were announced, as pulses in the order of their times.
///
/// Fixed memory.
///
/// Two runs of a lead with the same first pulse are the same run, unless the earlier one was cancelled before it began.
/// A cancellation takes pulses away from every run that is already known, of every lead, and never comes undone. Runs
/// of one lead never overlap: what an earlier run still had from the first pulse of a new one on was cancelled, whether
/// or not that was announced.
@safe struct PulseQueue: ~Copyable, @unchecked Sendable {
    static let capacity = 32
    private struct Run: BitwiseCopyable {
        var echo: SegmentEcho
        var pair: Int32
        var next: Int64
    }

    private let runs: UnsafeMutableBufferPointer<Run>
    private var cursor = 0
    private var front = -1
    /// Start of the next pulse in µs; `Int64.max`: none waits.
    private(set) var nextTime = Int64.max

    init() {
        unsafe runs = .allocate(capacity: Self.capacity)
        unsafe runs.initialize(repeating: Run(echo: .cancel(from: Microseconds(.min)), pair: -1, next: 0))
    }

    deinit { unsafe runs.deallocate() }

    /// Forgets everything.
    mutating func removeAll() {
        for index in 0..<Self.capacity {
            unsafe runs[index] = Run(echo: .cancel(from: Microseconds(.min)), pair: -1, next: 0)
        }
        cursor = 0
        findFront()
    }

    /// Takes an announcement in.
    ///
    /// False: a run that still had pulses was pushed out.
    @discardableResult
    mutating func add(_ echo: SegmentEcho, pair: Int32 = 0) -> Bool {
        cancel(from: echo.cancelledFrom.value)
        guard echo.pulses > 0, !contains(echo) else { return true }
        cancel(from: echo.firstPulse.value, lead: echo.lead)
        let lost = isFull
        unsafe runs[cursor] = Run(echo: echo, pair: pair, next: 0)
        cursor = (cursor + 1) % Self.capacity
        findFront()
        return !lost
    }

    /// The next announcement would push out a run that still has pulses.
    var isFull: Bool { pendingTime(cursor) != .max }

    /// Takes away the pulses from `time` on, of one lead or, without one, of all.
    mutating func cancel(from time: Int64, lead: Int32? = nil) {
        guard time != .max else { return }
        for index in 0..<Self.capacity {
            let own = unsafe runs[index].echo.lead
            guard lead == nil || lead == own else { continue }
            let earlier = unsafe min(runs[index].echo.cancelledFrom.value, time)
            unsafe runs[index].echo.cancelledFrom = Microseconds(earlier)
        }
        findFront()
    }

    /// The next pulse, where it begins before `time`.
    mutating func pop(before time: Int64) -> QueuedPulse? {
        guard nextTime < time, front >= 0 else { return nil }
        let run = unsafe runs[front]
        let pulse = QueuedPulse(
            time: nextTime, amplitude: run.echo.amplitude, width: run.echo.width, pair: run.pair, lead: run.echo.lead)
        unsafe runs[front].next += 1
        findFront()
        return pulse
    }

    private func contains(_ echo: SegmentEcho) -> Bool {
        for index in 0..<Self.capacity {
            let known = unsafe runs[index].echo
            guard known.pulses > 0, known.lead == echo.lead, known.firstPulse == echo.firstPulse else { continue }
            let isNewStart = known.cancelledFrom <= known.firstPulse && echo.cancelledFrom.value == .max
            if !isNewStart { return true }
        }
        return false
    }

    private mutating func findFront() {
        front = -1
        nextTime = .max
        for index in 0..<Self.capacity {
            let time = pendingTime(index)
            if time < nextTime {
                nextTime = time
                front = index
            }
        }
    }

    /// Start of the next pulse of a run; `Int64.max`: it is at its end.
    private func pendingTime(_ index: Int) -> Int64 {
        let run = unsafe runs[index]
        guard run.next < run.echo.pulses else { return .max }
        let time = run.echo.time(ofPulse: run.next).value
        return time < run.echo.cancelledFrom.value ? time : .max
    }
}
