/// Which annotations go into which record, and how many bytes each record keeps for them.
///
/// Annotations keep their order. One that does not fit into the record of its onset goes into a later one: EDF+ allows
/// it, and one busy moment does not make every record long.
struct EDFAnnotationPlan {
    /// Samples that each record has for annotations.
    let samples: Int
    private let sampleBytes: Int
    private let fraction: Int64
    private let duration: (numerator: Int64, denominator: Int64)
    /// For each record, the annotations as they are written.
    private var lists: [Int64: [[UInt8]]] = [:]

    /// Events in order of their onsets, in seconds since the first record's start; `fraction`: nanoseconds behind the
    /// whole second at which that is.
    init(
        _ events: [RecordedEvent], records: Int64, duration: (numerator: Int64, denominator: Int64), fraction: Int64,
        sampleBytes: Int
    ) {
        self.sampleBytes = sampleBytes
        self.fraction = fraction
        self.duration = duration
        let texts = events.map { EDFAnnotationPlan.list($0, fraction: fraction) }
        let stamp = 24
        let longest = texts.map(\.count).max() ?? 0
        let total = texts.reduce(0) { $0 + $1.count }
        let mean = records > 0 ? (total + Int(records) - 1) / Int(records) : 0
        samples = (stamp + mean + longest + sampleBytes - 1) / sampleBytes
        let room = samples * sampleBytes - stamp
        let seconds = Double(duration.numerator) / Double(duration.denominator)
        var (record, used): (Int64, Int) = (0, 0)
        // What comes last must still fit: the latest record that leaves room for all that follows.
        var left = total
        for (event, text) in zip(events, texts) {
            let own = max(0, min(records - 1, Int64(event.onset / seconds)))
            let latest = max(0, records - 1 - Int64(left / max(1, room - longest + 1)))
            let wanted = max(record, min(own, latest))
            if wanted > record { (record, used) = (wanted, 0) }
            if used + text.count > room { (record, used) = (record + 1, 0) }
            lists[min(record, max(0, records - 1)), default: []].append(text)
            used += text.count
            left -= text.count
        }
    }

    /// The annotation signal's bytes of one record: its time, its annotations, zeros.
    func bytes(ofRecord record: Int64) -> [UInt8] {
        let nanoseconds =
            fraction + record * 1_000_000_000 / duration.denominator * duration.numerator
            + (record * 1_000_000_000 % duration.denominator) * duration.numerator / duration.denominator
        var bytes = Array("+".utf8) + Array(EDFAnnotationPlan.seconds(nanoseconds).utf8) + [0x14, 0x14, 0]
        for list in lists[record] ?? [] { bytes += list }
        bytes += [UInt8](repeating: 0, count: max(0, samples * sampleBytes - bytes.count))
        return bytes
    }

    /// `+onset[0x15 duration]0x14 text 0x14 0x00`, to the nanosecond.
    private static func list(_ event: RecordedEvent, fraction: Int64) -> [UInt8] {
        let onset = Int64((event.onset * 1e9).rounded()) + fraction
        var bytes = Array((onset < 0 ? "-" : "+").utf8) + Array(seconds(abs(onset)).utf8)
        if let duration = event.duration {
            bytes += [0x15] + Array(seconds(Int64((duration * 1e9).rounded())).utf8)
        }
        let text = event.text.utf8.filter { $0 >= 0x20 || $0 == 9 || $0 == 10 || $0 == 13 }
        return bytes + [0x14] + text + [0x14, 0]
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(whole)" }
        let digits = String("\(rest + 1_000_000_000)".dropFirst().reversed().drop { $0 == "0" }.reversed())
        return "\(whole).\(digits)"
    }
}
