import CLinux
import Glibc
import Signal
import Synchronization

/// The thread of a ``PacedSource``: block k is made at epoch + (k + 1) × B and handed over by a ring.
///
/// A full ring refuses: the block is made all the same, so that the next one is in order, thrown away and counted;
/// the next block that is handed over carries ``BlockFlags/overrun``.
///
/// ### Implementation Notes
///
/// Sleeps are absolute, on CLOCK_MONOTONIC, from the epoch and not from now: a late wake-up does not delay the blocks
/// after it. The thread and its owner share three atomics; `failure` is written before `ended` is released. A pacer
/// is started once in its life.
@safe public final class Pacer: @unchecked Sendable {
    private let started = Atomic<Bool>(false)
    private let stopRequested = Atomic<Bool>(false)
    private let ended = Atomic<Bool>(false)
    private let lost = Atomic<Int64>(0)
    private var storedFailure: SourceError?
    private var thread: pthread_t?

    /// A pacer that was never started.
    public init() {}

    /// True once the thread has handed over its last block.
    public var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// Blocks that were thrown away because the ring was full.
    public var overruns: Int64 { lost.load(ordering: .relaxed) }

    /// Why the thread ended early.
    public var failure: SourceError? { hasEnded ? storedFailure : nil }

    func start(source: any Source, ring: BlockRing, epoch: UInt64) throws(SourceError) {
        guard !started.exchange(true, ordering: .acquiringAndReleasing) else { throw .alreadyStarted }
        let run = PacedRun(pacer: self, source: source, ring: ring, epoch: epoch)
        let argument = unsafe Unmanaged.passRetained(run).toOpaque()
        var handle = pthread_t()
        let code = unsafe pthread_create(&handle, nil, runPacedThread, argument)
        guard code == 0 else {
            unsafe Unmanaged<PacedRun>.fromOpaque(argument).release()
            throw .noThread(code)
        }
        thread = handle
    }

    func stop() {
        stopRequested.store(true, ordering: .releasing)
        guard let handle = thread else { return }
        thread = nil
        pthread_join(handle, nil)
    }

    /// The body of the thread.
    fileprivate func run(_ run: PacedRun) {
        let spare = Block(format: run.source.format)
        var isAfterLoss = false
        var index: Int64 = 0
        while sleep(until: run.dueTime(ofBlock: index)) {
            let vacant = run.ring.vacant()
            do throws(SourceError) {
                guard try run.source.next(into: vacant ?? spare) == .block else { break }
            } catch {
                storedFailure = error
                break
            }
            if let vacant {
                if isAfterLoss { vacant.header.flags.insert(.overrun) }
                vacant.header.hostArrival = Int64(ansa_monotonic_nanoseconds())
                run.ring.publish()
            } else {
                lost.add(1, ordering: .relaxed)
            }
            isAfterLoss = vacant == nil
            index += 1
        }
        ended.store(true, ordering: .releasing)
    }

    /// False: a stop was asked for.
    private func sleep(until nanoseconds: UInt64) -> Bool {
        var due = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while !stopRequested.load(ordering: .acquiring) {
            if unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == 0 { break }
        }
        return !stopRequested.load(ordering: .acquiring)
    }
}

/// What the thread needs, kept alive by it.
private final class PacedRun {
    let pacer: Pacer
    let source: any Source
    let ring: BlockRing
    let epoch: UInt64

    init(pacer: Pacer, source: any Source, ring: BlockRing, epoch: UInt64) {
        self.pacer = pacer
        self.source = source
        self.ring = ring
        self.epoch = epoch
    }

    func dueTime(ofBlock index: Int64) -> UInt64 {
        epoch + UInt64(source.format.nanoseconds(ofSample: (index + 1) * Int64(source.format.frames)))
    }

    func body() { pacer.run(self) }
}

/// Where the thread begins; a C function, so that it belongs to no executor.
private nonisolated func runPacedThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
        // It stands for a device, which no scheduler delays. Refused to an ordinary user: blocks then come late, and
        // are counted as late.
        // On the loop's own core, which nothing else disturbs: the loop waits for the block anyway.
        _ = ansa_set_fifo(85)
        _ = ansa_pin_to_core(ansa_loop_core())
        unsafe Unmanaged<PacedRun>.fromOpaque(argument).takeRetainedValue().body()
    }
    return nil
}
