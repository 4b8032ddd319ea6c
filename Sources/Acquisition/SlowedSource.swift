import CLinux
import Glibc
public import Signal

/// A recording in virtual time that is held back to a multiple of real time: block k is not handed over before
/// (k + 1) × B / speed has passed since the first was asked for.
///
/// What is decided does not depend on it; only a person who watches needs it.
@safe public final class SlowedSource: Source, @unchecked Sendable {
    public static var isVirtual: Bool { true }
    /// What is played.
    public let recording: Recording
    private let nanosecondsPerBlock: Double
    private var start: UInt64?
    private var blocks = 0.0

    /// `recording` at `speed` times real time, above 0.
    public init(_ recording: Recording, speed: Double) {
        precondition(speed > 0)
        self.recording = recording
        nanosecondsPerBlock = Double(recording.format.nanoseconds(ofSample: Int64(recording.format.frames))) / speed
    }

    public var format: BlockFormat { recording.format }
    public var montage: Montage { recording.montage }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        let begin = start ?? ansa_monotonic_nanoseconds()
        start = begin
        blocks += 1
        let due = begin + UInt64(blocks * nanosecondsPerBlock)
        var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
        // Woken early by a signal it goes on: the block after it is held back again.
        unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
        return try recording.next(into: block)
    }

    public func start(into ring: BlockRing, epoch: UInt64) throws(SourceError) {
        try recording.start(into: ring, epoch: epoch)
    }

    public func stop() { recording.stop() }
    public var hasEnded: Bool { recording.hasEnded }
    public var overruns: Int64 { recording.overruns }
    public var failure: SourceError? { recording.failure }
}
