/// Why the runtime has no guard.
public enum GuardLinkError: Error, Hashable, Sendable {
    /// The guard's end is closed.
    case closed
    /// No welcome within the time.
    case silent
    /// The guard says that it will not serve; exit codes are at ``GuardStatus``.
    case refused(GuardStatus)
    /// A welcome that is none.
    case malformed
}

/// The runtime's end of the guard protocol.
///
/// The life of a session, in order:
///
///     let guarded = try spawnGuard(guardExecutable: …, stimulatorExecutable: …, limits: …, device: …,
///                                  state: …, record: …, virtual: true)
///     let welcome = try guarded.link.hello(GuardHello(session: …, limitsHash: …, epoch: …, virtualTime: false,
///                                                     hasFIFO: false))          // blocks, at most 10 s
///     if welcome.latch != 0 { … exit 3, or send an `.acknowledge` with a reason }
///     var record = RuntimeRecord()
///     record.order = .arm;  record.now = …; record.health = .max
///     link.send(&record);   link.receiveBlocking(timeoutMilliseconds: 1000)   // .orderRefused? verdict says why
///     // every safety tick, whatever the mode:
///     record = RuntimeRecord()                                                // order .token
///     record.now = …; record.tick = …; record.health = .max; record.mode = .closedLoop; record.evidence = …
///     record.hasProposal = true; record.segment = …; record.runtimeVerdict = 0
///     link.send(&record)                                                      // never waits
///     report = link.receive()                                                 // pace real: at the next safety tick
///     report = link.receiveBlocking(timeoutMilliseconds: 10_000)              // pace max: lock-step, at once
///     // the end:
///     record.order = .disarm; link.send(&record); link.receiveBlocking(timeoutMilliseconds: 1000); link.close()
///
/// The first token with mode `.openLoop` or `.closedLoop` after arming starts output. Closing the socket while armed is
/// the runtime's death: fallback, latch. So disarm first.
///
/// ``send(_:)`` and ``receive()`` allocate nothing and make one system call each. One thread.
public final class GuardLink: @unchecked Sendable {
    private let socket: RecordSocket
    private let buffer = RecordBuffer(capacity: 512)
    private var key: SessionKey?
    private var session = Words32()
    private var sequence: UInt64 = 0
    private var counter: UInt64 = 0
    /// Records that the socket's queue did not take.
    public private(set) var unsent: Int64 = 0
    /// Answers whose MAC, length or fields were wrong; each is a defect or an attack.
    public private(set) var malformed: Int64 = 0
    /// What left the device, lead by lead, as the newest answer has it.
    public private(set) var leads = LeadTable()
    /// True once the guard's end is closed: the runtime must stop (IL-03, IL-04).
    public private(set) var isClosed = false

    /// The runtime's end, an open SOCK_SEQPACKET socket; the link closes it in ``close()``.
    public init(socket descriptor: Int32) { socket = RecordSocket(descriptor) }

    /// The socket, for poll.
    public var descriptor: Int32 { socket.descriptor }

    /// Introduces the runtime and takes the session key.
    ///
    /// Blocks.
    public func hello(
        _ hello: GuardHello, timeoutMilliseconds: Int32 = 10_000
    ) throws(GuardLinkError) -> GuardWelcome {
        hello.encode(into: buffer)
        guard socket.send(buffer, length: GuardHello.length) else {
            isClosed = true
            throw .closed
        }
        session = hello.session
        switch socket.receive(buffer, timeoutMilliseconds: timeoutMilliseconds) {
        case .nothing: throw .silent
        case .closed:
            isClosed = true
            throw .closed
        case .record(let length):
            guard let welcome = GuardWelcome(decoding: buffer, length: length) else { throw .malformed }
            guard welcome.status == .ready else { throw .refused(welcome.status) }
            key = SessionKey(welcome.key)
            return welcome
        }
    }

    /// Numbers, seals and sends `record` without waiting.
    ///
    /// False: the guard is gone, silent for a whole queue, or never greeted.
    public func send(_ record: inout RuntimeRecord) -> Bool {
        guard let key, !isClosed else { return false }
        sequence += 1
        counter += 1
        record.sequence = sequence
        record.counter = counter
        record.session = session
        record.seal(into: buffer, key: key)
        guard socket.send(buffer, length: RuntimeRecord.length) else {
            unsent += 1
            return false
        }
        return true
    }

    /// The next answer if one waits; nil otherwise.
    public func receive() -> GuardReport? { opened(socket.receive(buffer)) }

    /// The next answer, waiting at most `timeoutMilliseconds`.
    public func receiveBlocking(timeoutMilliseconds: Int32) -> GuardReport? {
        opened(socket.receive(buffer, timeoutMilliseconds: timeoutMilliseconds))
    }

    private func opened(_ reception: Reception) -> GuardReport? {
        switch reception {
        case .nothing: return nil
        case .closed:
            isClosed = true
            return nil
        case .record(let length):
            guard let key, let report = GuardReport.open(buffer, length: length, key: key) else {
                malformed += 1
                return nil
            }
            leads = report.leads
            return report
        }
    }

    /// Closes the socket.
    ///
    /// Armed, this is the runtime's death to the guard.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        socket.close()
    }
}
