public import Sessions
import Signal

/// Where two sessions first differ, and how far apart their decisions drift afterwards.
public struct SessionDifference: Codable, Hashable, Sendable {
    /// The decisions of one stretch of a tenth of the common time.
    public struct Drift: Codable, Hashable, Sendable {
        /// Seconds from the sessions' start to the stretch's end.
        public var untilS: Double
        /// Ticks at which both decisions are valid.
        public var decisions: Int64
        /// Mean and greatest |b − a| in the decoder's unit; nil where no tick has both.
        public var mean: Double?
        public var greatest: Double?

        enum CodingKeys: String, CodingKey {
            case decisions, mean, greatest
            case untilS = "until_s"
        }
    }

    /// Roles of inputs whose content differs, and facts of the headers that do.
    public var inputs: [String]
    /// The first logical record that differs; nil: none does.
    public var divergence: String?
    /// Its tick; nil with ``divergence``, and where the headers already differ in the signal's shape.
    public var tick: Int64?
    /// Logical records that are equal before it.
    public var equalRecords: Int64
    /// The first loop's decisions in tenths of the time that both sessions have.
    public var drift: [Drift]

    enum CodingKeys: String, CodingKey {
        case inputs, divergence, tick, drift
        case equalRecords = "equal_records"
    }

    /// Compares the sessions in two folders.
    ///
    /// - Parameters:
    ///   - a: The folder of one session.
    ///   - b: The folder of the other.
    /// - Throws: where a journal is damaged before its end.
    public init(_ a: String, _ b: String) throws(JournalError) {
        let first = try JournalReader(a), second = try JournalReader(b)
        inputs = SessionDifference.inputs(first.header, second.header)
        (equalRecords, tick, divergence) = (0, nil, nil)
        drift = []
        while divergence == nil {
            let one = try SessionDifference.next(first), other = try SessionDifference.next(second)
            guard one != nil || other != nil else { break }
            if one == other {
                equalRecords += 1
            } else {
                tick = (one ?? other)?.tick
                divergence = SessionDifference.describe(one, other)
            }
        }
        drift = SessionDifference.drift(try decisions(first), try decisions(second), first.header.format)
    }

    /// The next logical record behind the header.
    private static func next(_ reader: JournalReader) throws(JournalError) -> JournalRecord? {
        while let record = try reader.next() {
            if record.kind.isLogical, record.kind != .sessionHeader { return record }
        }
        return nil
    }

    private static func inputs(_ a: SessionHeader, _ b: SessionHeader) -> [String] {
        var names = Set(a.inputs.keys).union(b.inputs.keys).filter { a.inputs[$0] != b.inputs[$0] }.sorted()
        if a.seed != b.seed { names.append("seed") }
        if a.format != b.format { names.append("shape of the signal") }
        if a.montage != b.montage { names.append("montage") }
        if a.facts != b.facts { names.append("facts") }
        if a.instructionSet != b.instructionSet { names.append("instruction set") }
        return names
    }

    private static func describe(_ one: JournalRecord?, _ other: JournalRecord?) -> String {
        func name(_ record: JournalRecord) -> String {
            let stage = StageNumber(number: record.stage).map { "\($0)" } ?? "\(record.stage)"
            return "\(record.kind) of stage \(stage), tick \(record.tick)"
        }
        guard let one, let other else {
            let (longer, record) = one == nil ? ("the second", other) : ("the first", one)
            return "\(longer) session goes on: \(record.map(name) ?? "")"
        }
        guard one.kind == other.kind, one.stage == other.stage, one.tick == other.tick else {
            return "\(name(one)) beside \(name(other))"
        }
        let offset = zip(one.payload, other.payload).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let place = offset ?? min(one.payload.count, other.payload.count)
        let channel = one.kind == .stageDigests ? ", channel \(place / 4)" : ""
        return "\(name(one))\(channel), byte \(place)"
    }

    private static func drift(_ a: [Int64: Float], _ b: [Int64: Float], _ format: BlockFormat) -> [Drift] {
        let last = min(a.keys.max() ?? -1, b.keys.max() ?? -1) + 1
        guard last > 0 else { return [] }
        let block = Double(format.nanoseconds(ofSample: Int64(format.frames))) / 1e9
        var result: [Drift] = []
        for part in 0..<Int64(10) {
            let (start, end) = (last * part / 10, last * (part + 1) / 10)
            var values: [Double] = []
            for tick in start..<end {
                if let one = a[tick], let other = b[tick] { values.append(Double(abs(other - one))) }
            }
            let mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
            result.append(
                Drift(
                    untilS: Double(end) * block, decisions: Int64(values.count), mean: mean, greatest: values.max()))
        }
        return result
    }
}

/// The first loop's valid decisions by tick.
private func decisions(_ reader: JournalReader) throws(JournalError) -> [Int64: Float] {
    reader.rewind()
    var result: [Int64: Float] = [:]
    while let record = try reader.next() {
        guard record.kind == .decision, StageNumber.lane(ofNumber: record.stage) == 0,
            let decision = DecisionRecord(payload: record.payload), decision.isValid != 0
        else { continue }
        result[record.tick] = decision.value
    }
    return result
}
