internal import CLinux
internal import Glibc

/// What the machine granted a real-time thread; an errno where it refused, 0 where it agreed.
public struct RealtimeGrant: Sendable {
    public var fifo: Int32
    public var lockedMemory: Int32
    public var pinned: Int32

    /// SCHED_FIFO and locked memory: what arming a device that is not virtual needs (IL-43).
    public var isRealtime: Bool { fifo == 0 && lockedMemory == 0 }
}

/// The thread that an executor runs on.
public enum RealtimeThread {
    /// Starts a thread that runs `executor` until it stops.
    ///
    /// With `realtime` it asks for SCHED_FIFO 80, locked memory and a core of its own, and reports what it got;
    /// without,
    /// it is an ordinary thread (virtual time). Returns after the thread has settled.
    public static func start(_ executor: RealtimeExecutor, realtime: Bool)
        -> (thread: RunningThread, grant: RealtimeGrant)
    {
        let start = ThreadStart(executor: executor, realtime: realtime)
        let retained = unsafe Unmanaged.passRetained(start).toOpaque()
        var thread = pthread_t()
        let result = unsafe pthread_create(&thread, nil, threadBody, retained)
        precondition(result == 0, "the system refused a thread: errno \(result)")
        while !start.settled.load() { usleep(100) }
        return (RunningThread(thread: thread), start.grant)
    }
}

/// A thread that can be waited for.
public struct RunningThread: Sendable {
    let thread: pthread_t

    /// Returns when the thread has ended.
    public func join() { _ = pthread_join(thread, nil) }
}

/// What the new thread is told, and where it answers.
@safe final class ThreadStart: @unchecked Sendable {
    let executor: RealtimeExecutor
    let realtime: Bool
    let settled = Flag()
    var grant = RealtimeGrant(fifo: EPERM, lockedMemory: EPERM, pinned: EPERM)

    init(executor: RealtimeExecutor, realtime: Bool) {
        self.executor = executor
        self.realtime = realtime
    }

    func settle() {
        ansa_set_floating_point_control()
        if realtime {
            grant.pinned = ansa_pin_to_core(ansa_loop_core())
            grant.fifo = ansa_set_fifo(80)
            grant.lockedMemory = ansa_lock_memory()
            touchStack()
        }
        settled.set()
    }

    /// Faults 256 kB of stack in, so that no tick does.
    private func touchStack() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 256 * 1024, alignment: 64) { buffer in
            _ = unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
        }
    }
}

/// A nonisolated function, not a closure: it is called from a thread that no actor knows.
private nonisolated func threadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    start.settle()
    start.executor.run()
    return nil
}
