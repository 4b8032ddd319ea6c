internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread's worth of actors: a serial executor that runs its jobs on the thread that calls ``run()``.
///
/// All stages and the scheduler share one of these. An `await` between actors of one executor is a checked call: it
/// neither suspends nor allocates. The scheduler's job blocks in its clock and ends with the loop, so that nothing here
/// is touched in a steady tick.
@safe public final class RealtimeExecutor: SerialExecutor, @unchecked Sendable {
    private let jobs = Mutex<[UnownedJob]>([])
    private let word: UnsafeMutablePointer<Atomic<UInt32>>
    private let stopping = Atomic<Bool>(false)
    private let thread = Atomic<UInt>(0)

    /// An executor that no thread runs yet.
    public init() {
        unsafe word = .allocate(capacity: 1)
        unsafe word.initialize(to: Atomic(0))
    }

    deinit {
        unsafe word.deinitialize(count: 1)
        unsafe word.deallocate()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        jobs.withLock { $0.append(unowned) }
        wake()
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    public func isIsolatingCurrentContext() -> Bool? {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the loop's thread")
    }

    /// The body of the thread: runs jobs until ``stop()``.
    public func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        while !stopping.load(ordering: .acquiring) {
            if let job = take() {
                unsafe job.runSynchronously(on: asUnownedSerialExecutor())
                continue
            }
            park()
        }
    }

    /// Lets ``run()`` return after the job that runs now.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }

    private func take() -> UnownedJob? {
        jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    /// Sleeps until a job comes.
    ///
    /// The exchange makes sure that a wake-up between the look and the sleep is not lost.
    private func park() {
        _ = unsafe word.pointee.exchange(1, ordering: .sequentiallyConsistent)
        let mustStay = jobs.withLock { !$0.isEmpty } || stopping.load(ordering: .acquiring)
        if !mustStay {
            _ = unsafe ansa_futex_wait_until(UnsafeMutableRawPointer(word).assumingMemoryBound(to: UInt32.self), 1, 0)
        }
        unsafe word.pointee.store(0, ordering: .relaxed)
    }

    private func wake() {
        guard unsafe word.pointee.exchange(0, ordering: .sequentiallyConsistent) == 1 else { return }
        _ = unsafe ansa_futex_wake(UnsafeMutableRawPointer(word).assumingMemoryBound(to: UInt32.self))
    }
}
