internal import Acquisition
internal import Sessions
internal import Signal

/// Where the loop's blocks come from.
protocol BlockFeed: AnyObject, Sendable {
    /// The block that ``poll()`` found, until ``release()``.
    var current: Block? { get }
    /// Looks for the next block.
    func poll() -> Arrival
    /// Gives the current block back.
    func release()
}

/// Where blocks come from: a driver's ring, or a source that is pulled.
@safe final class LiveFeed: BlockFeed, @unchecked Sendable {
    private let source: any Source
    private let ring: BlockRing?
    private let pulled: Block
    private(set) var current: Block?
    private(set) var failure: SourceError?
    private var sequence = BlockSequence()
    /// Blocks that came twice or out of order.
    var dropped: Int64 { sequence.dropped }

    /// With a ring the source has its own thread; without, it is pulled.
    init(source: any Source, ring: BlockRing?) {
        self.source = source
        self.ring = ring
        pulled = Block(format: source.format)
    }

    func poll() -> Arrival {
        if let ring {
            while let block = ring.front() {
                if sequence.admit(block) { return arrived(block) }
                ring.release()
            }
            return source.hasEnded && ring.count == 0 ? .ended : .notYet
        }
        do throws(SourceError) {
            while true {
                guard try source.next(into: pulled) == .block else { return .ended }
                if sequence.admit(pulled) { return arrived(pulled) }
            }
        } catch {
            failure = error
            return .ended
        }
    }

    func release() {
        current = nil
        ring?.release()
    }

    private func arrived(_ block: Block) -> Arrival {
        current = block
        return .block(index: block.header.firstSample / Int64(block.format.frames))
    }
}

/// Blocks out of a journal, one at a time.
@safe final class RecordedFeed: BlockFeed, @unchecked Sendable {
    private let block: Block
    var current: Block? { block }

    init(format: BlockFormat) { block = Block(format: format) }

    /// Makes `record` the current block.
    ///
    /// False: it is not of the session's format.
    func load(_ record: BlockRecord) -> Bool { record.fill(block) }

    func poll() -> Arrival { .ended }
    func release() {}
}
