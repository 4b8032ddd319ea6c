internal import Acquisition
public import Signal
public import Stimulation

/// The emulated stimulator as a guard meets it: commands in, reports out, on whatever clock its owner keeps.
///
///     var service = VirtualStimulatorService(identity: .virtual, faults: .init())
///     service.pass(to: now)
///     let report = service.obey(command, at: now)      // nil: no answer
///
/// The process `ansa-virtual-stimulator` puts it behind a socket; a test drives it in virtual time.
public struct VirtualStimulatorService {
    /// The model; nil before the first hello.
    public private(set) var device: VirtualStimulator?
    /// The link is gone.
    public private(set) var isUnplugged = false
    private var identity: ReportedIdentity
    private var faults: VirtualStimulatorFaults
    private var active = ActiveFaults()
    private var now = Microseconds(0)

    /// A device that has not been greeted.
    public init(identity: ReportedIdentity = .virtual, faults: VirtualStimulatorFaults = VirtualStimulatorFaults()) {
        self.identity = identity
        self.faults = faults
    }

    /// Lets time pass; faults begin at their own times.
    public mutating func pass(to time: Microseconds) {
        while faults.nextTime <= time.value {
            let due = Microseconds(max(faults.nextTime, now.value))
            device?.advance(to: due)
            now = due
            guard let fault = faults.pop(at: due.value) else { break }
            begin(fault)
        }
        device?.advance(to: time)
        now = max(now, time)
    }

    /// Somebody presses the button on the device.
    public func pressStop() { device?.pressStop() }

    /// One command, one report; nil where none is sent.
    public mutating func obey(_ command: StimulatorCommand, at time: Microseconds) -> StimulatorReport? {
        if command.order == .hello { boot(command.settings) }
        pass(to: time)
        guard let device, !isUnplugged else { return nil }
        var refusal: StimulatorRefusal = []
        switch command.order {
        case .hello, .poll: break
        case .renew: refusal = device.grantLease(until: lease(command, device))
        case .deliver: refusal = deliver(command, device)
        case .zero, .close:
            device.stop()
            if active.afterOff { device.stray = StrayTrain(next: device.now.value) }
            active.afterOff = false
        case .powerOff: device.removePower()
        }
        let report = report(command, device, refusal)
        guard active.lostAnswers == 0 || command.order == .hello else {
            active.lostAnswers -= 1
            return nil
        }
        return report
    }

    private mutating func deliver(_ command: StimulatorCommand, _ device: VirtualStimulator) -> StimulatorRefusal {
        guard active.nacks == 0 else {
            active.nacks -= 1
            return .fault
        }
        if active.compliance > 0, active.complianceLead == nil || active.complianceLead == Int64(command.lead) {
            active.compliance -= 1
            device.reachCompliance()
        }
        let refusal = device.grantLease(until: lease(command, device))
        return refusal.isEmpty ? device.accept(command.segment, lead: Int(command.lead)) : refusal
    }

    /// A lease never runs longer than the device gives, from its own now.
    private func lease(_ command: StimulatorCommand, _ device: VirtualStimulator) -> Microseconds {
        min(command.leaseEnd, Microseconds(device.now.value + device.specification.leaseMaximum.value))
    }

    private mutating func boot(_ settings: DeviceSettings) {
        device = VirtualStimulator(
            StimulatorSpecification(
                ceilingAmplitude: settings.ceilingAmplitude, ceilingCompliance: settings.ceilingCompliance,
                impedance: settings.impedance, leaseMaximum: settings.leaseMaximum,
                amplitudeStep: settings.amplitudeStep))
    }

    private mutating func begin(_ fault: VirtualStimulatorFaults.Kind) {
        switch fault {
        case .nack(let count): active.nacks = count
        case .lostAnswer(let count): active.lostAnswers = count
        case .echo(let difference): active.echo = difference
        case .compliance(let count, let lead): (active.compliance, active.complianceLead) = (count, lead)
        case .residual(let microvolts): active.residual = microvolts
        case .afterOff: active.afterOff = true
        case .unplug: isUnplugged = true
        case .reboot:
            device?.boot()
            device?.stray = StrayTrain(next: now.value)
        case .serial(let text): identity.serial = Words32(bytes: [UInt8](text.utf8))
        case .firmware(let text): identity.firmware = Words32(bytes: [UInt8](text.utf8))
        case .impedance(let milliohms): device?.changeImpedance(to: milliohms)
        case .stop(let bounces): for _ in 0..<bounces { device?.pressStop() }
        case .clock(let difference): active.clock = difference
        }
    }

    private mutating func report(
        _ command: StimulatorCommand, _ device: VirtualStimulator, _ refusal: StimulatorRefusal
    ) -> StimulatorReport {
        var report = StimulatorReport()
        report.sequence = command.sequence
        report.now = Microseconds(device.now.value + active.clock)
        report.refusal = Int32(bitPattern: refusal.rawValue)
        report.complianceReached = device.takeCompliance()
        report.isActive = device.isActive
        report.stopPressed = device.isStopPressed
        if command.order == .deliver && refusal.isEmpty {
            report.echo = echo(command.segment, device)
            report.echo.amplitude.value += active.echo
            active.echo = 0
        }
        // A cancellation is reported once.
        report.cancelledFrom = device.takeCancellation()
        report.deliveredPulses = device.deliveredPulses
        report.deliveredCharge = device.deliveredCharge
        report.maximumAmplitude = device.largestAmplitude
        report.leaseEnd = device.leaseEnd
        report.leads = device.leads
        report.measured.impedance = device.measuredImpedance
        report.measured.impedanceTime = device.impedanceTime
        report.measured.residualVoltage = active.residual
        report.measured.complianceEvents = device.complianceEvents
        report.identity = identity
        return report
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
}

/// Faults that have begun.
private struct ActiveFaults {
    var nacks: Int64 = 0
    var lostAnswers: Int64 = 0
    var echo: Int64 = 0
    var compliance: Int64 = 0
    var complianceLead: Int64?
    var residual: Int64 = 0
    var afterOff = false
    var clock: Int64 = 0
}

extension ReportedIdentity {
    /// What the shipped device files call the virtual stimulator.
    public static let virtual = ReportedIdentity(model: "virtual-stimulator", serial: "VIRT-0001", firmware: "1.0")
}
