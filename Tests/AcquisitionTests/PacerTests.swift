import Acquisition
import Signal
import Testing

/// A recording of `frames` samples in blocks of 2 (2 ms), started at an epoch long past: blocks are due at once.
private func started(frames: Int64, capacity: Int, damagedFrom: Int64 = .max) throws -> (Recording, BlockRing) {
    let source = try Recording(reader: Ramp(frames: frames, damagedFrom: damagedFrom), frames: 2)
    let ring = BlockRing(format: source.format, capacity: capacity)
    try source.start(into: ring, epoch: 0)
    while !source.hasEnded {}
    source.stop()
    return (source, ring)
}

@Test("A started source hands over every block in order and then has ended")
func pacedOrder() throws {
    let (source, ring) = try started(frames: 11, capacity: 8)
    var arrival: Int64 = 0
    for index in 0..<6 {
        let block = try #require(ring.front())
        #expect(block.header.firstSample == Int64(2 * index))
        #expect(block.header.hostArrival >= arrival)
        arrival = block.header.hostArrival
        ring.release()
    }
    #expect(ring.front() == nil)
    #expect(source.overruns == 0)
    #expect(source.failure == nil)
}

/// By hand: 12 samples are 6 blocks; a ring of 2 that nobody empties takes 2 and loses 4.
@Test("A full ring loses blocks, counts them, and overwrites none")
func pacedOverrun() throws {
    let (source, ring) = try started(frames: 12, capacity: 2)
    #expect(source.overruns == 4)
    for index in 0..<2 {
        #expect(try #require(ring.front()).header.firstSample == Int64(2 * index))
        ring.release()
    }
    #expect(ring.front() == nil)
}

@Test("A source that fails on its thread says why")
func pacedFailure() throws {
    let (source, ring) = try started(frames: 12, capacity: 8, damagedFrom: 4)
    #expect(ring.count == 2)
    #expect(source.failure == .recording(RecordingError(file: "ramp", text: "past its end")))
}

@Test("A source starts once in its life, and only into a ring of its own format")
func pacedOnce() throws {
    let source = try Recording(reader: Ramp(frames: 4), frames: 2)
    let other = BlockFormat(channels: 1, frames: 2, rateNumerator: 1_000, kind: .int16)
    let foreign = BlockRing(format: other, capacity: 1)
    #expect(throws: SourceError.formatMismatch) { try source.start(into: foreign, epoch: 0) }
    let ring = BlockRing(format: source.format, capacity: 4)
    try source.start(into: ring, epoch: 0)
    #expect(throws: SourceError.alreadyStarted) { try source.start(into: ring, epoch: 0) }
    source.stop()
    source.stop()
}

@Test("A stop ends a source that would go on for ever")
func pacedStop() throws {
    let source = try Recording(reader: Ramp(frames: 4), frames: 2, loop: true)
    let ring = BlockRing(format: source.format, capacity: 1)
    try source.start(into: ring, epoch: 0)
    source.stop()
    #expect(source.hasEnded)
}
