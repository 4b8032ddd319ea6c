import Acquisition
import Glibc
import Interlocks
import Signal
import Stimulation
import Synchronization

/// The stop button of the emulated device: SIGUSR1.
private let stopButton = Atomic<Bool>(false)

/// The whole of `ansa-virtual-stimulator`: the device model behind a socket, with its own clock, lease and record.
///
/// It answers each command of the guard and writes `stimulator.jsonl`, one line an event: what it accepted, refused,
/// delivered and cancelled, with its own times. When the guard's end of the socket closes it goes on until its lease
/// has ended, and then exits: no host, no output.
///
/// - Returns: 0 after an orderly end, 64 for wrong arguments, 74 when the record could not be written.
public func runVirtualStimulator(arguments: [String]) -> Int32 {
    signal(SIGINT, SIG_IGN)
    signal(SIGHUP, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    signal(SIGUSR1) { _ in stopButton.store(true, ordering: .releasing) }
    guard let arguments = StimulatorArguments(arguments) else {
        let usage = [UInt8](StimulatorArguments.usage.utf8)
        _ = unsafe write(2, usage, usage.count)
        return 64
    }
    guard let record = StimulatorRecord(path: arguments.record) else { return 74 }
    let service = VirtualStimulatorService(identity: arguments.identity, faults: arguments.faults)
    var process = StimulatorProcess(socket: RecordSocket(arguments.socket), record: record, service: service)
    return process.run()
}

/// What the process was started with.
struct StimulatorArguments {
    var socket: Int32 = -1
    var record = ""
    var identity = ReportedIdentity.virtual
    var faults = VirtualStimulatorFaults()

    static let usage = """
        USAGE: ansa-virtual-stimulator --guard-fd <n> --device <file> --record <file.jsonl> [--model <m>]
            [--serial <s>] [--firmware <f>] [--faults "<µs> <fault> [<number>], …"]
        The virtual stimulator is started by ansa run; it is not a command for people.

        """

    /// Nil where a flag is unknown, lacks its value or is missing.
    ///
    /// The device file is the guard's to read: it sends what the device must hold itself to.
    init?(_ arguments: [String]) {
        var words = arguments.dropFirst()
        var script = unsafe getenv("ANSA_STIMULATOR_FAULTS").map { unsafe String(cString: $0) } ?? ""
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { return nil }
            switch word {
            case "--guard-fd": socket = Int32(value) ?? -1
            case "--record": record = value
            case "--device": break
            case "--model": identity.model = Words32(bytes: [UInt8](value.utf8))
            case "--serial": identity.serial = Words32(bytes: [UInt8](value.utf8))
            case "--firmware": identity.firmware = Words32(bytes: [UInt8](value.utf8))
            case "--faults": script = value
            default: return nil
            }
        }
        if !script.isEmpty {
            guard let faults = VirtualStimulatorFaults(script) else { return nil }
            self.faults = faults
        }
        guard socket >= 0, !record.isEmpty else { return nil }
    }
}

/// The device's own record, JSON lines.
@safe final class StimulatorRecord {
    private let descriptor: Int32
    private let line: UnsafeMutableBufferPointer<UInt8>
    private(set) var failed = false

    init?(path: String) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        unsafe line = .allocate(capacity: StimulatorEvent.longestLine)
        unsafe line.initialize(repeating: 0)
        if descriptor < 0 { return nil }
    }

    deinit {
        unsafe line.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends one event.
    func append(_ event: StimulatorEvent) {
        let length = unsafe event.writeJSON(into: line)
        if unsafe write(descriptor, line.baseAddress, length) != length { failed = true }
    }

    /// The record is on the disk.
    func sync() { if fsync(descriptor) != 0 { failed = true } }
}

/// The loop around the model.
struct StimulatorProcess {
    private let socket: RecordSocket
    private let record: StimulatorRecord
    private let buffer = RecordBuffer(capacity: 512)
    private var service: VirtualStimulatorService
    private var settings: DeviceSettings?
    private var lastHeard = monotonicNanoseconds()
    private var runsOn: (since: UInt64, from: Int64)?

    init(socket: RecordSocket, record: StimulatorRecord, service: VirtualStimulatorService) {
        self.socket = socket
        self.record = record
        self.service = service
    }

    mutating func run() -> Int32 {
        var isOpen = true
        var isClosing = false
        while isOpen || (service.device?.hasLease ?? false) {
            if isOpen {
                switch socket.receive(buffer, timeoutMilliseconds: 5) {
                case .closed: isOpen = false
                case .nothing: noteSilence()
                case .record(let length):
                    lastHeard = monotonicNanoseconds()
                    isClosing = obey(length)
                }
                if isOpen && service.isUnplugged {
                    socket.close()
                    isOpen = false
                }
                if !isOpen { runOn() }
            } else {
                _ = poll(nil, 0, 1)
            }
            if stopButton.exchange(false, ordering: .acquiring) { service.pressStop() }
            passTime()
            if isClosing { break }
        }
        record.sync()
        return record.failed ? 74 : 0
    }

    /// In virtual time ten seconds without a command start the clock.
    private mutating func noteSilence() {
        if settings?.virtualTime ?? false, monotonicNanoseconds() - lastHeard > 10_000_000_000 { runOn() }
    }

    private mutating func runOn() {
        guard runsOn == nil, let settings, settings.virtualTime, let device = service.device else { return }
        runsOn = (monotonicNanoseconds(), device.now.value)
    }

    /// The device's own clock; `stated` is a command's time, which only virtual time listens to.
    private func time(stated: Microseconds?) -> Microseconds {
        let known = service.device?.now ?? Microseconds(0)
        if let runsOn {
            return Microseconds(runsOn.from + sessionMicroseconds(at: monotonicNanoseconds(), epoch: runsOn.since))
        }
        guard let settings else { return Microseconds(0) }
        if settings.virtualTime { return max(stated ?? known, known) }
        let now = sessionMicroseconds(at: monotonicNanoseconds(), epoch: settings.epoch)
        return Microseconds(max(now, known.value))
    }

    private mutating func passTime() {
        guard let device = service.device else { return }
        service.pass(to: time(stated: nil))
        while let event = device.nextEvent() { record.append(event) }
    }

    /// One command, at most one report.
    ///
    /// True: the session is over.
    private mutating func obey(_ length: Int) -> Bool {
        guard let command = StimulatorCommand(decoding: buffer, length: length) else { return false }
        if command.order == .hello { settings = command.settings }
        let report = service.obey(command, at: time(stated: command.now))
        if let device = service.device { while let event = device.nextEvent() { record.append(event) } }
        guard let report else { return command.order == .close }
        report.encode(into: buffer)
        _ = socket.send(buffer, length: StimulatorReport.length)
        return command.order == .close
    }
}
