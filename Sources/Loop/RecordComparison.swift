internal import Sessions
internal import Signal

/// The first place where a replay differs from its journal.
public struct Divergence: Error, Hashable, Sendable, CustomStringConvertible {
    public var stage: StageNumber
    public var tick: Int64
    /// The lead of the loop, where there is more than one.
    public var loop: String?
    /// Channel, where the stage has channels.
    public var channel: Int?
    /// What differs: the kind of record, or that one is missing or too many.
    public var what: String

    public var description: String {
        let place = channel.map { ", channel \($0)" } ?? ""
        let owner = loop.map { ", loop \($0)" } ?? ""
        return "first difference: stage \(stage)\(owner), tick \(tick)\(place): \(what)"
    }
}

/// Compares what stages say in a replay with what they said when the journal was written, record by record.
@safe final class RecordComparison: @unchecked Sendable {
    /// The loops' leads; empty where there is one loop.
    private let loops: [String]
    private var expected: [JournalRecord] = []
    private var next = 0
    private(set) var divergence: Divergence?
    private(set) var compared: Int64 = 0
    /// The journal was cut off while the records that are expected now were written.
    var mayEndEarly = false

    init(loops: [String] = []) { self.loops = loops }

    /// The records that the stages must now produce, in this order.
    func expect(_ records: [JournalRecord]) {
        expected = records
        next = 0
    }

    func compare(_ kind: RecordKind, _ stage: StageNumber, lane: Int, tick: Int64, bytes: UnsafeRawBufferPointer) {
        guard divergence == nil, kind.isLogical else { return }
        guard next < expected.count else {
            if mayEndEarly { return }
            return differ(stage, lane, tick, "a \(kind) that the journal lacks")
        }
        let record = expected[next]
        next += 1
        compared += 1
        guard record.kind == kind, record.stage == stage.number(lane: lane), record.tick == tick else {
            let found = "the journal has a \(record.kind) of stage \(record.stage), tick \(record.tick) here"
            return differ(stage, lane, tick, "\(kind), but \(found)")
        }
        guard let offset = unsafe firstDifference(record.payload, bytes) else { return }
        let channel = kind == .stageDigests ? offset / 4 : nil
        differ(stage, lane, tick, "\(kind) at byte \(offset)", channel: channel)
    }

    private func differ(_ stage: StageNumber, _ lane: Int, _ tick: Int64, _ what: String, channel: Int? = nil) {
        divergence = Divergence(
            stage: stage, tick: tick, loop: loops.indices.contains(lane) ? loops[lane] : nil, channel: channel,
            what: what)
    }

    /// The replay was fed with this record; there is nothing to compare.
    func pass(_ kind: RecordKind) {
        guard next < expected.count, expected[next].kind == kind else { return }
        next += 1
    }

    /// After a tick: everything that was expected has come.
    func finish(tick: Int64) {
        guard divergence == nil, next < expected.count else { return }
        let record = expected[next]
        let stage = StageNumber(number: record.stage) ?? .loop
        differ(stage, StageNumber.lane(ofNumber: record.stage), record.tick, "\(record.kind) did not come")
    }

    /// The journal itself makes no sense here.
    func refuse(_ record: JournalRecord, _ text: String) {
        guard divergence == nil else { return }
        let stage = StageNumber(number: record.stage) ?? .loop
        differ(stage, StageNumber.lane(ofNumber: record.stage), record.tick, "\(record.kind) \(text)")
    }

    private func firstDifference(_ recorded: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Int? {
        guard recorded.count == bytes.count else { return min(recorded.count, bytes.count) }
        for index in 0..<recorded.count where unsafe recorded[index] != bytes[index] { return index }
        return nil
    }
}
