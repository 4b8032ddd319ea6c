/// One event of a spike train: which unit or channel, at which sample.
public struct Spike: Hashable, Sendable, BitwiseCopyable {
    /// Index of the sample since the start of the session.
    public var sample: Int64
    /// Channel or neuron that fired.
    public var unit: Int32
    /// Sign of a delta event (+1, −1); +1 for an action potential.
    public var polarity: Int32

    /// A spike of `unit` at `sample`.
    @inlinable public init(sample: Int64, unit: Int32, polarity: Int32 = 1) {
        self.sample = sample
        self.unit = unit
        self.polarity = polarity
    }
}

/// The spikes of one tick, in the order of (sample, unit), in memory that it allocates once.
///
/// It holds at most `capacity` spikes. What does not fit is counted in ``dropped``, never lost in silence.
@safe public final class SpikeTrain: @unchecked Sendable {
    public let capacity: Int
    private let storage: UnsafeMutableBufferPointer<Spike>
    public private(set) var count = 0
    public private(set) var dropped = 0

    /// An empty train with room for `capacity` spikes.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
        unsafe storage = .allocate(capacity: max(1, capacity))
        unsafe storage.initialize(repeating: Spike(sample: 0, unit: 0))
    }

    deinit { unsafe storage.deallocate() }

    /// The spike at `index`.
    public subscript(index: Int) -> Spike {
        precondition(index >= 0 && index < count)
        return unsafe storage[index]
    }

    /// The spikes as bytes, 16 each, without padding.
    public var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: storage[..<count]))
    }

    /// Adds a spike, or counts it as dropped.
    public func append(_ spike: Spike) {
        guard count < capacity else { dropped += 1; return }
        unsafe storage[count] = spike
        count += 1
    }

    /// Forgets all spikes; ``dropped`` starts again at 0.
    public func removeAll() {
        count = 0
        dropped = 0
    }
}
