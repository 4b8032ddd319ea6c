public import Signal

/// One line of the device's own record.
public struct StimulatorEvent: Hashable, Sendable, BitwiseCopyable {
    /// What happened.
    public enum Kind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        case boot, accepted, refused, pulse, cancelled, stopped
        case leaseEnded = 6
        case powerRemoved = 7
    }

    public var kind: Kind
    /// When, by the device's clock, µs since the start of the session; of a pulse: its start.
    public var time: Microseconds
    /// Index of the contact pair; -1 where none is meant.
    public var pair: Int32
    public var amplitude: Nanoamperes
    public var width: Microseconds
    /// Pulses of the segment; 1 in a pulse.
    public var pulses: Int64
    /// Start of the segment's first pulse.
    public var firstPulse: Microseconds
    public var period: Microseconds
    /// End of the lease at that moment; `Int64.min`: none.
    public var leaseEnd: Microseconds
    /// Reasons, in a refusal.
    public var refusal: StimulatorRefusal

    /// An event without numbers.
    public init(kind: Kind, time: Microseconds, leaseEnd: Microseconds) {
        self.kind = kind
        self.time = time
        self.leaseEnd = leaseEnd
        pair = -1
        amplitude = Nanoamperes(0)
        width = Microseconds(0)
        pulses = 0
        firstPulse = Microseconds(0)
        period = Microseconds(0)
        refusal = []
    }

    /// Charge of the leading phase of one pulse.
    public var charge: Femtocoulombs { Femtocoulombs(amplitude.value &* width.value) }
}

extension StimulatorEvent {
    /// The longest line that ``writeJSON(into:)`` makes, in bytes.
    public static let longestLine = 320

    /// Writes the event as one line of JSON with its newline.
    ///
    /// - Parameter buffer: At least ``longestLine`` bytes.
    /// - Returns: The line's length in bytes.
    public func writeJSON(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var line = unsafe JSONLine(buffer)
        line.word("event", name)
        line.number("at_us", time.value)
        switch kind {
        case .boot: break
        case .accepted, .refused:
            writeSegment(&line)
            line.number("first_pulse_us", firstPulse.value)
            line.number("period_us", period.value)
            line.number("pulses", pulses)
            if kind == .refused { line.number("reasons", Int64(refusal.rawValue)) }
            if leaseEnd.value != .min { line.number("lease_end_us", leaseEnd.value) }
        case .pulse:
            writeSegment(&line)
            line.number("charge_fc", charge.value)
        case .cancelled, .stopped, .leaseEnded, .powerRemoved:
            if leaseEnd.value != .min { line.number("lease_end_us", leaseEnd.value) }
        }
        return line.finish()
    }

    private func writeSegment(_ line: inout JSONLine) {
        line.number("pair", Int64(pair))
        line.number("amplitude_na", amplitude.value)
        line.number("width_us", width.value)
    }

    private var name: StaticString {
        switch kind {
        case .boot: "boot"
        case .accepted: "accepted"
        case .refused: "refused"
        case .pulse: "pulse"
        case .cancelled: "cancelled"
        case .stopped: "stopped"
        case .leaseEnded: "lease-ended"
        case .powerRemoved: "power-removed"
        }
    }
}

/// One JSON object on one line, written into memory that someone else owns.
@safe private struct JSONLine {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        precondition(buffer.count >= StimulatorEvent.longestLine)
        unsafe self.buffer = buffer
    }

    mutating func word(_ key: StaticString, _ value: StaticString) {
        begin(key)
        put("\"")
        put(value)
        put("\"")
    }

    mutating func number(_ key: StaticString, _ value: Int64) {
        begin(key)
        if value < 0 { put("-") }
        var rest = value.magnitude
        let start = count
        repeat {
            put(UInt8(48 + rest % 10))
            rest /= 10
        } while rest > 0
        unsafe buffer[start..<count].reverse()
    }

    mutating func finish() -> Int {
        put("}\n")
        return count
    }

    private mutating func begin(_ key: StaticString) {
        put(count == 0 ? "{\"" : ",\"")
        put(key)
        put("\":")
    }

    private mutating func put(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { unsafe put(text.utf8Start[index]) }
    }

    private mutating func put(_ byte: UInt8) {
        unsafe buffer[count] = byte
        count += 1
    }
}
