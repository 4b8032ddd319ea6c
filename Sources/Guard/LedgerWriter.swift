import CLinux
import Glibc
import Interlocks
import Signal
import Stimulation
import Synchronization

/// Writes the dose ledger once a second, on a thread of its own.
///
/// The tick fills the one snapshot while this thread sleeps, hands it over by one atomic word, and never waits: a copy
/// that is still being written is simply not replaced.
final class LedgerWriter: @unchecked Sendable {
    private enum Turn {
        static let ofTick = 0
        static let ofWriter = 1
        static let ended = 2
    }

    private let snapshot: LedgerSnapshot
    private let limits: Limits
    private let names: [String]
    private let folder: StateFolder
    private let file: String
    private let boot: Words32
    private let turn = Atomic<Int>(Turn.ofTick)
    private let failed = Atomic<Bool>(false)
    /// CLOCK_MONOTONIC ns of the newest copy that is on the disk.
    private let written: Atomic<UInt64>
    private var copied: UInt64 = 0
    private var thread = pthread_t()
    private var isRunning = false

    init(limits: Limits, names: [String], folder: StateFolder, file: String, boot: Words32) {
        snapshot = LedgerSnapshot(limits: limits)
        self.limits = limits
        self.names = names
        self.folder = folder
        self.file = file
        self.boot = boot
        written = Atomic(monotonicNanoseconds())
    }

    /// The disk refused, or has not taken a copy for three seconds.
    func hasFailed(at now: UInt64) -> Bool {
        guard isRunning else { return failed.load(ordering: .relaxed) }
        return failed.load(ordering: .relaxed) || now > written.load(ordering: .relaxed) + 4_000_000_000
    }

    /// Starts the thread.
    func start() -> Bool {
        guard !isRunning else { return true }
        written.store(monotonicNanoseconds(), ordering: .relaxed)
        let own = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<LedgerWriter>.fromOpaque(argument).takeRetainedValue().serve()
                return nil
            }, own.toOpaque())
        isRunning = code == 0
        if !isRunning { unsafe own.release() }
        return isRunning
    }

    /// The tick's part: once a second a copy, if the one before has been written.
    func tick<Device: LeasedStimulator & ~Copyable>(_ core: borrowing GuardCore<Device>, at now: UInt64) {
        guard isRunning, now >= copied + 1_000_000_000, turn.load(ordering: .acquiring) == Turn.ofTick else { return }
        copied = now
        fill(core, isOpen: true)
        turn.store(Turn.ofWriter, ordering: .releasing)
    }

    /// The last copy, written by the caller; true once it is on the disk.
    func finish<Device: LeasedStimulator & ~Copyable>(_ core: borrowing GuardCore<Device>) -> Bool {
        guard isRunning else { return true }
        while true {
            let (isOurs, _) = turn.compareExchange(
                expected: Turn.ofTick, desired: Turn.ended, ordering: .acquiringAndReleasing)
            if isOurs { break }
            usleep(1_000)
        }
        pthread_join(thread, nil)
        isRunning = false
        fill(core, isOpen: false)
        return write()
    }

    private func fill<Device: LeasedStimulator & ~Copyable>(_ core: borrowing GuardCore<Device>, isOpen: Bool) {
        core.copyLedger(into: snapshot)
        snapshot.isOpen = isOpen
        let clock = Self.clock(boot: boot)
        (snapshot.wall, snapshot.bootTime) = (clock.wall, clock.bootTime)
    }

    private func serve() {
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
        while true {
            switch turn.load(ordering: .acquiring) {
            case Turn.ended: return
            case Turn.ofWriter:
                let copied = monotonicNanoseconds()
                if write() { written.store(copied, ordering: .relaxed) } else { failed.store(true, ordering: .relaxed) }
                turn.store(Turn.ofTick, ordering: .releasing)
            default: usleep(20_000)
            }
        }
    }

    private func write() -> Bool {
        folder.replace(file, with: LedgerRecord(snapshot, limits: limits, names: names, boot: boot).encoded)
    }

    /// Now, by the clocks that outlive a process.
    static func clock(boot: Words32) -> LedgerClock {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return LedgerClock(
            wall: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000, bootTime: ansa_boottime_nanoseconds(),
            boot: boot)
    }
}
