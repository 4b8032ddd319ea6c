public import Synchronization

/// A first-in, first-out queue of fixed capacity between one producer thread and one consumer thread.
///
///     let ring = RigidRing<Int32>(capacity: 4, repeating: 0)
///     ring.push(7)      // true
///     ring.pop()        // 7
///     ring.pop()        // nil
///
/// Neither end waits, locks or allocates. A full ring refuses: the producer counts what it could not
/// hand over, and nothing is overwritten.
///
/// ### Implementation Notes
///
/// Two counters that only grow; their difference is the number of waiting elements, so that full and
/// empty differ. Each end owns one counter and publishes it with release order. The counters stand 128 bytes
/// apart, so that the two threads do not share a cache line.
@safe public final class RigidRing<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    public let capacity: Int
    @usableFromInline let storage: UnsafeMutableBufferPointer<Element>
    @usableFromInline let counters: RingCounters

    /// An empty ring with room for `capacity` elements; `element` fills memory that was never pushed to.
    public init(capacity: Int, repeating element: Element) {
        precondition(capacity > 0)
        self.capacity = capacity
        unsafe storage = .allocate(capacity: capacity)
        unsafe storage.initialize(repeating: element)
        counters = RingCounters()
    }

    deinit { unsafe storage.deallocate() }

    /// Elements that wait, as either end sees it.
    @inlinable public var count: Int {
        counters.pushed.load(ordering: .acquiring) - counters.popped.load(ordering: .acquiring)
    }

    /// Producer: hands `element` over.
    ///
    /// False: the ring is full and nothing happened.
    @inlinable public func push(_ element: Element) -> Bool {
        let next = counters.pushed.load(ordering: .relaxed)
        guard next - counters.popped.load(ordering: .acquiring) < capacity else { return false }
        unsafe storage[next % capacity] = element
        counters.pushed.store(next + 1, ordering: .releasing)
        return true
    }

    /// Consumer: the oldest element, or nil when the ring is empty.
    @inlinable public func pop() -> Element? {
        let next = counters.popped.load(ordering: .relaxed)
        guard next < counters.pushed.load(ordering: .acquiring) else { return nil }
        let element = unsafe storage[next % capacity]
        counters.popped.store(next + 1, ordering: .releasing)
        return element
    }
}

/// The two counters of a ring, kept apart from each other.
@usableFromInline final class RingCounters: Sendable {
    @usableFromInline let pushed = Atomic<Int>(0)
    let padding = Padding()
    @usableFromInline let popped = Atomic<Int>(0)

    init() {}
}

/// 128 bytes that keep two atomics out of each other's cache lines.
struct Padding: Sendable {
    let bytes: (Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int) =
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}
