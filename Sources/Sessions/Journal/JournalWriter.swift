import CLinux
import Glibc
public import Signal
import Synchronization

/// What a session came to, once it is closed.
public struct JournalSummary: Hashable, Sendable {
    /// The session's folder.
    public var path: String
    /// Records in the journal, the closing one included.
    public var records: Int64
    /// BLAKE2b-256 over the logical records, in hexadecimal.
    public var head: String
    /// BLAKE2b-256 over everything, in hexadecimal.
    public var seal: String
    /// Records that the tick could not hand over.
    public var dropped: Int64
}

/// Takes records from a ring and writes them to a new session folder, on a thread of its own.
///
///     let writer = try JournalWriter(directory: "s1", ring: ring, sync: .milliseconds(250), header: header)
///     try writer.start()
///     …                                        // the tick appends to a JournalInlet on the same ring
///     let summary = try writer.finish(dropped: inlet.dropped) { bytesOfSummary($0) }
///
/// The folder, the copies of the inputs, the header and the labels are on disk when `init` returns. Every `sync`, a
/// checkpoint is written and the disk is waited for. When the disk fails, ``failure`` becomes the errno, the file is
/// cut back to its last whole record, and the ring is emptied without being written, so that nobody waits for it.
///
/// The ring must hold what arrives while the disk is waited for: 1,024 channels × 30 kHz of int16 are 61 MB/s, so that
/// 32 MB last for half a second. A writer that was started must be finished: its thread keeps it alive.
public final class JournalWriter: @unchecked Sendable {
    /// The session's folder.
    public let directory: String
    private let ring: ByteRing
    private let sync: Duration
    private let sink: JournalSink
    private let failed = Atomic<Int32>(0)
    private let stopping = Atomic<Bool>(false)
    private var thread = pthread_t()
    private var isRunning = false
    private var isFinished = false

    /// Creates the session's folder and writes the records that come before the first tick.
    ///
    /// - Throws: ``JournalError``; whatever was created is removed again.
    public init(
        directory: String, ring: ByteRing, sync: Duration = .milliseconds(250), header: JournalHeader
    ) throws(JournalError) {
        self.directory = directory
        self.ring = ring
        self.sync = sync
        var folder = try SessionFolder(creating: directory)
        do throws(JournalError) {
            sink = try JournalWriter.begin(&folder, header: header, largest: ring.capacity / 2)
        } catch {
            folder.remove()
            throw error
        }
    }

    /// The errno that ended writing, or 0.
    ///
    /// May be asked from any thread, in a tick too.
    public var failure: Int32 { failed.load(ordering: .relaxed) }

    /// Starts the thread.
    public func start() throws(JournalError) {
        guard !isRunning else { return }
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let me = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&thread, nil, journalThread, me.toOpaque())
        guard code == 0 else {
            unsafe me.release()
            throw JournalError(path: directory, code: code)
        }
        isRunning = true
    }

    /// Writes all that waits, closes the session and makes it whole.
    ///
    /// All other files of the session must be complete before. `summary` is asked for the bytes of `summary.json` once
    /// head and seal are known; nil: there is none.
    ///
    /// - Throws: the error that ended writing earlier, or one of closing. What was recorded can be recovered then.
    @discardableResult
    public func finish(
        dropped: Int64 = 0, summary: ((JournalSummary) -> [UInt8])? = nil
    ) throws(JournalError) -> JournalSummary {
        precondition(!isFinished, "a session is closed once")
        isFinished = true
        stopping.store(true, ordering: .releasing)
        if isRunning { pthread_join(thread, nil) } else { drain() }
        isRunning = false
        var ending = JournalEnding(directory: directory, sink: sink)
        ending.dropped = dropped
        return try ending.write(summary: summary)
    }

    /// The thread's work: empty the ring, synchronise in time, sleep a little.
    fileprivate func run() {
        let clock = ContinuousClock()
        var next = clock.now + sync
        var dirty = false
        while true {
            let last = stopping.load(ordering: .acquiring)
            let moved = drain()
            dirty = dirty || moved
            if last { return }
            if dirty, clock.now >= next {
                sink.checkpoint()
                failed.store(sink.failure, ordering: .relaxed)
                next = clock.now + sync
                dirty = false
            }
            if !moved { usleep(500) }
        }
    }

    /// Moves all waiting records to the sink.
    ///
    /// True: there was one.
    @discardableResult
    private func drain() -> Bool {
        var moved = false
        while let record = unsafe ring.front() {
            unsafe sink.append(framed: record)
            ring.release()
            moved = true
        }
        if moved { failed.store(sink.failure, ordering: .relaxed) }
        return moved
    }

    private static func begin(
        _ folder: inout SessionFolder, header: JournalHeader, largest: Int
    ) throws(JournalError) -> JournalSink {
        for input in header.inputs { try folder.create(input.name, bytes: input.bytes) }
        let file = folder.path + "/" + SessionFolder.journal
        let descriptor = try folder.open(creating: SessionFolder.journal)
        let sink = JournalSink(
            path: file, descriptor: descriptor, written: Int64(JournalFrame.magic.count), chain: JournalChain(),
            largest: largest)
        try SessionFolder.writeAll(descriptor, JournalFrame.magic, path: file)
        sink.append(JournalRecord(kind: .sessionHeader, tick: -1, payload: header.logicalPayload()))
        sink.append(JournalRecord(kind: .label, tick: -1, payload: header.labelPayload()))
        sink.checkpoint()
        guard sink.failure == 0 else { throw JournalError(path: file, code: sink.failure) }
        SessionFolder.synchroniseFolder(folder.path)
        return sink
    }
}

/// The entry of the writer's thread: a plain function, so that no actor is assumed on it.
@Sendable private func journalThread(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw = unsafe raw else { return nil }
    // Its system calls are long, and some kernels do not preempt them: they must not stand in the loop's way.
    _ = ansa_stay_off_loop_core()
    unsafe Unmanaged<JournalWriter>.fromOpaque(raw).takeRetainedValue().run()
    return nil
}
