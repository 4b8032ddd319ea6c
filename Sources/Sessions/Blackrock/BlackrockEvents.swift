import Signal

/// The events of a Blackrock recording (`.nev`): digital inputs, comments, spikes, in the order of the file.
///
/// That need not be the order of time. Source: Blackrock, "File Formats", LB-0023.
struct BlackrockEvents {
    private(set) var events: StampedEvents
    /// µV in a count of an electrode, which files of samples of version 2.1 do not state.
    private(set) var factors: [Int: Double] = [:]
    private(set) var origin: RecordedInstant?
    private var labels: [Int: String] = [:]
    /// Bytes of a packet, and of the stamp that it begins with.
    private var packet = 0
    private var stampBytes = 4

    static func isOne(_ first: [UInt8]) -> Bool {
        first.starts(with: Array("NEURALEV".utf8)) || first.starts(with: Array("BREVENTS".utf8))
    }

    init(_ file: FileBytes) throws(RecordingError) {
        let bytes = try file.exactly(at: 0, count: 336)
        guard BlackrockEvents.isOne(bytes) else {
            throw RecordingError(file: file.path, place: "byte 0", text: "begins with neither NEURALEV nor BREVENTS")
        }
        let clock = bytes.unsigned32(at: 20)
        guard clock > 0 else {
            throw RecordingError(file: file.path, place: "byte 20", text: "0 stamps a second")
        }
        events = StampedEvents(path: file.path, hertz: Double(clock))
        stampBytes = bytes[8] >= 3 ? 8 : 4
        origin = BlackrockHeader.instant(bytes, at: 28)
        let (head, size) = (Int64(bytes.unsigned32(at: 12)), Int64(bytes.unsigned32(at: 16)))
        guard head >= 336, head <= file.size else {
            throw RecordingError(
                file: file.path, place: "byte 12", text: "a header of \(head) bytes, expected 336 to \(file.size)")
        }
        guard (Int64(stampBytes) + 8...65_536).contains(size) else {
            throw RecordingError(
                file: file.path, place: "byte 16",
                text: "packets of \(size) bytes, expected \(stampBytes + 8) to 65536")
        }
        packet = Int(size)
        try readExtensions(file, min(Int64(bytes.unsigned32(at: 332)), (head - 336) / 32))
        try readPackets(file, from: head)
    }

    private mutating func readExtensions(_ file: FileBytes, _ count: Int64) throws(RecordingError) {
        for index in 0..<count {
            let bytes = try file.exactly(at: 336 + 32 * index, count: 32)
            let electrode = Int(bytes.unsigned16(at: 8))
            switch bytes.text(at: 0, count: 8) {
            case "NEUEVWAV":
                // nV; 21516 is what is left of 152,592.547 nV in 16 bits (Blackrock's NPMK, openNEV).
                let stated = bytes.unsigned16(at: 12)
                if stated > 0 { factors[electrode] = stated == 21_516 ? 152.592547 : Double(stated) / 1_000 }
            case "NEUEVLBL": labels[electrode] = bytes.text(at: 10, count: 16)
            default: break
            }
        }
    }

    private mutating func readPackets(_ file: FileBytes, from head: Int64) throws(RecordingError) {
        let (count, rest) = (file.size - head).quotientAndRemainder(dividingBy: Int64(packet))
        if rest > 0 { events.warn("truncated", file.path, "\(rest) bytes behind the last whole packet are left out") }
        let piece = Int64(max(1, (1 << 16) / packet))
        var first: Int64 = 0
        while first < count {
            let here = Int(min(piece, count - first))
            let bytes = try file.exactly(at: head + first * Int64(packet), count: here * packet)
            for index in 0..<here {
                let place = index * packet
                let stamp = stampBytes == 8 ? bytes.unsigned64(at: place) : UInt64(bytes.unsigned32(at: place))
                // All ones: the packet continues the one before.
                if stamp == UInt64(stampBytes == 8 ? UInt64.max : UInt64(UInt32.max)) { continue }
                guard events.add(stamp, text(bytes, place + stampBytes)) else { return }
            }
            first += Int64(here)
        }
    }

    /// What the packet whose number is at `place` says.
    private func text(_ bytes: [UInt8], _ place: Int) -> String {
        let kind = bytes.unsigned16(at: place)
        switch kind {
        case 0:
            return "\(bytes[place + 2] & 0x80 != 0 ? "serial" : "digital") \(bytes.unsigned16(at: place + 4))"
        case 65_535:
            let count = packet - stampBytes - 8
            guard count > 0 else { return "comment" }
            if bytes[place + 2] == 1 {
                let units = (0..<(count / 2)).map { bytes.unsigned16(at: place + 8 + 2 * $0) }.prefix { $0 != 0 }
                return RecordingText.trimmed(String(decoding: units, as: UTF16.self))
            }
            return bytes.text(at: place + 8, count: count)
        case 65_534: return "video frame"
        case 65_533: return "tracking"
        case 65_532: return "button \(bytes.unsigned16(at: place + 2))"
        case 65_531: return "configuration \(bytes.unsigned16(at: place + 2))"
        default:
            guard kind <= 10_256 else { return "packet \(kind)" }
            return "spike \(labels[Int(kind)] ?? "chan\(kind)") unit \(bytes[place + 2])"
        }
    }
}
