import Glibc
import Signal
import Testing

@Suite struct ByteRingTests {
    @Test("Records of every length from 0 to 40 come back whole, across the end of the storage")
    func lengths() throws {
        let ring = ByteRing(capacity: 128)
        for length in 0...40 {
            let room = unsafe try #require(unsafe ring.reserve(length))
            for index in 0..<length { unsafe room[index] = UInt8(length + index) }
            ring.commit()
            let record = unsafe try #require(unsafe ring.front())
            #expect(unsafe Array(record) == (0..<length).map { UInt8(length + $0) })
            ring.release()
            #expect(unsafe ring.front() == nil)
        }
    }

    /// A frame is 8 bytes of length and the record rounded up to 8: 24 + 8 = 32, four of them fill 128 bytes.
    @Test("A full ring makes no room, and makes it again after one release")
    func full() {
        let ring = ByteRing(capacity: 128)
        for _ in 0..<4 {
            #expect(unsafe ring.reserve(24) != nil)
            ring.commit()
        }
        #expect(ring.count == 128)
        #expect(unsafe ring.reserve(24) == nil)
        #expect(unsafe ring.front() != nil)
        ring.release()
        #expect(unsafe ring.reserve(24) != nil)
    }

    @Test("A record longer than half the ring, or of negative length, is refused")
    func tooLong() {
        let ring = ByteRing(capacity: 128)
        #expect(unsafe ring.reserve(57) == nil)
        #expect(unsafe ring.reserve(56) != nil)
        #expect(unsafe ring.reserve(-1) == nil)
    }

    @Test("Two threads pass 50,000 records of changing length through 4 KiB, none lost or torn")
    func twoThreads() {
        let total = 50_000
        let ring = ByteRing(capacity: 4096)
        let producer = Worker {
            var next = 0
            while next < total {
                let length = next % 97
                guard let room = unsafe ring.reserve(length) else { sched_yield(); continue }
                for index in 0..<length { unsafe room[index] = UInt8(truncatingIfNeeded: next) }
                ring.commit()
                next += 1
            }
        }
        var wrong = 0
        var next = 0
        while next < total {
            guard let record = unsafe ring.front() else { sched_yield(); continue }
            let expected = UInt8(truncatingIfNeeded: next)
            let isWhole = unsafe record.count == next % 97 && record.allSatisfy { $0 == expected }
            if !isWhole { wrong += 1 }
            ring.release()
            next += 1
        }
        producer.join()
        #expect(wrong == 0)
        #expect(ring.count == 0)
    }
}
