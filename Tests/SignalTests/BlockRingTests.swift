import Glibc
import Signal
import Testing

@Suite struct BlockRingTests {
    static let format = BlockFormat(channels: 3, frames: 10, rateNumerator: 1000, kind: .int16)

    @Test("A ring of two blocks is full after two, and gives them back in order")
    func order() throws {
        let ring = BlockRing(format: Self.format, capacity: 2)
        for index in Int64(0)..<2 {
            let block = try #require(ring.vacant())
            block.header.firstSample = 10 * index
            ring.publish()
        }
        #expect(ring.vacant() == nil)
        #expect(ring.count == 2)
        #expect(ring.front()?.header.firstSample == 0)
        ring.release()
        #expect(ring.front()?.header.firstSample == 10)
        #expect(ring.vacant() != nil)
        ring.release()
        #expect(ring.front() == nil)
    }

    @Test("Two threads pass 20,000 blocks; each arrives once, whole, with its own samples")
    func twoThreads() {
        let total: Int64 = 20_000
        let ring = BlockRing(format: Self.format, capacity: 4)
        let producer = Worker {
            var next: Int64 = 0
            while next < total {
                guard let block = ring.vacant() else { sched_yield(); continue }
                block.header = BlockHeader(firstSample: 10 * next, deviceTime: 0, hostArrival: 0)
                unsafe block.int16.update(repeating: Int16(truncatingIfNeeded: next))
                ring.publish()
                next += 1
            }
        }
        var wrong = 0
        var next: Int64 = 0
        while next < total {
            guard let block = ring.front() else { sched_yield(); continue }
            let sample = Int16(truncatingIfNeeded: next)
            if block.header.firstSample != 10 * next { wrong += 1 }
            if unsafe !block.int16.allSatisfy({ $0 == sample }) { wrong += 1 }
            ring.release()
            next += 1
        }
        producer.join()
        #expect(wrong == 0)
    }
}
