internal import Acquisition
internal import Sessions
internal import Signal

/// Whether the next block is there.
enum Arrival {
    case block(index: Int64)
    case notYet
    case ended
}

/// Takes blocks from the source, in both paces, and journals them as they came.
@safe actor AcquisitionStage {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let feed: any BlockFeed
    private let log: StageLog
    private var clocks = ClockComparison()

    init(on executor: RealtimeExecutor, feed: any BlockFeed, log: StageLog) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.feed = feed
        self.log = log
    }

    /// Looks for the next block; in virtual time it makes the source produce it.
    func poll() -> Arrival { feed.poll() }

    /// Puts the block into the tick and into the journal.
    func acquire(_ tick: inout Tick) {
        guard let block = feed.current else { return }
        tick.block = block
        tick.answered |= Slot.acquire.bit(lane: 0)
        clocks.take(block.header)
        tick.deviceClockAgrees = clocks.agrees
        log.append(block: block, tick: tick.index)
    }

    /// Gives the block back after the chain has ended.
    func release(_ timing: TimingRecord, _ tick: inout Tick) {
        log.append(.hostTimes, .loop, tick: tick.index, timing)
        tick.block = nil
        feed.release()
    }
}
