public import Acquisition
public import Signal
import Synchronization

/// A driver that, from one sample on, sends ten blocks in the time of one, into a ring of 64 as a live loop has it.
///
/// What the ring has no room for is made, thrown away and counted, and the next block says so, as ``Pacer`` does it.
/// One block a call leaves the ring, in virtual time: what follows is a function of the inner source.
@safe public final class FloodingSource: Source, @unchecked Sendable {
    public static var isVirtual: Bool { true }
    /// Blocks in the time of one.
    public static let factor = 10
    /// Blocks that the ring holds.
    public static let capacity = 64

    private let inner: any Source
    private let start: Int64
    private let ring: BlockRing
    private let spare: Block
    private let lost = Atomic<Int64>(0)
    private var isAfterLoss = false
    private var position: Int64 = 0
    public var format: BlockFormat { inner.format }
    public var montage: Montage { inner.montage }
    public var hasEnded: Bool { inner.hasEnded }
    public var overruns: Int64 { lost.load(ordering: .relaxed) }
    public var failure: SourceError? { inner.failure }

    /// `inner`, flooding from sample `start` on.
    public init(_ inner: any Source, from start: Int64) {
        (self.inner, self.start) = (inner, start)
        ring = BlockRing(format: inner.format, capacity: Self.capacity)
        spare = Block(format: inner.format)
    }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        for _ in 0..<(position >= start ? Self.factor : 1) { try produce() }
        guard let oldest = ring.front() else { return .ended }
        block.header = oldest.header
        unsafe block.bytes.copyMemory(from: UnsafeRawBufferPointer(oldest.bytes))
        ring.release()
        return .block
    }

    /// The driver's turn: one block.
    private func produce() throws(SourceError) {
        let vacant = ring.vacant()
        guard try inner.next(into: vacant ?? spare) == .block else { return }
        position = (vacant ?? spare).header.firstSample
        if let vacant {
            if isAfterLoss { vacant.header.flags.insert(.overrun) }
            ring.publish()
        } else {
            lost.store(lost.load(ordering: .relaxed) + 1, ordering: .relaxed)
        }
        isAfterLoss = vacant == nil
    }

    public func start(into ring: BlockRing, epoch: UInt64) throws(SourceError) { throw .noThread(0) }
    public func stop() {}
    public func stimulate(_ echo: SegmentEcho) { inner.stimulate(echo) }
}
