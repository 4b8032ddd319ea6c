/// What can go wrong between an electrode and the loop, each over a range of samples or from a sample on.
///
/// Ranges are cut to whole blocks where a fault concerns blocks.
public enum SignalFault: Hashable, Sendable {
    /// Blocks that begin in the range are never handed over.
    case stall(Range<Int64>)
    /// Samples that never arrive; the block says so.
    case missing(Range<Int64>)
    /// The block that holds this sample comes twice.
    case repeated(Int64)
    /// The block that holds this sample comes after the next one.
    case swapped(Int64)
    /// From here on a 32-bit sample counter has wrapped: indices are 2³² less.
    case wrapped(Int64)
    /// From here on the sample counter stands this much lower.
    case setBack(Int64, by: Int64)
    /// Every sample of one channel (nil: of all) is this value.
    case replaced(Range<Int64>, channel: Int?, by: Float)
    /// All channels stand at the converter's end, and the device says so.
    case saturated(Range<Int64>)
    /// From here on the device's clock runs off by so many parts per million.
    case rate(Int64, partsPerMillion: Int64)
    /// From here on blocks arrive so many nanoseconds later by the host's clock.
    case hostStep(Int64, nanoseconds: Int64)
    /// Blocks of the range arrive up to so many nanoseconds later by the host's clock, drawn from the seed.
    case jitter(Range<Int64>, nanoseconds: Int64, seed: UInt64)
    /// The device is gone: its driver hands over blocks without samples that say so, until it is back.
    case unplugged(Range<Int64>)
    /// From here on something is added to every channel, by its gain of one.
    case added(Int64, Disturbance)
}
