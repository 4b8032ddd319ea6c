import Interlocks
import Signal
import Stimulation

/// The stimulator process at the other end of a socket: one answer to each command.
struct StimulatorSocket: LeasedStimulator, ~Copyable {
    var now = Microseconds(0)
    private(set) var report = StimulatorReport()
    private let socket: RecordSocket
    private let settings: DeviceSettings
    private let buffer = RecordBuffer(capacity: 512)
    private var sequence: UInt64 = 0
    private var leaseEnd = Microseconds(0)

    /// Milliseconds that a command waits for its answer: a quarter of the token timeout where time is real.
    ///
    /// Virtual time does not pass meanwhile: long enough for a busy machine, and well inside of the ten seconds after
    /// which an emulated device takes a silent host for gone.
    private let patience: Int32

    /// The lead of each pair of the limits.
    private let leads: [UInt8]

    init(socket: RecordSocket, settings: DeviceSettings, tokenTimeout: Microseconds, pairs: [ContactPair]) {
        leads = pairs.map { UInt8(clamping: $0.lead) }
        self.socket = socket
        self.settings = settings
        patience = settings.virtualTime ? 2_000 : max(1, Int32(clamping: tokenTimeout.value / 4000))
    }

    /// Introduces the guard; true when the device has answered within 5 s.
    mutating func greet() -> Bool {
        do throws(DeliveryError) {
            try exchange(.hello, .rest(at: now), patience: 5000)
            return true
        } catch {
            return false
        }
    }

    mutating func deliver(_ permit: consuming Permit) throws(DeliveryError) {
        leaseEnd = permit.validUntil
        try exchange(.deliver, permit.segment, patience: patience)
    }

    mutating func renew(until leaseEnd: Microseconds) throws(DeliveryError) {
        self.leaseEnd = leaseEnd
        try exchange(.renew, .rest(at: now), patience: patience)
    }

    mutating func zero() throws(DeliveryError) {
        leaseEnd = now
        try exchange(.zero, .rest(at: now), patience: patience)
    }

    mutating func poll() throws(DeliveryError) { try exchange(.poll, .rest(at: now), patience: patience) }

    mutating func removePower() throws(DeliveryError) {
        leaseEnd = now
        try exchange(.powerOff, .rest(at: now), patience: patience)
    }

    /// The session is over; the device writes its record and exits.
    mutating func close() {
        do throws(DeliveryError) {
            try exchange(.close, .rest(at: now), patience: 1000)
        } catch {}
        socket.close()
    }

    private mutating func exchange(
        _ order: StimulatorOrder, _ segment: Segment, patience: Int32
    ) throws(DeliveryError) {
        sequence += 1
        let lead = leads.indices.contains(Int(segment.pair)) ? leads[Int(segment.pair)] : 0
        let command = StimulatorCommand(
            order: order, sequence: sequence, now: now, leaseEnd: leaseEnd, segment: segment, lead: lead,
            settings: settings)
        command.encode(into: buffer)
        guard socket.send(buffer, length: StimulatorCommand.length) else { throw .disconnected }
        let end = monotonicNanoseconds() + UInt64(patience) * 1_000_000
        while true {
            let time = monotonicNanoseconds()
            let left = time >= end ? 0 : Int32((end - time + 999_999) / 1_000_000)
            switch socket.receive(buffer, timeoutMilliseconds: left) {
            case .closed: throw .disconnected
            case .nothing: throw .uncertain
            case .record(let length):
                guard let answer = StimulatorReport(decoding: buffer, length: length) else { throw .uncertain }
                report = answer
                guard answer.sequence == sequence else { continue }
                if answer.refusal != 0 { throw .refused(code: answer.refusal) }
                return
            }
        }
    }
}
