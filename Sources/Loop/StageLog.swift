internal import Sessions
internal import Signal

/// Stage numbers in the journal, in the order of the pipe.
public enum StageNumber: UInt8, Sendable, CaseIterable {
    case loop = 0
    case acquisition = 1
    case conditioning = 2
    case decoding = 3
    case stimulation = 4
    case safety = 5

    /// The stage whose number in a journal is `number`: its lower four bits.
    public init?(number: UInt8) { self.init(rawValue: number & 0xF) }

    /// The number in a journal of this stage in one loop of the profile: the loop stands in the upper four bits.
    public func number(lane: Int) -> UInt8 { rawValue | UInt8(truncatingIfNeeded: lane) << 4 }

    /// The place of the loop that a number in a journal names.
    public static func lane(ofNumber number: UInt8) -> Int { Int(number >> 4) }
}

/// Where a stage's records go: into the journal, into a comparison with a journal, or nowhere.
enum StageLog {
    case journal(JournalInlet)
    case comparison(RecordComparison)
    case none

    /// Hands over the bytes of `value`, whose fields are all 64 bits wide.
    func append<Value: BitwiseCopyable>(
        _ kind: RecordKind, _ stage: StageNumber, lane: Int = 0, tick: Int64, _ value: Value
    ) {
        unsafe withUnsafeBytes(of: value) { unsafe append(kind, stage, lane: lane, tick: tick, bytes: $0) }
    }

    /// Hands over `bytes` as they are.
    func append(_ kind: RecordKind, _ stage: StageNumber, lane: Int, tick: Int64, bytes: UnsafeRawBufferPointer) {
        switch self {
        case .journal(let inlet):
            unsafe inlet.append(kind: kind, tick: tick, stage: stage.number(lane: lane), payload: bytes)
        case .comparison(let comparison): unsafe comparison.compare(kind, stage, lane: lane, tick: tick, bytes: bytes)
        case .none: break
        }
    }

    /// Hands over a block with its raw samples.
    func append(block: Block, tick: Int64) {
        switch self {
        case .journal(let inlet): inlet.append(block: block, tick: tick, stage: StageNumber.acquisition.rawValue)
        case .comparison(let comparison): comparison.pass(.block)
        case .none: break
        }
    }

    /// Hands over the spikes of one tick; none where there were none.
    func append(_ stage: StageNumber, lane: Int, tick: Int64, spikes: SpikeTrain) {
        guard spikes.count > 0 else { return }
        unsafe append(.spikes, stage, lane: lane, tick: tick, bytes: spikes.bytes)
    }
}
