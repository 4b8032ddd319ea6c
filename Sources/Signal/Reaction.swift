/// What broken interlocks ask for beside the denial of one segment; empty: nothing.
public struct Reaction: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt8
    /// The reactions of `rawValue`.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No pulse.
    public static let deny = Reaction(rawValue: 1)
    /// Leave for the signed file's fallback.
    public static let rampToFallback = Reaction(rawValue: 2)
    /// Zero output now.
    public static let zero = Reaction(rawValue: 4)
    /// Latch; only an acknowledgement leads back.
    public static let latch = Reaction(rawValue: 8)
    /// The fallback carries the latch flag.
    public static let latchFlag = Reaction(rawValue: 16)
}
