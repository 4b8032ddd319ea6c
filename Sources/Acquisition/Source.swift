public import Signal

/// What a source had to give.
public enum SourceStatus: Hashable, Sendable, BitwiseCopyable {
    /// The block was filled.
    case block
    /// Nothing comes any more; the block means nothing.
    case ended
}

/// Why a source cannot be made or cannot go on.
public enum SourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No driver of this name is registered; `known` are.
    case unknownDriver(String, known: [String])
    /// An option is missing or outside what is allowed.
    case option(key: String, text: String)
    /// The recording cannot be read.
    case recording(RecordingError)
    /// The source already has a thread, or had one.
    case alreadyStarted
    /// The ring holds blocks of another format.
    case formatMismatch
    /// The system gave no thread; an errno.
    case noThread(Int32)

    public var description: String {
        switch self {
        case .unknownDriver(let name, let known): "no driver \"\(name)\"; there are: \(known.joined(separator: ", "))"
        case .option(let key, let text): "\(key): \(text)"
        case .recording(let error): "\(error)"
        case .alreadyStarted: "the source was already started"
        case .formatMismatch: "the ring holds blocks of another format"
        case .noThread(let code): "no thread could be started (errno \(code))"
        }
    }
}

/// Where samples come from.
///
/// A source is used in one of two ways, never both: pulled block by block with ``next(into:)``, which is
/// deterministic and knows no clock; or started, when it owns a thread that fills a ring. Time 0 is sample 0. Block k
/// holds the samples from k × frames.
public protocol Source: AnyObject, Sendable {
    /// True for emulations. A constant of the compiled driver.
    static var isVirtual: Bool { get }
    var format: BlockFormat { get }
    var montage: Montage { get }
    /// Fills `block` with the next stretch of samples. Never allocates, never waits.
    func next(into block: Block) throws(SourceError) -> SourceStatus
    /// Starts the source's own thread; `epoch` is CLOCK_MONOTONIC at sample 0 in nanoseconds.
    func start(into ring: BlockRing, epoch: UInt64) throws(SourceError)
    /// Ends the source's own thread and waits for it. Does nothing without one.
    func stop()
    /// Tells the tissue what the stimulator accepted. Only twins listen. From one thread; never waits.
    func stimulate(_ echo: SegmentEcho)
    /// Tells the body what was decided on the newest block. Only twins that move listen. Never waits.
    func follow(_ decision: Decision)
    /// What the computer showed, block by block, where there is a screen that somebody steers on; nil elsewhere.
    ///
    /// Filled before the block is handed over; a full ring loses the newest.
    var screen: RigidRing<ScreenState>? { get }
    /// True once a started source has nothing more to hand over.
    var hasEnded: Bool { get }
    /// Blocks that a started source threw away because the ring was full.
    var overruns: Int64 { get }
    /// Why a started source ended early; only to be read when ``hasEnded``.
    var failure: SourceError? { get }
}

extension Source {
    public func stimulate(_ echo: SegmentEcho) {}
    public func follow(_ decision: Decision) {}
    public var screen: RigidRing<ScreenState>? { nil }
}
