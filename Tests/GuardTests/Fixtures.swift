import Guard
import Interlocks
import Signal
import Stimulation

/// A stimulator that writes down what it is told and echoes what it takes.
struct NotingStimulator: LeasedStimulator, ~Copyable {
    /// What arrived, shared with the test.
    final class Notes {
        var delivered: [(segment: Segment, validUntil: Int64)] = []
        var renewals: [Int64] = []
        var zeros: [Int64] = []
        var failure: DeliveryError?
        var falsifiesEcho = false
        var measured = DeviceMeasurements()
    }

    var now = Microseconds(0)
    var report = StimulatorReport()
    let notes: Notes

    init(_ notes: Notes) { self.notes = notes }

    mutating func deliver(_ permit: consuming Permit) throws(DeliveryError) {
        notes.delivered.append((permit.segment, permit.validUntil.value))
        if let failure = notes.failure { throw failure }
        answer()
        report.echo = permit.segment
        report.isActive = true
        if notes.falsifiesEcho { report.echo.amplitude.value += 1 }
    }

    mutating func renew(until leaseEnd: Microseconds) throws(DeliveryError) {
        notes.renewals.append(leaseEnd.value)
        if let failure = notes.failure { throw failure }
        answer()
    }

    mutating func zero() throws(DeliveryError) {
        notes.zeros.append(now.value)
        report.isActive = false
        answer()
    }

    mutating func poll() throws(DeliveryError) {
        if let failure = notes.failure { throw failure }
        answer()
    }

    mutating func removePower() throws(DeliveryError) { report.isActive = false }

    private mutating func answer() {
        report.now = now
        report.measured = notes.measured
    }
}

/// One macro segment of 6 mm² against a case of 20 cm²; 130 Hz at 60 µs fits; 20 mA/s; lease 250 ms, token 20 ms.
func testLimits(onWatchdog: Fallback = .stop) -> Limits {
    var limits = Limits()
    limits.contacts = [
        Contact(
            kind: .macroSegment, area: SquareMicrometres(6_000_000), mayStimulate: true,
            chargeInjectionDensity: 500),
        Contact(kind: .returnCase, area: SquareMicrometres(2_000_000_000), mayStimulate: true),
    ]
    limits.pairs = [ContactPair(cathodes: [0], anodes: [1])]
    limits.amplitude = Nanoamperes(0)...Nanoamperes(3_000_000)
    limits.totalAmplitude = Nanoamperes(5_000_000)
    limits.width = Microseconds(30)...Microseconds(110)
    limits.interphase = Microseconds(0)...Microseconds(100)
    limits.period = Microseconds(5406)...Microseconds(500_000)
    limits.minimumInterPulse = Microseconds(5000)
    limits.chargePerPhase = Femtocoulombs(400_000_000)
    limits.chargeDensity = 300
    limits.shannonK = 316_227_766_016
    limits.imbalance = PartsPerMillion(4000)
    limits.netCharge = Femtocoulombs(25_000_000)
    limits.waveforms = 1
    limits.rampUp = 20_000_000
    limits.rampDown = 20_000_000
    limits.maximumStep = Nanoamperes(500_000)
    limits.doseWindows = [
        DoseWindow(length: Microseconds(1_000_000), charge: Femtocoulombs(40_000_000_000)),
        DoseWindow(length: Microseconds(60_000_000), charge: Femtocoulombs(1_800_000_000_000)),
        DoseWindow(length: Microseconds(3_600_000_000), charge: Femtocoulombs(100_000_000_000_000)),
        DoseWindow(length: Microseconds(86_400_000_000), charge: Femtocoulombs(2_000_000_000_000_000)),
    ]
    limits.maximumSampleAge = Microseconds(60_000)
    limits.maximumGap = Microseconds(5000)
    limits.minimumValidChannels = 2
    limits.deadlineMisses = 3
    limits.deadlineMissWindow = Microseconds(1_000_000)
    limits.onWatchdog = onWatchdog
    limits.holdMaximum = Microseconds(100_000)
    limits.baseline = Baseline(
        pair: 0, amplitude: Nanoamperes(1_000_000), width: Microseconds(60), period: Microseconds(7692))
    (limits.allowsClosedLoop, limits.consentsToStimulation, limits.consentsToClosedLoop) = (true, true, true)
    (limits.maximumChanges, limits.changeWindow) = (200, Microseconds(60_000_000))
    limits.maximumOutOfDistribution = 3_000_000
    limits.tokenTimeout = Microseconds(20_000)
    limits.lease = Microseconds(250_000)
    return limits
}

/// A guard core under a test's clock, and the runtime that talks to it.
struct Bench: ~Copyable {
    static let session = Words32(1, 2, 3, 4)
    let notes = NotingStimulator.Notes()
    var core: GuardCore<NotingStimulator>
    var sequence: UInt64 = 0

    init(
        limits: Limits = testLimits(), latch: InterlockSet = [], virtualTime: Bool = false, armable: Bool = true,
        isVirtual: Bool = true
    ) {
        var settings = GuardSettings(
            isVirtual: isVirtual, virtualTime: virtualTime, limitsArmable: armable, tokenTimeout: Microseconds(20_000),
            session: Self.session, amplitudeStep: Nanoamperes(1000))
        settings.runtimeIsRealtime = !isVirtual
        core = GuardCore(limits: limits, settings: settings, latch: latch, device: NotingStimulator(notes))
    }

    /// A healthy record at `now`.
    mutating func record(_ order: RuntimeOrder = .token, at now: Int64, mode: Mode = .closedLoop) -> RuntimeRecord {
        sequence += 1
        var record = RuntimeRecord()
        record.order = order
        record.session = Self.session
        record.sequence = sequence
        record.counter = sequence
        record.now = Microseconds(now)
        record.health = .max
        record.mode = mode
        record.evidence = .healthy(mode: mode, leaseEnd: Microseconds(now + 250_000), validChannels: 2)
        return record
    }

    mutating func send(_ record: RuntimeRecord, at now: Int64) -> GuardReport {
        core.handle(record, at: Microseconds(now))
    }

    mutating func arm(at now: Int64) -> GuardReport { send(record(.arm, at: now), at: now) }

    mutating func token(at now: Int64, proposing segment: Segment? = nil, mode: Mode = .closedLoop) -> GuardReport {
        var record = record(at: now, mode: mode)
        if let segment {
            record.hasProposal = true
            record.segment = segment
        }
        return send(record, at: now)
    }
}

/// One pulse of 60 µs at `time`.
func pulse(_ amplitude: Int64, at time: Int64, pulses: Int64 = 1) -> Segment {
    Segment(
        pair: 0, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(amplitude),
        width: Microseconds(60), interphase: Microseconds(0), period: Microseconds(7692), pulses: pulses,
        firstPulse: Microseconds(time))
}
