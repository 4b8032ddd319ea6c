import Configuration
import Glibc
import Interlocks
import Signal
import Stimulation
import Synchronization

/// A stop by SIGTERM; the handler sets it and the loop's next turn, at once, acts on it.
private let stopSignal = Atomic<Bool>(false)

/// The whole of `ansa-guard`: starts, greets, serves, and ends when the runtime is gone and output has ended.
///
/// - Returns: 0 after an orderly end, 3 with a latch, 64 for wrong arguments, 65 for a bad file, 69 without a device,
///   74 when the latch could not be written, 77 for a state folder that cannot be used.
public func runGuard(arguments: [String]) -> Int32 {
    guard let arguments = GuardArguments(arguments) else {
        say(GuardArguments.usage)
        return 64
    }
    signal(SIGINT, SIG_IGN)
    signal(SIGHUP, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    signal(SIGTERM) { _ in stopSignal.store(true, ordering: .releasing) }
    let isOwnUser = Confinement.becomeOwnUser()
    guard isOwnUser != false else { return 77 }
    guard let key = SessionKey.random() else { return 74 }
    let startup = Startup(arguments: arguments, key: key, isOwnUser: isOwnUser ?? false)
    guard let hello = startup.awaitHello() else {
        startup.inlet?.close()
        return 0
    }
    switch startup.serve(hello) {
    case .refused(let status): return startup.refuse(status)
    case .ready(let ready, let device):
        var process = GuardProcess(startup, hello, ready, device: device)
        return process.run()
    }
}

/// Writes a line to standard error.
func say(_ text: String) {
    let bytes = [UInt8](text.utf8)
    _ = unsafe write(2, bytes, bytes.count)
}

/// The loop around ``GuardCore``: sockets, clock, latch file.
struct GuardProcess: ~Copyable {
    private var core: GuardCore<StimulatorSocket>
    private let socket: RecordSocket
    private let key: SessionKey
    private let latchFile: LatchFile
    private let buffer = RecordBuffer(capacity: 1024)
    private let answer = RecordBuffer(capacity: GuardReport.length)
    private let ready: Startup.Readiness
    private let ledger: LedgerWriter?
    private let inlet: StopInlet?
    private var clock: GuardClock
    private var suspension = SuspensionWatch()
    private var savedLatch: InterlockSet
    private var isRuntimeOpen = true
    private var diskFailed = false
    private var hasNoted = false
    private var lastHeard = monotonicNanoseconds()
    private var lastExpiryCheck: UInt64 = 0

    init(
        _ startup: Startup, _ hello: GuardHello, _ ready: Startup.Readiness, device: consuming StimulatorSocket
    ) {
        let (settings, loaded) = (startup.settings(hello, ready), ready.loaded)
        core = GuardCore(limits: loaded.limits, settings: settings, latch: ready.latch, device: device)
        let names = loaded.file.contactIDs
        ready.store?.recall(into: &core, names: names, isVirtual: loaded.isVirtual, wasArmed: ready.wasArmed)
        ledger = ready.store.map { store in
            LedgerWriter(
                limits: loaded.limits, names: names, folder: store.folder, file: store.file, boot: store.boot)
        }
        socket = startup.socket
        key = startup.key
        latchFile = startup.latchFile
        inlet = startup.inlet
        self.ready = ready
        clock = GuardClock(epoch: hello.epoch, isVirtual: settings.virtualTime)
        savedLatch = ready.latch
    }

    /// Serves until the runtime is gone and output has ended.
    mutating func run() -> Int32 {
        while !core.isFinished {
            checkExpiry()
            receive()
            if stopSignal.exchange(false, ordering: .acquiring) { core.stopInput(at: clock.now) }
            hearStop()
            if suspension.hasJumped() { core.clockJumped(at: clock.now) }
            core.advance(to: clock.now)
            keepLatch()
            keepLedger()
        }
        if let ledger, !ledger.finish(core) { diskFailed = true }
        core.device.now = clock.now
        core.device.close()
        if isRuntimeOpen { socket.close() }
        inlet?.close()
        if diskFailed { return 74 }
        return core.latch.isEmpty ? 0 : 3
    }

    /// Waits at most one turn for a record: 1 ms while output may need the watchdog, else 20 ms.
    private mutating func receive() {
        let turn: Int32 = core.isOutputMode && !clock.isVirtual ? 1 : 20
        guard isRuntimeOpen else {
            _ = poll(nil, 0, turn)
            return
        }
        switch socket.receive(buffer, timeoutMilliseconds: turn) {
        case .nothing:
            if clock.isVirtual && monotonicNanoseconds() - lastHeard > 10_000_000_000 {
                clock.runOn()
                core.runtimeSilent(at: clock.now)
            }
        case .closed:
            isRuntimeOpen = false
            clock.runOn()
            core.runtimeLost(at: clock.now)
        case .record(let length):
            lastHeard = monotonicNanoseconds()
            answerRecord(length)
        }
    }

    /// `ansa stop`: zero output, latched, and told so.
    private mutating func hearStop() {
        guard let inlet, let connection = inlet.next() else { return }
        core.stopInput(at: clock.now)
        keepLatch()
        inlet.answer(connection, StopAnswer(isZero: core.isOutputZero, latch: core.latch.rawValue))
    }

    private mutating func answerRecord(_ length: Int) {
        var report: GuardReport
        if let record = RuntimeRecord.open(buffer, length: length, key: key) {
            report = core.handle(record, at: clock.now)
            clock.follow(record.now)
        } else {
            report = core.handleMalformed(at: clock.now)
        }
        if report.mode == .armed { noteRevision() }
        keepLatch()
        report.latch = core.latch.rawValue
        report.seal(into: answer, key: key)
        _ = socket.send(answer, length: GuardReport.length)
    }

    /// The latch on the disk is the latch in memory, synced, before anything else happens.
    private mutating func keepLatch() {
        guard core.latch != savedLatch else { return }
        let kept =
            core.latch.isEmpty
            ? latchFile.acknowledge(savedLatch, reason: core.acknowledgement) : latchFile.write(core.latch)
        savedLatch = core.latch
        guard !kept else { return }
        diskFailed = true
        core.stateFailed = true
    }

    /// Armed for the first time: the revision is noted, and the ledger is written from now on.
    private mutating func noteRevision() {
        guard let ledger, let store = ready.store, !hasNoted else { return }
        hasNoted = true
        guard ledger.start(), store.note(ready.loaded) else {
            core.stateFailed = true
            diskFailed = true
            return
        }
    }

    /// The tick's copy of the ledger, once a second; a disk that does not take it is IL-35.
    private mutating func keepLedger() {
        guard let ledger else { return }
        let now = monotonicNanoseconds()
        ledger.tick(core, at: now)
        guard ledger.hasFailed(at: now) else { return }
        core.stateFailed = true
        diskFailed = true
    }

    /// Once a second, by the wall clock, which serves nothing else here.
    private mutating func checkExpiry() {
        let now = monotonicNanoseconds()
        guard now - lastExpiryCheck > 1_000_000_000 else { return }
        lastExpiryCheck = now
        let wall = Int64(time(nil))
        core.limitsExpired = wall >= ready.loaded.file.expires.value
        core.consentExpired = wall >= ready.loaded.file.subject.consentExpires.value
    }
}
