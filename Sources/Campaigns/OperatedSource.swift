public import Acquisition
public import Loop
public import Signal

/// A source beside which somebody sits: what an operator does at a time of the signal is done when its block is asked
/// for, so that virtual time has operators too.
///
/// Each order is a recorded input of the session: a replay needs no operator.
public final class OperatedSource: Source, @unchecked Sendable {
    public static var isVirtual: Bool { true }
    public var format: BlockFormat { inner.format }
    public var montage: Montage { inner.montage }
    public var hasEnded: Bool { inner.hasEnded }
    public var overruns: Int64 { inner.overruns }
    public var failure: SourceError? { inner.failure }
    public var screen: RigidRing<ScreenState>? { inner.screen }
    private let inner: any Source
    private let signals: OperatorSignals
    private let person: OperatorSignals
    private var stops: [Int64]
    private var returns: [Int64]
    private var position: Int64 = 0

    /// `inner`, with orders at times in µs; a Ctrl-C of `person` is passed on as well.
    public init(
        _ inner: any Source, signals: OperatorSignals, person: OperatorSignals, stops: [Int64], returns: [Int64]
    ) {
        (self.inner, self.signals, self.person) = (inner, signals, person)
        (self.stops, self.returns) = (stops.sorted(by: >), returns.sorted(by: >))
    }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        let time = inner.format.nanoseconds(ofSample: position) / 1_000
        position += Int64(inner.format.frames)
        while let next = stops.last, next <= time {
            stops.removeLast()
            signals.interrupts.raise()
        }
        while let next = returns.last, next <= time {
            returns.removeLast()
            signals.returns.raise()
        }
        if person.interrupts.load(), !signals.interrupts.load() { signals.interrupts.raise() }
        return try inner.next(into: block)
    }

    public func start(into ring: BlockRing, epoch: UInt64) throws(SourceError) { throw .noThread(0) }
    public func stop() { inner.stop() }
    public func stimulate(_ echo: SegmentEcho) { inner.stimulate(echo) }
    public func follow(_ decision: Decision) { inner.follow(decision) }
}
