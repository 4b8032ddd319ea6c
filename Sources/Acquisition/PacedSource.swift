public import Signal

/// A source that owns no device and therefore makes its blocks itself: at pace real a thread calls
/// ``Source/next(into:)`` at the end of each block.
public protocol PacedSource: Source {
    /// The thread, one a source, made with it.
    var pacer: Pacer { get }
}

extension PacedSource {
    public func start(into ring: BlockRing, epoch: UInt64) throws(SourceError) {
        guard ring.format == format else { throw .formatMismatch }
        try pacer.start(source: self, ring: ring, epoch: epoch)
    }

    public func stop() { pacer.stop() }
    public var hasEnded: Bool { pacer.hasEnded }
    public var overruns: Int64 { pacer.overruns }
    public var failure: SourceError? { pacer.failure }
}
