internal import Synchronization

/// A word that one thread sets and others read.
public final class Flag: Sendable {
    private let value = Atomic<Int>(0)

    /// A flag that is not set.
    public init() {}

    /// Sets the flag; it stays set.
    public func set() { value.store(1, ordering: .releasing) }

    /// Adds one and returns the new count: how often it was asked.
    @discardableResult
    public func raise() -> Int { value.add(1, ordering: .acquiringAndReleasing).newValue }

    /// True once set or raised.
    public func load() -> Bool { value.load(ordering: .acquiring) != 0 }

    /// How often it was raised.
    public var count: Int { value.load(ordering: .acquiring) }
}
