import Synchronization

/// Blocks on their way from a driver's thread to the tick, in memory that is allocated once.
///
///     if let block = ring.vacant() { fill(block); ring.publish() }     // producer
///     if let block = ring.front() { read(block); ring.release() }      // consumer
///
/// One producer, one consumer. A block that ``vacant()`` returned belongs to the producer until ``publish()``; one that
/// ``front()`` returned belongs to the consumer until ``release()``.
@safe public final class BlockRing: @unchecked Sendable {
    public let format: BlockFormat
    /// Called by ``publish()`` on the producer's thread, so that a consumer that sleeps can be woken.
    ///
    /// Set before the producer starts, and never afterwards.
    public var onPublish: (@Sendable () -> Void)?
    private let blocks: [Block]
    private let counters = RingCounters()

    /// An empty ring with room for `capacity` blocks.
    public init(format: BlockFormat, capacity: Int) {
        precondition(capacity > 0)
        self.format = format
        blocks = (0..<capacity).map { _ in Block(format: format) }
    }

    /// Blocks that wait.
    public var count: Int {
        counters.pushed.load(ordering: .acquiring) - counters.popped.load(ordering: .acquiring)
    }

    /// Producer: the block to fill next, or nil when the ring is full.
    public func vacant() -> Block? {
        let next = counters.pushed.load(ordering: .relaxed)
        guard next - counters.popped.load(ordering: .acquiring) < blocks.count else { return nil }
        return blocks[next % blocks.count]
    }

    /// Producer: hands over the block that ``vacant()`` returned.
    public func publish() {
        counters.pushed.store(counters.pushed.load(ordering: .relaxed) + 1, ordering: .releasing)
        onPublish?()
    }

    /// Consumer: the oldest block, or nil when none waits.
    public func front() -> Block? {
        let next = counters.popped.load(ordering: .relaxed)
        guard next < counters.pushed.load(ordering: .acquiring) else { return nil }
        return blocks[next % blocks.count]
    }

    /// Consumer: gives back the block that ``front()`` returned.
    public func release() {
        counters.popped.store(counters.popped.load(ordering: .relaxed) + 1, ordering: .releasing)
    }
}
