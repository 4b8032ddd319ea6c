import Acquisition
import Glibc
import Interlocks
import Signal
import Stimulation

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
    guard let arguments = StimulatorArguments(arguments) else {
        let usage = [UInt8](StimulatorArguments.usage.utf8)
        _ = unsafe write(2, usage, usage.count)
        return 64
    }
    guard let record = StimulatorRecord(path: arguments.record) else { return 74 }
    var process = StimulatorProcess(socket: RecordSocket(arguments.socket), record: record)
    return process.run()
}

/// What the process was started with.
struct StimulatorArguments {
    var socket: Int32 = -1
    var record = ""

    static let usage = """
        USAGE: ansa-virtual-stimulator --guard-fd <n> --device <file> --record <file.jsonl>
        The virtual stimulator is started by ansa run; it is not a command for people.

        """

    /// Nil where a flag is unknown, lacks its value or is missing.
    ///
    /// The device file is the guard's to read: it sends what the device must hold itself to.
    init?(_ arguments: [String]) {
        var words = arguments.dropFirst()
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { return nil }
            switch word {
            case "--guard-fd": socket = Int32(value) ?? -1
            case "--record": record = value
            case "--device": break
            default: return nil
            }
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
    private let buffer = RecordBuffer(capacity: 256)
    private var device: VirtualStimulator?
    private var settings: DeviceSettings?
    private var lastHeard = monotonicNanoseconds()
    private var runsOn: (since: UInt64, from: Int64)?

    init(socket: RecordSocket, record: StimulatorRecord) {
        self.socket = socket
        self.record = record
    }

    mutating func run() -> Int32 {
        var isOpen = true
        var isClosing = false
        while isOpen || (device?.hasLease ?? false) {
            if isOpen {
                switch socket.receive(buffer, timeoutMilliseconds: 5) {
                case .closed: isOpen = false
                case .nothing: noteSilence()
                case .record(let length):
                    lastHeard = monotonicNanoseconds()
                    isClosing = obey(length)
                }
                if !isOpen { runOn() }
            } else {
                _ = poll(nil, 0, 1)
            }
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
        guard runsOn == nil, let settings, settings.virtualTime, let device else { return }
        runsOn = (monotonicNanoseconds(), device.now.value)
    }

    /// The device's own clock; `stated` is a command's time, which only virtual time listens to.
    private func time(stated: Microseconds?) -> Microseconds {
        if let runsOn {
            return Microseconds(runsOn.from + sessionMicroseconds(at: monotonicNanoseconds(), epoch: runsOn.since))
        }
        guard let settings, let device else { return Microseconds(0) }
        if settings.virtualTime { return max(stated ?? device.now, device.now) }
        let now = sessionMicroseconds(at: monotonicNanoseconds(), epoch: settings.epoch)
        return Microseconds(max(now, device.now.value))
    }

    private mutating func passTime(to stated: Microseconds? = nil) {
        guard let device else { return }
        device.advance(to: time(stated: stated))
        while let event = device.nextEvent() { record.append(event) }
    }

    /// One command, one report.
    ///
    /// True: the session is over.
    private mutating func obey(_ length: Int) -> Bool {
        guard let command = StimulatorCommand(decoding: buffer, length: length) else { return false }
        if command.order == .hello { boot(command.settings) }
        guard let device else { return false }
        passTime(to: command.now)
        var refusal: StimulatorRefusal = []
        switch command.order {
        case .hello: break
        case .renew: refusal = device.grantLease(until: lease(command, device))
        case .deliver:
            refusal = device.grantLease(until: lease(command, device))
            if refusal.isEmpty { refusal = device.accept(command.segment) }
        case .zero, .close: device.stop()
        }
        while let event = device.nextEvent() { record.append(event) }
        answer(command, device, refusal)
        return command.order == .close
    }

    /// A lease never runs longer than the device gives, from its own now.
    private func lease(_ command: StimulatorCommand, _ device: VirtualStimulator) -> Microseconds {
        min(command.leaseEnd, Microseconds(device.now.value + device.specification.leaseMaximum.value))
    }

    private mutating func boot(_ settings: DeviceSettings) {
        self.settings = settings
        device = VirtualStimulator(
            StimulatorSpecification(
                ceilingAmplitude: settings.ceilingAmplitude, ceilingCompliance: settings.ceilingCompliance,
                impedance: settings.impedance, leaseMaximum: settings.leaseMaximum,
                amplitudeStep: settings.amplitudeStep))
    }

    private mutating func answer(
        _ command: StimulatorCommand, _ device: VirtualStimulator, _ refusal: StimulatorRefusal
    ) {
        var report = StimulatorReport()
        report.sequence = command.sequence
        report.now = device.now
        report.refusal = Int32(bitPattern: refusal.rawValue)
        report.complianceReached = device.flags.contains(.compliance)
        report.isActive = device.isActive
        if command.order == .deliver && refusal.isEmpty { report.echo = echo(command.segment, device) }
        report.cancelledFrom = cancelled(device)
        report.deliveredPulses = device.deliveredPulses
        report.deliveredCharge = device.deliveredCharge
        report.maximumAmplitude = device.largestAmplitude
        report.leaseEnd = device.leaseEnd
        report.impedance = device.specification.impedance
        report.encode(into: buffer)
        _ = socket.send(buffer, length: StimulatorReport.length)
    }

    /// What the device says that it will do, in the words of the command.
    private func echo(_ asked: Segment, _ device: VirtualStimulator) -> Segment {
        guard let known = device.echo else { return .rest(at: device.now) }
        var echo = asked
        echo.firstPulse = known.firstPulse
        echo.period = known.period
        echo.width = known.width
        echo.amplitude = known.amplitude
        echo.pulses = known.pulses
        return echo
    }

    /// A cancellation is reported once.
    private func cancelled(_ device: VirtualStimulator) -> Microseconds {
        device.takeCancellation()
    }
}
