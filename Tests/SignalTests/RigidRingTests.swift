import Glibc
import Signal
import Testing

@Suite struct RigidRingTests {
    @Test("A ring gives back elements in the order in which they came, across the end of its storage")
    func order() {
        let ring = RigidRing<Int32>(capacity: 3, repeating: -1)
        for round in Int32(0)..<10 {
            #expect(ring.push(2 * round))
            #expect(ring.push(2 * round + 1))
            #expect(ring.pop() == 2 * round)
            #expect(ring.pop() == 2 * round + 1)
        }
        #expect(ring.pop() == nil)
    }

    @Test("A full ring refuses and loses nothing")
    func full() {
        let ring = RigidRing<Int32>(capacity: 2, repeating: 0)
        #expect(ring.push(1))
        #expect(ring.push(2))
        #expect(ring.count == 2)
        #expect(!ring.push(3))
        #expect(ring.pop() == 1)
        #expect(ring.push(4))
        #expect(ring.pop() == 2)
        #expect(ring.pop() == 4)
        #expect(ring.count == 0)
    }

    /// The sum 0 + 1 + … + (n − 1) = n (n − 1) / 2 shows that none was lost or doubled, the order that none swapped.
    @Test("Two threads pass 200,000 elements through a ring of 64, none lost, doubled or swapped")
    func twoThreads() {
        let total: Int64 = 200_000
        let ring = RigidRing<Int64>(capacity: 64, repeating: -1)
        let producer = Worker {
            var next: Int64 = 0
            while next < total { if ring.push(next) { next += 1 } else { sched_yield() } }
        }
        var expected: Int64 = 0
        var sum: Int64 = 0
        var misplaced = 0
        while expected < total {
            guard let element = ring.pop() else { sched_yield(); continue }
            if element != expected { misplaced += 1 }
            sum += element
            expected += 1
        }
        producer.join()
        #expect(misplaced == 0)
        #expect(sum == total * (total - 1) / 2)
        #expect(ring.pop() == nil)
    }
}
