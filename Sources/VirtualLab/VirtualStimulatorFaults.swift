import Signal

/// What an emulated stimulator is made to do wrong, and when by its own clock.
///
///     VirtualStimulatorFaults("100000 nack 3, 250000 residual 120000, 400000 unplug")
///
/// One entry is a time in µs, a word and, for most, a number or a text; entries are separated by commas. Only the
/// emulation has this: no key of a file reaches it.
public struct VirtualStimulatorFaults: Hashable, Sendable {
    /// One kind of fault.
    public enum Kind: Hashable, Sendable {
        /// The next segments are refused and not delivered.
        case nack(Int64)
        /// The next commands are obeyed and not answered.
        case lostAnswer(Int64)
        /// The next echo names an amplitude that differs by so many nA.
        case echo(Int64)
        /// The next segments are delivered and flag the compliance limit: those of one lead, or all.
        case compliance(Int64, lead: Int64?)
        /// µV left on a contact from now on.
        case residual(Int64)
        /// Pulses go on after the next order to be off.
        case afterOff
        /// The link is gone; the device runs on by itself.
        case unplug
        /// A restart into a program that nobody ordered.
        case reboot
        case serial(String)
        case firmware(String)
        /// mΩ from now on.
        case impedance(Int64)
        /// The button on the device bounces so often.
        case stop(Int64)
        /// µs by which the device's clock is off from now on.
        case clock(Int64)
    }

    private var waiting: [(time: Int64, kind: Kind)] = []

    /// No fault.
    public init() {}

    /// Nil where an entry has no meaning.
    public init?(_ script: String) {
        for entry in script.split(separator: ",") {
            let words = entry.split(separator: " ").map(String.init)
            guard words.count >= 2, words.count <= 3, let time = Int64(words[0]),
                let kind = Self.kind(words[1], words.count > 2 ? words[2] : "")
            else { return nil }
            waiting.append((time, kind))
        }
        waiting.sort { $0.time < $1.time }
    }

    private static func kind(_ word: String, _ argument: String) -> Kind? {
        let number = Int64(argument)
        switch word {
        case "nack": return number.map(Kind.nack)
        case "lost-answer": return number.map(Kind.lostAnswer)
        case "echo": return number.map(Kind.echo)
        case "compliance": return compliance(argument)
        case "residual": return number.map(Kind.residual)
        case "after-off": return argument.isEmpty ? .afterOff : nil
        case "unplug": return argument.isEmpty ? .unplug : nil
        case "reboot": return argument.isEmpty ? .reboot : nil
        case "serial": return argument.isEmpty ? nil : .serial(argument)
        case "firmware": return argument.isEmpty ? nil : .firmware(argument)
        case "impedance": return number.map(Kind.impedance)
        case "stop": return number.map(Kind.stop)
        case "clock": return number.map(Kind.clock)
        default: return nil
        }
    }

    /// `3`, or `3@1` for the lead in place 1 alone.
    private static func compliance(_ argument: String) -> Kind? {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false).map { Int64($0) }
        switch (parts.count, parts.first.flatMap(\.self), parts.last.flatMap(\.self)) {
        case (1, let count?, _): return .compliance(count, lead: nil)
        case (2, let count?, let lead?): return .compliance(count, lead: lead)
        default: return nil
        }
    }

    /// When the next fault is due; `Int64.max`: none waits.
    var nextTime: Int64 { waiting.first?.time ?? .max }

    /// The next fault that is due at `time`.
    mutating func pop(at time: Int64) -> Kind? {
        guard nextTime <= time else { return nil }
        return waiting.removeFirst().kind
    }

    public static func == (a: Self, b: Self) -> Bool { a.waiting.elementsEqual(b.waiting) { $0 == $1 } }

    public func hash(into hasher: inout Hasher) {
        for fault in waiting {
            hasher.combine(fault.time)
            hasher.combine(fault.kind)
        }
    }
}

/// Pulses that nobody ordered, one period apart, until the power goes.
struct StrayTrain: Sendable {
    var next: Int64
    var amplitude = Nanoamperes(1_000_000)
    var width = Microseconds(60)
    var period = Microseconds(7_692)

    /// The next pulse, where it begins before `time`.
    mutating func pop(before time: Int64) -> QueuedPulse? {
        guard next < time else { return nil }
        defer { next += period.value }
        return QueuedPulse(time: next, amplitude: amplitude, width: width, pair: 0)
    }
}
